"""Erasing a person, and restoring one, as the gateway does it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from scim_gateway.commands.erase_person import ErasePerson
from scim_gateway.commands.restore_resource import RestoreResource
from scim_gateway.domain.errors import NotFoundError, StoreRefusedError
from scim_gateway.domain.lifecycle import (
    DeletedResource,
    DeletedSelection,
    Erasure,
    ErasureRequest,
)
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Search
from scim_gateway.domain.writes import Restore, Transaction, Write

REF = ResourceRef("User", "1")
ANN = StoredResource(REF, b'{"userName":"Ann"}', 'W/"1-a"', 1, 1)
REQUEST = ErasureRequest("default", "1", "t-1", "admin")
REPORT = Erasure(REF, "admin", begun=1, completed=0, through=9, removed={})
TRANSACTION = Transaction("default", "t-1", "")


@dataclass
class Store:
    """The store of resources and of deleted ones, and the request log: all that is asked of it."""

    living: StoredResource | None = None
    kept: DeletedResource | None = None
    done: list[object] = field(default_factory=list)

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        if self.living is None:
            raise StoreRefusedError("RESOURCE_NOT_FOUND", "gone")
        assert (ref, tenant) == (REF, "default")
        assert omitted_attributes
        return self.living

    async def write(self, write: Write) -> StoredResource | None:
        self.done.append(write.change)
        return ANN

    async def write_all(
        self, writes: Sequence[Write]
    ) -> Sequence[StoredResource | StoreRefusedError | None]:
        raise NotImplementedError

    async def search(self, search: Search) -> Page:
        raise NotImplementedError

    async def deleted(
        self, selected: DeletedSelection, *, after: str, limit: int
    ) -> Sequence[DeletedResource]:
        assert (selected, after, limit) == (DeletedSelection("default", id="1"), "", 1)
        return [] if self.kept is None else [self.kept]

    async def erase(self, request: ErasureRequest) -> Erasure:
        self.done.append(request)
        return REPORT

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, is_complete: bool
    ) -> Erasure:
        assert (tenant, resource_id) == ("default", "1")
        return replace(REPORT, removed=removed, completed=int(is_complete))

    async def erasures(
        self, tenant: str, *, resource_id: str, after: str, limit: int
    ) -> Sequence[Erasure]:
        raise NotImplementedError

    async def forget(self, tenant: str, resource_id: str, names: Collection[str]) -> int:
        assert (tenant, resource_id) == ("default", "1")
        self.done.append(sorted(names))
        return 2


def kept(user_name: str) -> DeletedResource:
    return DeletedResource(REF, user_name, "", "", deleted=1, purge_after=2)


@pytest.mark.parametrize(
    "store",
    [
        pytest.param(Store(living=ANN), id="living"),
        pytest.param(Store(kept=kept("Ann")), id="deleted"),
    ],
)
async def test_requests_are_forgotten_by_the_name_before_and_after_the_store_erases(
    store: Store,
) -> None:
    report = await ErasePerson(store, store, store.forget).begin(REQUEST)

    assert store.done == [["Ann"], REQUEST, ["Ann"]]
    assert report.removed == {"request_log_entries": 4}
    assert report.completed == 0


async def test_who_is_unknown_is_looked_for_by_the_id() -> None:
    store = Store()

    await ErasePerson(store, store, store.forget).begin(REQUEST)

    assert store.done == [[], REQUEST, []]


async def test_what_came_meanwhile_is_forgotten_at_the_end() -> None:
    store = Store()

    report = await ErasePerson(store, store, store.forget).complete("default", "1", {"events": 3})

    assert store.done == [[]]
    assert report.removed == {"events": 3, "request_log_entries": 2}
    assert report.completed == 1


async def test_what_is_kept_is_restored_by_its_type() -> None:
    store = Store(kept=kept("Ann"))

    restored = await RestoreResource(store, store)("1", transaction=TRANSACTION)

    assert restored == ANN
    assert store.done == [Restore(REF)]


async def test_what_is_not_kept_is_not_restored() -> None:
    store = Store()

    with pytest.raises(NotFoundError):
        await RestoreResource(store, store)("1", transaction=TRANSACTION)
    assert store.done == []
