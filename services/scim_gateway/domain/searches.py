"""Searches, as the store is asked for them."""

from dataclasses import dataclass

from scim_gateway.domain.callers import Caller
from scim_gateway.domain.paging import Paging
from scim_gateway.domain.sorting import Sort


@dataclass(frozen=True, slots=True)
class Search:
    """A search among the resources of some types."""

    caller: Caller
    resource_types: tuple[str, ...]
    filter: str | None
    sort: Sort | None
    paging: Paging
    cursor_seconds: int
    """How old a cursor may be."""
    omitted_attributes: tuple[str, ...]
