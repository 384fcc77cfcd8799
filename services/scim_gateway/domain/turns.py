"""The order in which requests that wait are carried out.

Those on one resource take effect in the order in which they were accepted. A bulk request may be
on any resource, so all before it come to their end first, and it before all after it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from scim_gateway.domain.async_requests import LoneRequest, Waiting
from scim_gateway.domain.writes import Create

Chain: TypeAlias = list[Waiting]
"""Requests to be carried out one after the other."""


def turns(waiting: Sequence[Waiting]) -> Iterator[list[Chain]]:
    """Give the chains that may be carried out at the same time, one turn after the other."""
    chains: dict[object, Chain] = defaultdict(list)
    for each in waiting:
        key = _key(each)
        if key is not None:
            chains[key].append(each)
            continue
        if chains:
            yield list(chains.values())
        yield [[each]]
        chains = defaultdict(list)
    if chains:
        yield list(chains.values())


def _key(waiting: Waiting) -> object | None:
    """Return what two requests must share to be in one chain; None for one on any resource."""
    request = waiting.request
    if request is None:
        return (waiting.tenant, waiting.txn)
    if not isinstance(request.asked, LoneRequest):
        return None
    change = request.asked.change
    if isinstance(change, Create):
        return (waiting.tenant, waiting.txn)
    return (waiting.tenant, change.ref)
