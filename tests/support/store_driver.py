"""Drives a resource store through its commands, with as few words as a test can do with."""

import itertools
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from resource_store.adapters.aes_gcm_cursors import AesGcmCursors
from resource_store.commands.apply_changes import ApplyChanges, ForeignChange
from resource_store.commands.erase_resource import EraseResource
from resource_store.commands.keep_brakes import KeepBrakes
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.purge_deleted import PurgeDeleted
from resource_store.commands.read_changes import ReadChanges
from resource_store.commands.read_resources import ReadRequest, ReadResources
from resource_store.commands.read_snapshot import ReadSnapshot
from resource_store.commands.record_erasure import RecordErasure
from resource_store.commands.resource_types import ResourceTypes
from resource_store.commands.search_resources import Page, SearchRequest, SearchResources
from resource_store.commands.walks import CursorPage, Walks
from resource_store.commands.write_resources import (
    Create,
    Delete,
    Modify,
    Operation,
    Replace,
    WriteRequest,
    WriteResources,
)
from resource_store.domain.brakes import Brake
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.erasures import Erasure
from resource_store.domain.members import DERIVED
from resource_store.domain.resources import Ref, Resource, Stamp
from resource_store.ports.async_requests import AsyncRequests
from resource_store.ports.brakes import Brakes
from resource_store.ports.deleted_resources import DeletedResources
from resource_store.ports.erasures import Erasures
from resource_store.ports.purging import Purging
from resource_store.ports.resources import ChangeFeed, Resources, Snapshots
from scim.messages import GROUP_SCHEMA, PATCH_OP, USER_SCHEMA
from scim.profile import TOLERANT, Profile
from scim.registry import Registry, standard_registry

TENANT = "default"
RETENTION_DAYS = 30
_FOREIGN = "faraway1"


class PlainPasswords:
    """Implements the port `Passwords` by hashes that cost nothing, each with a salt of its own."""

    def __init__(self) -> None:
        self._salts = itertools.count()

    async def hashed(self, password: str) -> str:
        return f"hash-{next(self._salts)}-{sum(password.encode())}"

    async def matches(self, password: str, password_hash: str) -> bool:
        return password_hash.rpartition("-")[2] == str(sum(password.encode()))


class Storage(Resources, Snapshots, Protocol):
    """A storage of resources that can be gone through, and keeps promises and brakes."""

    @property
    def async_requests(self) -> AsyncRequests:
        """What it keeps of them."""

    @property
    def deleted_resources(self) -> DeletedResources:
        """What it keeps of what is deleted."""

    @property
    def erasures(self) -> Erasures:
        """What it erases by, and the reports of that."""

    @property
    def brakes(self) -> Brakes:
        """What it keeps of them."""

    @property
    def purging(self) -> Purging:
        """What removes its tenants."""

    @property
    def cursor_key(self) -> bytes:
        """What it seals cursors by."""


async def _at_once() -> None:
    """Wait for nothing: on SQLite what is committed can be read."""


