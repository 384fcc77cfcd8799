"""What an administrator sees of a tenant's brake, and does about it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import orjson

from resource_store.commands.write_resources import (
    Delete,
    Modify,
    Operation,
    Result,
    WriteRequest,
    WriteResources,
)
from resource_store.domain.brakes import LIFTED, BrakeState
from resource_store.domain.causes import Cause
from resource_store.domain.errors import ResourceNotFoundError, StoreError
from resource_store.domain.held_operations import HeldOperation, Risk
from resource_store.domain.resources import Ref
from resource_store.ports.brakes import Brakes
from scim.errors import ScimError
from scim.messages import PATCH_OP
from scim.profile import TOLERANT

MAX_HELD: Final = 500
"""The most held operations that one call gives or carries out."""
_DEACTIVATION: Final = orjson.dumps(
    {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    }
)


class Fate(Enum):
    """What became of a held operation that was to be carried out."""

    APPLIED = auto()
    NEEDLESS = auto()
    """The person is gone already, so nothing is held any more."""
    REFUSED = auto()
    """It is still held; as the person was changed since it was asked for, in most cases."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A held operation, and what became of it."""

    ref: Ref
    fate: Fate
    detail: str = ""
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tenant's brake, and how many operations it holds."""

    state: BrakeState
    held: int


@dataclass(frozen=True, slots=True)
class Page:
    """Held operations in the order of the resources' ids; `next`: the id to go on after, or ""."""

    operations: Sequence[HeldOperation]
    next: str


@dataclass(frozen=True, slots=True)
class How:
    """How what is held is carried out."""

    traceparent: str = ""
    """W3C trace context of the request that decides it."""
    retention_days: int | None = None
    """For so long what is deleted can be restored; None: as the store's own setting says."""


@dataclass(frozen=True, slots=True)
class KeepBrakes:
    """Shows and releases brakes, and decides on what they hold."""

    brakes: Brakes
    write_resources: WriteResources
    now: Callable[[], int]

    async def show(self, tenant: str) -> Standing:
        """Return where a tenant's brake stands."""
        return Standing(await self.brakes.state(tenant), await self.brakes.count(tenant))

    async def release(self, tenant: str, *, seconds: int, changes: int | None) -> Standing:
        """Let changes through for so long, at most so many of them; None: any number."""
        until = self.now() + seconds * 1_000_000
        state = await self.brakes.release(tenant, until=until, changes=changes)
        return Standing(state, await self.brakes.count(tenant))

    async def held(self, tenant: str, *, after: str, limit: int) -> Page:
        """Return a page of what is held."""
        size = min(max(limit, 1), MAX_HELD)
        found = await self.brakes.held(tenant, after, limit=size + 1)
        page = found[:size]
        return Page(page, page[-1].ref.id if len(found) > size else "")

    async def apply(self, tenant: str, ids: Collection[str], how: How) -> Sequence[Carried]:
        """Carry out what is held of these resources."""
        return await self._applied(tenant, await self.brakes.find(tenant, ids), how)

    async def apply_all(
        self, tenant: str, how: How, *, after: str, limit: int
    ) -> tuple[Sequence[Carried], str]:
        """Carry out a page of what is held; return the id to go on after, too."""
        page = await self.held(tenant, after=after, limit=limit)
        return await self._applied(tenant, page.operations, how), page.next

    async def forget(self, tenant: str, ids: Collection[str]) -> int:
        """Forget what is held of these resources, or all where none is named."""
        return await self.brakes.forget(tenant, ids or None)

    async def _applied(
        self, tenant: str, operations: Sequence[HeldOperation], how: How
    ) -> Sequence[Carried]:
        """Carry out operations as they were asked for, each where its resource is as it was.

        Each has the txn of the request that asked for it last, so its events lead to that. Asked
        again, nothing happens twice.
        """
        results = await self.write_resources([_request(tenant, each, how) for each in operations])
        carried = [_carried(*each) for each in zip(operations, results, strict=True)]
        if gone := {each.ref.id for each in carried if each.fate is Fate.NEEDLESS}:
            await self.brakes.forget(tenant, gone)
        return carried


def _request(tenant: str, held: HeldOperation, how: How) -> WriteRequest:
    return WriteRequest(
        cause=Cause(tenant, held.txn, how.traceparent),
        operation=_operation(held, how),
        profile=TOLERANT,
        shown=frozenset(),
        brake=LIFTED,
    )


def _operation(held: HeldOperation, how: How) -> Operation:
    match held.risk:
        case Risk.DELETE:
            return Delete(held.ref, held.version, how.retention_days)
        case Risk.DEACTIVATE:
            return Modify(held.ref, _DEACTIVATION, if_match=held.version)


def _carried(held: HeldOperation, result: Result) -> Carried:
    match result:
        case ResourceNotFoundError():
            return Carried(held.ref, Fate.NEEDLESS)
        case StoreError() | ScimError():
            return Carried(held.ref, Fate.REFUSED, str(result))
        case Exception():
            raise result
    return Carried(held.ref, Fate.APPLIED)
