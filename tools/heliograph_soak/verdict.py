"""Holding what was acknowledged against what was told: a line for each thing that is wrong."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from heliograph_soak.ledger import Account, Ledger
from heliograph_soak.tellings import Tellings


def lost(ledger: Ledger, tellings: Tellings) -> list[str]:
    """Return the acknowledged changes that a receiver was never told of."""
    return [
        f"{account.uri}: {tellings.name} was never told of {what}"
        for account in ledger.accounts.values()
        for what in _untold(account, tellings)
    ]


def _untold(account: Account, tellings: Tellings) -> Iterator[str]:
    told = tellings.of_subject.get(account.uri, [])
    versions = {each.after for each in told}
    yield from (f"version {version}" for version in account.versions if version not in versions)
    if account.is_deleted and not any(each.is_delete for each in told):
        yield "its deletion"


def inversions(tellings: Tellings) -> list[str]:
    """Return where a resource's SETs do not lead from one version to the next.

    Each says from which version its change leads to which. So one that is too early, too late or
    missing breaks the chain.
    """
    return [
        f"{uri}: {tellings.name} was told of {later.after or 'its deletion'} from"
        f" {later.before or 'nothing'} after {earlier.after or 'its deletion'}"
        for uri, told in tellings.of_subject.items()
        for earlier, later in pairwise(told)
        if later.before != earlier.after
    ] + [
        f"{uri}: {tellings.name} was told first of a change from {told[0].before}"
        for uri, told in tellings.of_subject.items()
        if told[0].before
    ]


def applied_twice(tellings: Tellings) -> list[str]:
    """Return the transactions that made more than one change of a resource where they arrived.

    Whoever applies a received change tells of it again, under its first transaction.
    """
    counts = Counter(
        (told.uri, told.txn) for of_one in tellings.of_subject.values() for told in of_one
    )
    return [
        f"{uri}: transaction {txn} took effect {count} times"
        for (uri, txn), count in counts.items()
        if count > 1
    ]
