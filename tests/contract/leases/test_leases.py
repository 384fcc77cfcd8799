"""What every keeper of leases must do (servicekit.leases)."""

from collections.abc import AsyncIterator

import pytest
from pymongo.errors import OperationFailure
from support.eventually import eventually

from servicekit.leases import Lease, Leases
from servicekit.lone_leases import LoneLeases
from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases

LONG = 60.0
SHORT = 0.05


@pytest.fixture(params=["sqlite", "mongodb"])
async def leases(request: pytest.FixtureRequest) -> AsyncIterator[Leases]:
    if request.param == "sqlite":
        # A SQLite file has one process, which keeps them in memory.
        yield LoneLeases()
        return
    async with open_mongo(request.getfixturevalue("mongo_url"), "leases", []) as opened:
        yield MongoLeases(opened)


async def taken(leases: Leases, holder: str, *, seconds: float = LONG) -> Lease:
    """Take a lease that can be had."""
    lease = await leases.acquire("feed", holder=holder, seconds=seconds)
    assert lease is not None
    return lease


async def test_a_free_lease_goes_to_whoever_asks(leases: Leases) -> None:
    lease = await taken(leases, "a")

    assert (lease.name, lease.holder, lease.fence) == ("feed", "a", 1)
    assert 0 < lease.seconds_left() <= LONG


async def test_a_held_lease_goes_to_nobody_else(leases: Leases) -> None:
    await taken(leases, "a")

    assert await leases.acquire("feed", holder="b", seconds=LONG) is None


async def test_leases_of_different_names_know_nothing_of_each_other(leases: Leases) -> None:
    await taken(leases, "a")

    other = await leases.acquire("journal", holder="b", seconds=LONG)

    assert other is not None
    assert other.fence == 1


async def test_a_renewed_lease_keeps_its_fence(leases: Leases) -> None:
    first = await taken(leases, "a")

    second = await taken(leases, "a")

    assert second.fence == first.fence
    assert second.ends > first.ends


async def test_an_expired_lease_passes_on_with_a_higher_fence(leases: Leases) -> None:
    first = await taken(leases, "a", seconds=SHORT)

    async def passed_on() -> Lease | None:
        return await leases.acquire("feed", holder="b", seconds=LONG)

    second = await eventually(passed_on)

    assert second is not None
    assert second.fence > first.fence
    assert await leases.acquire("feed", holder="a", seconds=LONG) is None


async def test_a_lease_that_was_given_back_is_free_at_once(leases: Leases) -> None:
    first = await taken(leases, "a")

    await leases.release(first)

    second = await taken(leases, "b")
    assert second.fence > first.fence


async def test_a_lease_that_comes_back_to_its_former_holder_has_a_higher_fence(
    leases: Leases,
) -> None:
    first = await taken(leases, "a")
    await leases.release(first)

    again = await taken(leases, "a")

    assert again.fence > first.fence


async def test_nobody_gives_back_what_has_passed_to_another(leases: Leases) -> None:
    first = await taken(leases, "a")
    await leases.release(first)
    await taken(leases, "b")

    await leases.release(first)

    assert await leases.acquire("feed", holder="c", seconds=LONG) is None


async def test_a_transaction_that_a_dead_holder_left_open_holds_nobody_up(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "leases", []) as database:
        leases = MongoLeases(database)
        first = await taken(leases, "a", seconds=SHORT)
        async with database.database.client.start_session() as session:
            await session.start_transaction()
            await leases.check_fence(session, first)

            async def passed_on() -> Lease | None:
                return await leases.acquire("feed", holder="b", seconds=LONG)

            second = await eventually(passed_on)

            with pytest.raises(OperationFailure):
                await session.commit_transaction()
        assert second.fence > first.fence
