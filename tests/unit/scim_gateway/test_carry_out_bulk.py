"""Bulk requests over a store in memory."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.registry import standard_registry
from scim_gateway.commands.carry_out_bulk import MAX_BATCH, CarryOutBulk
from scim_gateway.domain.base_uris import representations_below
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.bulk_operations import (
    BulkRequest,
    Failed,
    Method,
    Operation,
    OperationResult,
    Succeeded,
)
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import StoreRefusedError, StoreUnavailableError
from scim_gateway.domain.policies import Lifecycle, Policy
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.writes import (
    Create,
    Delete,
    Patch,
    Replace,
    Transaction,
    Write,
)

REGISTRY = standard_registry()
USER, GROUP = REGISTRY.resource_types
CALLER = Caller("default", "admin", "https://scim.example.org/scim/v2")
TRANSACTION = Transaction("default", "t", "")


@dataclass
class MemoryStore:
    """Implements `ResourceStore`: groups of members that must exist, and notes its batches."""

    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    batches: list[Sequence[Write]] = field(default_factory=list)
    away_after: int | None = None
    most_members: int = 100

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        raise NotImplementedError

    async def write(self, write: Write) -> StoredResource | None:
        raise NotImplementedError

    async def search(self, resource_types: tuple[str, ...], **asked: Any) -> Page:
        raise NotImplementedError

    async def write_all(
        self, writes: Sequence[Write]
    ) -> list[StoredResource | StoreRefusedError | None]:
        if len(self.batches) == self.away_after:
            raise StoreUnavailableError("away")
        self.batches.append(writes)
        return [self._written(write) for write in writes]

    def _written(self, write: Write) -> StoredResource | StoreRefusedError | None:
        match write.change:
            case Create(_, body):
                return self._put(f"id-{len(self.batches)}-{len(self.groups)}", json.loads(body))
            case Patch(ref, body):
                (operation,) = json.loads(body)["Operations"]
                group = self.groups[ref.id]
                members = group.get("members", []) + operation["value"]["members"]
                return self._put(ref.id, {**group, "members": members})
            case Replace(ref, body):
                return self._put(ref.id, json.loads(body))
            case Delete(ref):
                del self.groups[ref.id]
        return None

    def _put(self, group_id: str, group: dict[str, Any]) -> StoredResource | StoreRefusedError:
        if "refused" in group:
            return StoreRefusedError("INVALID_VALUE", "refused")
        if len(group.get("members", ())) > self.most_members:
            return StoreRefusedError("TOO_LARGE", "too many members")
        known = {*self.groups, group_id}
        if any(member["value"] not in known for member in group.get("members", ())):
            return StoreRefusedError("INVALID_VALUE", "no such member")
        self.groups[group_id] = group
        return StoredResource(ResourceRef("Group", group_id), b"{}", 'W/"1"', 0, 0)

    def members(self) -> dict[str, set[str]]:
        """Name each group's members by the groups' names."""
        names = {group_id: group["displayName"] for group_id, group in self.groups.items()}
        return {
            group["displayName"]: {names[each["value"]] for each in group.get("members", ())}
            for group in self.groups.values()
        }


def post(name: str, *members: str, **attributes: Any) -> Operation:
    elements = [{"value": f"bulkId:{member}"} for member in members]
    data = {"displayName": name, "members": elements, **attributes}
    return Operation(Method.POST, name, GROUP, None, data, orjson.dumps(data), None)


async def carried_out(
    store: MemoryStore,
    *operations: Operation,
    fail_on_errors: int | None = None,
    caller: Caller = CALLER,
) -> list[OperationResult]:
    command = CarryOutBulk(store, representations_below(REGISTRY))
    request = BulkRequest(operations, fail_on_errors)
    return await command(request, caller=caller, transaction=TRANSACTION)


def failures(results: Sequence[OperationResult]) -> dict[str | None, bool]:
    return {each.operation.bulk_id: isinstance(each.outcome, Failed) for each in results}


@st.composite
def groups_in_groups(draw: st.DrawFn) -> list[Operation]:
    names = "abcdefgh"[: draw(st.integers(1, 8))]
    members = st.lists(st.sampled_from([*names, "nobody"]), max_size=3, unique=True)
    refused = st.sampled_from([{}, {}, {}, {}, {"refused": True}])
    return [post(name, *draw(members), **draw(refused)) for name in names]


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[Operation], list[Operation]]:
    operations = draw(groups_in_groups())
    return operations, draw(st.permutations(operations))


@given(two_orders(), st.sampled_from([None, 64]))
async def test_any_order_of_operations_gives_the_same_result(
    orders: tuple[list[Operation], list[Operation]], fail_on_errors: int | None
) -> None:
    operations, other_operations = orders
    store, other_store = MemoryStore(), MemoryStore()

    results = await carried_out(store, *operations, fail_on_errors=fail_on_errors)
    other_results = await carried_out(other_store, *other_operations)

    assert store.members() == other_store.members()
    assert failures(results) == failures(other_results)


@given(groups_in_groups())
async def test_what_succeeds_has_just_the_members_that_it_was_given(
    operations: list[Operation],
) -> None:
    store = MemoryStore()

    results = await carried_out(store, *operations)

    asked = {each.bulk_id: {m["value"][7:] for m in each.data["members"]} for each in operations}
    succeeded = {name for name, failed in failures(results).items() if not failed}
    assert store.members() == {name: asked[name] for name in succeeded}


async def test_no_batch_is_so_large_that_others_wait_for_long() -> None:
    store = MemoryStore()

    await carried_out(store, *(post(str(number)) for number in range(1000)))

    assert [len(batch) for batch in store.batches] == [MAX_BATCH] * 15 + [40]


async def test_each_operation_has_a_txn_of_its_own_and_so_has_each_part_of_one() -> None:
    store = MemoryStore()

    await carried_out(store, post("a", "b"), post("b", "a"), post("c", "c", refused=True))

    txns = [write.transaction.txn for batch in store.batches for write in batch]
    assert txns == ["t-0", "t-1", "t-2", "t-0-completed", "t-1-completed"]


async def test_a_circle_of_which_one_part_is_refused_is_undone() -> None:
    store = MemoryStore()

    results = await carried_out(store, post("a", "b"), post("b", "a", refused=True), post("c"))

    assert store.members() == {"c": set()}
    assert failures(results) == {"a": True, "b": True, "c": False}


async def test_what_undoes_a_circle_is_neither_counted_nor_kept() -> None:
    store = MemoryStore()
    limited = Policy(limit=DeletionLimit(5, within_seconds=60))

    operations = post("a", "b"), post("b", "a", refused=True)
    await carried_out(store, *operations, caller=replace(CALLER, policy=limited))

    writes = [write for batch in store.batches for write in batch]
    assert {isinstance(write.change, Delete): write.policy for write in writes} == {
        False: limited,
        True: Policy(lifecycle=Lifecycle(retention_days=0, reuses_ids=False)),
    }


async def test_a_circle_that_the_store_does_not_let_close_is_undone() -> None:
    store = MemoryStore(most_members=1)

    results = await carried_out(
        store, post("a", "b"), post("b", "a", "c"), post("c"), post("d", "a")
    )

    assert store.members() == {"c": set()}
    assert failures(results) == {"a": True, "b": True, "c": False, "d": True}


async def test_after_so_many_errors_nothing_more_is_begun() -> None:
    store = MemoryStore()
    bad = [post(f"bad-{number}", refused=True) for number in range(3)]

    results = await carried_out(store, bad[0], post("a"), bad[1], post("b"), fail_on_errors=2)

    assert failures(results) == {"bad-0": True, "a": False, "bad-1": True}
    assert store.members() == {"a": set()}


async def test_a_store_that_is_away_is_not_waited_for_again() -> None:
    store = MemoryStore(away_after=1)
    names = [str(number) for number in range(3 * MAX_BATCH)]

    results = await carried_out(store, *map(post, names), post("all", *names))

    outcomes = [result.outcome for result in results]
    assert [isinstance(each, Succeeded) for each in outcomes].count(True) == MAX_BATCH
    errors = {each.error.reason for each in outcomes if isinstance(each, Failed)}
    assert errors == {"UNAVAILABLE"}


@pytest.mark.parametrize("method", [Method.PUT, Method.PATCH, Method.DELETE])
async def test_a_failure_names_the_resource_of_the_path(method: Method) -> None:
    operation = Operation(method, None, USER, "a b", {}, b'{"refused":1}', None)

    (result,) = await carried_out(MemoryStore(away_after=0), operation)

    assert result.outcome.location == f"{CALLER.base_uri}/Users/a%20b"
