"""Searches, as the store is asked for them."""

from dataclasses import dataclass

from scim.profile import Profile
from scim_gateway.domain.paging import Paging
from scim_gateway.domain.sorting import Sort


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a cursor that was given to one is of no use to another (RFC 9865 section 5)."""

    tenant: str
    principal: str
    profile: Profile
    """How literally the caller's requests are taken."""


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
