"""Deleted resources and erasures, as an administrator sees them.

Times are microseconds since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scim_gateway.domain.resources import ResourceRef


@dataclass(frozen=True, slots=True)
class DeletedResource:
    """What is kept of a deleted resource, as a list shows it; what it had not is empty."""

    ref: ResourceRef
    user_name: str
    display_name: str
    external_id: str
    deleted: int
    purge_after: int


@dataclass(frozen=True, slots=True)
class DeletedSelection:
    """Deleted resources of a tenant; an empty text leaves nothing out."""

    tenant: str
    resource_type: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Whose data to erase, and who asks for it."""

    tenant: str
    id: str
    txn: str
    requested_by: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """The report of an erasure; it has no data of the person but the id."""

    ref: ResourceRef
    """Its type is empty where there never was such a resource."""
    requested_by: str
    begun: int
    completed: int
    """0 until all services are done."""
    through: int
    """What was changed until then is not to be told any more."""
    removed: Mapping[str, int]
    """How much was removed, by what it was."""
