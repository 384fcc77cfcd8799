"""Batches for MongoDB: what may be under way at once, and what becomes of one that fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.scim_resources import USER

from resource_store.adapters.mongo.faults import CollisionError, SpoiltBatchError
from resource_store.adapters.mongo.writer import Result, Writer
from resource_store.adapters.waves import waves
from resource_store.domain.decisions import (
    Decision,
    Effect,
    Identity,
    IdentityKind,
    Outcome,
    State,
    Transition,
    Unchanged,
)
from resource_store.domain.errors import StorageFailedError
from resource_store.domain.resources import Ref
from servicekit.failures import StorageError

DONE = Outcome(Effect.APPLIED, None)


def transition(
    key: str, *, members: str = "", txn: str | None = None, tenant: str = "default"
) -> Transition:
    """Return a transition of the resource `key`; each letter of `members` is the id of one."""

    def decide(_state: State) -> Decision:
        return Unchanged(Effect.UNCHANGED)

    return Transition(
        tenant=tenant,
        ref=Ref("User", key),
        resource_type=USER,
        identity=Identity(IdentityKind.TRANSACTION, txn) if txn else None,
        named_members=frozenset(members),
        needs_every_member=False,
        shown=None,
        decide=decide,
    )


class Transactions:
    """Carries out batches by noting them, unless it is told how they fail."""

    def __init__(self) -> None:
        self.batches: list[str] = []
        self.under_way: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures: dict[str, list[Exception]] = {}

    async def __call__(self, transitions: Sequence[Transition]) -> Sequence[Result]:
        keys = [each.ref.id for each in transitions]
        assert self.under_way.isdisjoint(keys)
        self.under_way.update(keys)
        await self.gate.wait()
        self.under_way.difference_update(keys)
        self.batches.append("".join(keys))
        for key in keys:
            if self.failures.get(key):
                raise self.failures[key].pop(0)
        return [DONE] * len(keys)


@pytest.fixture
def transactions() -> Transactions:
    return Transactions()


async def test_what_comes_together_is_one_batch(transactions: Transactions) -> None:
    results = await Writer(transactions).write([transition(key) for key in "abc"])

    assert (results, transactions.batches) == ([DONE] * 3, ["abc"])


async def test_what_names_the_same_waits_for_the_batch_that_is_under_way(
    transactions: Transactions,
) -> None:
    writer = Writer(transactions)
    transactions.gate.clear()
    first = asyncio.create_task(writer.write([transition("a"), transition("g", members="m")]))
    await asyncio.sleep(0)
    second = [transition("m"), transition("x"), transition("h", members="x"), transition("m")]
    later = asyncio.create_task(writer.write(second))
    await asyncio.sleep(0)
    transactions.gate.set()
    await asyncio.gather(first, later)

    assert sorted(transactions.batches[:2]) == ["ag", "xh"]
    assert transactions.batches[2:] == ["mm"]


async def test_what_a_brake_may_count_shares_a_batch_and_is_in_no_two_under_way(
    transactions: Transactions,
) -> None:
    writer = Writer(transactions)
    counted = [replace(transition(key), may_be_counted=True) for key in "abc"]
    transactions.gate.clear()
    first = asyncio.create_task(writer.write(counted[:1]))
    await asyncio.sleep(0)
    later = asyncio.create_task(writer.write([*counted[1:], transition("x")]))
    await asyncio.sleep(0)
    transactions.gate.set()
    await asyncio.gather(first, later)

    assert sorted(transactions.batches[:2]) == ["a", "x"]
    assert transactions.batches[2:] == ["bc"]


async def test_big_groups_have_batches_of_their_own(transactions: Transactions) -> None:
    big = replace(transition("g"), named_members=frozenset(map(str, range(30_000))))

    await Writer(transactions).write([transition("a"), big, transition("b"), transition("c")])

    assert sorted(transactions.batches) == ["abc", "g"]


async def test_what_is_at_fault_is_alone_in_the_end(transactions: Transactions) -> None:
    error = SpoiltBatchError("bad")
    transactions.failures["f"] = [error] * 9

    results = await Writer(transactions).write([transition(key) for key in "abcdefgh"])

    assert results == [DONE] * 5 + [error] + [DONE] * 2
    assert transactions.batches == ["abcdefgh", "abcd", "efgh", "ef", "e", "f", "gh"]


async def test_a_collision_is_tried_again_on_a_newer_snapshot(transactions: Transactions) -> None:
    transactions.failures["a"] = [CollisionError("met another")] * 2

    results = await Writer(transactions).write([transition("a")])

    assert (results, transactions.batches) == ([DONE], ["a", "a", "a"])


async def test_collisions_without_an_end_come_to_one(transactions: Transactions) -> None:
    transactions.failures["a"] = [CollisionError("met another")] * 100

    (result,) = await Writer(transactions).write([transition("a")])

    assert isinstance(result, CollisionError)


async def test_a_database_that_is_away_fails_a_batch_as_a_whole(
    transactions: Transactions,
) -> None:
    transactions.failures["b"] = [StorageError("away")]

    results = await Writer(transactions).write([transition("a"), transition("b")])

    assert [type(result) for result in results] == [StorageFailedError] * 2
    assert transactions.batches == ["ab"]


async def test_finishing_waits_for_all_that_was_asked_for(transactions: Transactions) -> None:
    writer = Writer(transactions)
    transactions.gate.clear()
    writing = asyncio.create_task(writer.write([transition(str(n)) for n in range(400)]))
    await asyncio.sleep(0)
    writing.cancel()
    transactions.gate.set()

    await writer.finish()

    assert sum(len(batch) > 0 for batch in transactions.batches) == 7


@pytest.mark.parametrize(
    ("transitions", "expected"),
    [
        pytest.param([transition("a"), transition("b")], [[0, 1]], id="nothing in common"),
        pytest.param(
            [transition("a"), transition("b"), transition("a")],
            [[0, 1], [2]],
            id="the same resource",
        ),
        pytest.param(
            [transition("m"), transition("g", members="m"), transition("h", members="n")],
            [[0, 2], [1]],
            id="a member",
        ),
        pytest.param(
            [transition("a", txn="t"), transition("b", txn="t")],
            [[0], [1]],
            id="a transaction repeated",
        ),
        pytest.param(
            [transition("a"), transition("a", tenant="other")], [[0, 1]], id="another tenant"
        ),
        pytest.param(
            [transition("a"), transition("g", members="ab"), transition("b")],
            [[0], [1], [2]],
            id="behind one that waits",
        ),
    ],
)
def test_transitions_that_name_the_same_are_decided_one_after_the_other(
    transitions: list[Transition], expected: list[list[int]]
) -> None:
    assert waves(transitions) == expected