@dataclass
class StoreDriver:
    """Clients, peers and readers of one store."""

    storage: Storage
    feed: ChangeFeed
    registry: Registry = field(default_factory=standard_registry)
    settled: Callable[[], Awaitable[object]] = _at_once
    """Waits until every change that was committed can be read."""
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    now: Callable[[], int] = lambda: time.time_ns() // 1000
    txns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        types = ResourceTypes(self.registry)
        hashes = PasswordHashes(self.storage, PlainPasswords())
        self.write_resources = WriteResources(
            self.storage,
            types,
            hashes,
            self.storage.deleted_resources,
            new_id=lambda: f"id-{next(self.ids):04}",
            retention_days=RETENTION_DAYS,
        )
        self.erase_resource = EraseResource(self.storage, types, self.storage.erasures, self.now)
        self.record_erasure = RecordErasure(self.storage.erasures, self.now)
        self.purge_deleted = PurgeDeleted(self.storage.deleted_resources, self.now)
        self.read_resources = ReadResources(self.storage, types)
        walks = Walks(AesGcmCursors(self.storage.cursor_key), now=self.now)
        self.search_resources = SearchResources(self.storage, types, walks)
        self.read_changes = ReadChanges(self.feed, self.storage.identity.epoch)
        self.read_snapshot = ReadSnapshot(
            feed=self.feed,
            snapshots=self.storage,
            resource_types=types,
            epoch=self.storage.identity.epoch,
            cluster=self.storage.identity.cluster,
        )
        self.keep_brakes = KeepBrakes(self.storage.brakes, self.write_resources, self.now)
        self.apply_changes = ApplyChanges(self.storage, types, hashes, RETENTION_DAYS)

    async def user(self, user_name: str, /, **attributes: Any) -> Resource:
        """Create a user."""
        return await self.done(creation("User", {"userName": user_name, **attributes}))

    async def group(self, name: str, *members: Resource, **attributes: Any) -> Resource:
        """Create a group."""
        elements = [{"value": member.ref.id} for member in members]
        body = {"displayName": name, "members": elements, **attributes}
        return await self.done(creation("Group", body))

    async def patch(self, resource: Resource, *operations: dict[str, Any]) -> Resource:
        """Patch a resource."""
        return await self.done(patching(resource.ref, *operations))

    async def replace(self, resource: Resource, body: dict[str, Any]) -> Resource:
        """Replace a resource."""
        return await self.done(replacement(resource.ref, body))

    async def delete(self, resource: Resource) -> object:
        """Delete a resource."""
        return await self.written(Delete(resource.ref, None))

    async def done(self, operation: Operation) -> Resource:
        """Carry out a write that must succeed."""
        result = await self.written(operation)
        if isinstance(result, Exception):
            raise result
        assert isinstance(result, Resource)
        return result

    async def written(
        self,
        operation: Operation,
        *,
        txn: str | None = None,
        profile: Profile = TOLERANT,
        brake: Brake | None = None,
    ) -> object:
        """Carry out one write, and return its result or its error."""
        (result,) = await self.write_all([operation], txn=txn, profile=profile, brake=brake)
        return result

    async def write_all(
        self,
        operations: Sequence[Operation],
        *,
        txn: str | None = None,
        profile: Profile = TOLERANT,
        shown: frozenset[str] = DERIVED,
        brake: Brake | None = None,
    ) -> list[Any]:
        """Carry out writes as one batch."""
        requests = [
            WriteRequest(
                cause=Cause(TENANT, txn or f"txn-{next(self.txns)}", "00-trace-01"),
                operation=operation,
                profile=profile,
                shown=shown,
                brake=brake,
            )
            for operation in operations
        ]
        return list(await self.write_resources(requests))

    async def read(self, resource: Resource) -> dict[str, Any]:
        """Return the representation of a resource that must be there."""
        (found,) = await self.read_resources([ReadRequest(TENANT, resource.ref, DERIVED)])
        if isinstance(found, Exception):
            raise found
        return shown(found)

    async def search(
        self,
        text: str | None,
        *types: str,
        start_index: int = 1,
        count: int = 100,
        tenant: str = TENANT,
        sort_by: str | None = None,
        is_descending: bool = False,
        cursor_page: CursorPage | None = None,
    ) -> Page:
        """Find resources."""
        return await self.search_resources(
            SearchRequest(
                tenant=tenant,
                resource_types=types,
                filter=text,
                sort_by=sort_by,
                is_descending=is_descending,
                start_index=start_index,
                count=count,
                cursor_page=cursor_page,
                shown=DERIVED,
                profile=TOLERANT,
            )
        )

    async def walk(
        self,
        text: str | None,
        *types: str,
        cursor: str,
        count: int = 100,
        tenant: str = TENANT,
        principal: str = "somebody",
        is_count_chosen: bool = True,
        sort_by: str | None = None,
        is_descending: bool = False,
    ) -> Page:
        """Take a page of a walk by cursors, which live for an hour."""
        return await self.search(
            text,
            *types,
            count=count,
            tenant=tenant,
            sort_by=sort_by,
            is_descending=is_descending,
            cursor_page=CursorPage(cursor, principal, 3600, is_count_chosen),
        )

    async def found(self, text: str | None, *types: str) -> list[str]:
        """Return the ids of all that matches."""
        return [resource.ref.id for resource in (await self.search(text, *types)).resources]

    async def changes(self, cursor: str = "") -> list[Change]:
        """Return every change after a cursor."""
        await self.settled()
        return list((await self.read_changes(cursor, limit=1000, wait_seconds=0)).changes)

    async def end(self) -> str:
        """Return the cursor at the end of the feed."""
        await self.settled()
        return (await self.read_changes("", limit=1000, wait_seconds=0)).next_cursor

    async def erase(self, resource: Resource) -> Erasure:
        """Erase a resource."""
        cause = Cause(TENANT, f"txn-{next(self.txns)}", "00-trace-01")
        return await self.erase_resource(cause, resource.ref.id, requested_by="admin")

    async def applied(self, *changes: ForeignChange) -> list[Any]:
        """Apply foreign changes as one batch."""
        return list(await self.apply_changes(changes))


def shown(resource: Resource) -> dict[str, Any]:
    """Return the representation of a resource, without meta."""
    representation: dict[str, Any] = json.loads(resource.attributes)
    return representation


def creation(resource_type: str, body: dict[str, Any]) -> Create:
    """Return a POST; the schema is added to its body."""
    return Create(resource_type, _encoded(resource_type, body))


def replacement(ref: Ref, body: dict[str, Any], *, if_match: str | None = None) -> Replace:
    """Return a PUT; the schema is added to its body."""
    return Replace(ref, _encoded(ref.resource_type, body), if_match)


def patching(ref: Ref, *operations: dict[str, Any], if_match: str | None = None) -> Modify:
    """Return a PATCH."""
    return Modify(ref, patch_message(*operations), if_match)


def patch_message(*operations: dict[str, Any]) -> bytes:
    """Return a PatchOp message."""
    return json.dumps({"schemas": [PATCH_OP], "Operations": operations}).encode()


def foreign(
    kind: ChangeKind,
    ref: Ref,
    body: dict[str, Any] | bytes = b"",
    *,
    clock: int | None = None,
    txn: str = "foreign-txn",
    lineage: tuple[str, ...] = (_FOREIGN,),
    activation: Activation = Activation.UNCHANGED,
    version: str = "",
) -> ForeignChange:
    """Return a change that another cluster made; without a clock it says not when."""
    return ForeignChange(
        cause=Cause(
            tenant=TENANT,
            txn=txn,
            traceparent="00-far-01",
            origin=None if clock is None else Stamp(clock, _FOREIGN),
            lineage=lineage,
        ),
        issuer_group="far",
        ref=ref,
        kind=kind,
        activation=activation,
        version=version,
        data=body if isinstance(body, bytes) else _encoded(ref.resource_type, body),
    )


def _encoded(resource_type: str, body: dict[str, Any]) -> bytes:
    schema = USER_SCHEMA if resource_type == "User" else GROUP_SCHEMA
    return json.dumps({"schemas": [schema]} | body).encode()
