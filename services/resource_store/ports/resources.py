"""What the commands need of a storage of resources."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from resource_store.domain.changes import FeedEntry
from resource_store.domain.decisions import Outcome, Transition
from resource_store.domain.ordering import Mark, Window
from resource_store.domain.resources import Ref, Resource, Stored, StoreIdentity
from resource_store.domain.snapshots import Tombstone, Whole
from scim.filters import Filter
from scim.resource_type import ResolvedPath, ResourceType


@dataclass(frozen=True, slots=True)
class Query:
    """One read; `shown` names the derived attributes to read with it."""

    tenant: str
    ref: Ref
    resource_type: ResourceType
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """A query as one resource type understands it.

    Without a filter all of that type match; without a sort path they are in the order of ids.
    """

    resource_type: ResourceType
    filter: Filter | None
    sort: ResolvedPath | None


class Counting(Enum):
    """When all matches are to be counted."""

    ALWAYS = auto()
    IF_INDEXED = auto()
    """Where an index tells them."""
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Search:
    """A search among resource types, and the part of its order that is asked for."""

    tenant: str
    filters: tuple[TypedFilter, ...]
    window: Window
    counting: Counting
    shown: frozenset[str]

    def resource_type(self, name: str) -> ResourceType:
        """Return the resource type of something that was found."""
        return next(each.resource_type for each in self.filters if each.resource_type.name == name)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what matches, in the order in which the window goes through it.

    `marks` has the place of each resource; `is_more` says that more is beyond the last of them.
    `total` counts all matches; None where they were not counted.
    """

    total: int | None
    resources: tuple[Resource, ...]
    marks: tuple[Mark, ...]
    is_more: bool


class Resources(Protocol):
    """Keeps resources, their changes, and what prevents repetition."""

    @property
    def identity(self) -> StoreIdentity:
        """Made when the storage first was; the same ever since."""

    async def read(self, queries: Sequence[Query]) -> list[Resource | None]:
        """Return what each query asks for, of one moment; None where there is none."""

    async def read_stored(self, tenant: str, ref: Ref) -> Stored | None:
        """Return one resource as it is kept."""

    async def write(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        """Carry out each transition by itself, those of one resource in order, durably.

        A transition meets the state that it decides on, and all that its decision says happens at
        once or not at all. Its result is the exception that its decision raised, if any, or a
        `UniquenessError` for a unique key in use. An identity that is known is not decided again.

        Raises `StorageFailedError` when none may be durable.
        """

    async def search(self, search: Search) -> Found:
        """Return the page of the matches that the window is for; it may be shorter than asked."""


class Snapshots(Protocol):
    """Goes through the state of a tenant in the order of ids, each page by an index."""

    async def resources_after(
        self, tenant: str, resource_type: ResourceType, after: str, *, limit: int
    ) -> Sequence[Whole]:
        """Return the resources of a type after an id: at most `limit`, and no more than fit.

        Where there is one, it returns at least one.
        """

    async def tombstones_after(self, tenant: str, after: str, *, limit: int) -> Sequence[Tombstone]:
        """Return the tombstones after an id."""

    async def count(self, tenant: str) -> int:
        """Return how many resources and tombstones there are."""


class ChangeFeed(Protocol):
    """Gives the changes of a storage in the order of their commits."""

    async def changes_after(
        self, position: int, *, limit: int, wait_seconds: float
    ) -> Sequence[FeedEntry]:
        """Return changes after a position, at most `limit`; it waits for a first one.

        No change that is committed later gets a position before one that was returned.
        """

    async def end(self) -> int:
        """Return the position of the last change; 0 where there is none."""
