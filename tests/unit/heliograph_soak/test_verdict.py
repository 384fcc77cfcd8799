"""What the soak calls broken."""

from dataclasses import replace

from heliograph_soak import verdict
from heliograph_soak.ledger import Ledger
from heliograph_soak.tellings import Tellings, Told

CREATED = Told("/Users/1", "jti-1", "txn-1", before="", after="v1", is_delete=False)
CHANGED = Told("/Users/1", "jti-2", "txn-2", before="v1", after="v2", is_delete=False)
CHANGED_AGAIN = Told("/Users/1", "jti-3", "txn-3", before="v2", after="v3", is_delete=False)
DELETED = Told("/Users/1", "jti-4", "txn-4", before="v3", after="", is_delete=True)


def tellings(*told: Told) -> Tellings:
    found = Tellings("R")
    for each in told:
        found.add(each)
    return found


def ledger(*versions: str, is_deleted: bool = False) -> Ledger:
    kept = Ledger()
    account = kept.created("/Users/1", version=versions[0], title="t")
    account.versions.extend(versions[1:])
    account.is_deleted = is_deleted
    return kept


def test_a_whole_life_that_was_told_in_order_breaks_nothing() -> None:
    told = tellings(CREATED, CHANGED, CHANGED_AGAIN, DELETED)

    assert verdict.lost(ledger("v1", "v2", "v3", is_deleted=True), told) == []
    assert verdict.inversions(told) == []
    assert verdict.applied_twice(told) == []


def test_a_set_that_comes_again_breaks_nothing() -> None:
    told = tellings(CREATED, CHANGED, CREATED, CHANGED_AGAIN)

    assert verdict.inversions(told) == []
    assert verdict.applied_twice(told) == []
    assert told.repeated == 1


def test_a_version_that_nobody_told_of_is_lost() -> None:
    assert verdict.lost(ledger("v1", "v2"), tellings(CREATED)) == [
        "/Users/1: R was never told of version v2"
    ]


def test_a_deletion_that_nobody_told_of_is_lost() -> None:
    assert verdict.lost(ledger("v1", is_deleted=True), tellings(CREATED)) == [
        "/Users/1: R was never told of its deletion"
    ]


def test_a_person_whom_nobody_told_of_is_lost() -> None:
    assert verdict.lost(ledger("v1"), tellings()) == ["/Users/1: R was never told of version v1"]


def test_sets_that_changed_places_are_inversions() -> None:
    assert verdict.inversions(tellings(CREATED, CHANGED_AGAIN, CHANGED)) == [
        "/Users/1: R was told of v3 from v2 after v1",
        "/Users/1: R was told of v2 from v1 after v3",
    ]


def test_a_first_set_that_is_no_creation_is_an_inversion() -> None:
    assert verdict.inversions(tellings(CHANGED)) == [
        "/Users/1: R was told first of a change from v1"
    ]


def test_a_transaction_with_two_changes_of_one_resource_was_applied_twice() -> None:
    again = replace(CHANGED, jti="jti-9", before="v2", after="v3")

    assert verdict.applied_twice(tellings(CREATED, CHANGED, again)) == [
        "/Users/1: transaction txn-2 took effect 2 times"
    ]
