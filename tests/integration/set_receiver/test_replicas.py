"""Two receivers on one MongoDB: either takes SETs in, one of them applies and polls."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.eventually import eventually
from support.receiver_processes import Replica, Replicas, two_replicas
from support.receiver_service import push_stream

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.ssf.v1 import stream_pb2
from secevent.token import SecurityEventToken

SUBJECTS = ("ann", "ben", "cat", "dan")
TAKEN_OVER_SECONDS = 60.0


@pytest.fixture
async def replicas(tmp_path: Path, mongo_url: str) -> AsyncIterator[Replicas]:
    async with two_replicas(tmp_path, mongo_url) as running:
        yield running


async def push_to_both(replicas: Replicas, *, rounds: int) -> list[SecurityEventToken]:
    """Push events of several subjects, each of a subject to another replica than the one before."""
    tokens = []
    for number in range(rounds):
        replica = (replicas.first, replicas.second)[number % 2]
        for subject in SUBJECTS:
            token = replica.deleted(f"/Users/{subject}")
            assert await replica.push_token(token) == 202
            tokens.append(token)
    return tokens


def expected_txns(tokens: list[SecurityEventToken], subject: str) -> list[str | None]:
    return [token.txn for token in tokens if token.sub_id["uri"] == f"/Users/{subject}"]


def assert_each_was_applied_once_in_order(
    replicas: Replicas, tokens: list[SecurityEventToken]
) -> None:
    applied = {subject: replicas.store.txns_of(subject) for subject in SUBJECTS}
    assert applied == {subject: expected_txns(tokens, subject) for subject in SUBJECTS}


async def until_settled(replica: Replica, count: int) -> None:
    async def are_settled() -> bool:
        states = await replica.states()
        return len(states) == count and "pending" not in states

    await eventually(are_settled, seconds=TAKEN_OVER_SECONDS)


async def test_what_either_takes_in_is_applied_once_and_in_order(replicas: Replicas) -> None:
    tokens = await push_to_both(replicas, rounds=6)

    await until_settled(replicas.second, len(tokens))

    assert_each_was_applied_once_in_order(replicas, tokens)


async def test_a_set_that_was_pushed_to_both_is_kept_once(replicas: Replicas) -> None:
    compact = replicas.first.issuer.sign(replicas.first.deleted())

    answers = await asyncio.gather(replicas.first.push(compact), replicas.second.push(compact))

    assert [answer.status for answer in answers] == [202, 202]
    await replicas.second.eventually_states("applied")


async def test_when_the_one_that_applies_is_killed_the_other_goes_on(replicas: Replicas) -> None:
    replicas.store.answers.clear()
    tokens = await push_to_both(replicas, rounds=6)
    await eventually(lambda: replicas.store.applied)

    await replicas.first.kill()

    replicas.store.answers.set()
    await until_settled(replicas.second, len(tokens))
    assert_each_was_applied_once_in_order(replicas, tokens)


async def test_one_that_stood_still_past_its_lease_records_nothing(replicas: Replicas) -> None:
    replicas.store.answers.clear()
    await replicas.second.push_token(replicas.second.deleted())
    await eventually(lambda: replicas.store.attempts["ann"] == 1)
    replicas.first.send(signal.SIGSTOP)
    # What the first is about to hear is that it was applied; the second hears otherwise.
    replicas.store.failures["ann"] = Failure(reason="UNIQUENESS", detail="userName")
    replicas.store.answers.set()
    await eventually(lambda: replicas.store.attempts["ann"] > 1, seconds=TAKEN_OVER_SECONDS)
    await replicas.second.eventually_states("pending")

    replicas.first.send(signal.SIGCONT)

    await eventually(lambda: "lease.lost" in replicas.first.log(), seconds=TAKEN_OVER_SECONDS)
    assert await replicas.second.states() == ["pending"]
    replicas.store.failures.clear()
    await until_settled(replicas.second, 1)
    assert len(replicas.store.txns_of("ann")) == 1


async def test_one_of_them_polls_and_the_other_takes_over(replicas: Replicas) -> None:
    replicas.streams.put(
        push_stream(
            replicas.remote,
            stream_id="pollstreamaa",
            delivery_method=stream_pb2.DELIVERY_METHOD_POLL,
            endpoint_url=f"{replicas.remote.origin}/poll",
        )
    )
    offer(replicas, "ann")
    await until_settled(replicas.second, 1)
    await eventually(lambda: replicas.remote.waiting_polls == 1)

    await replicas.first.kill()

    offer(replicas, "ben")
    await until_settled(replicas.second, 2)
    assert sorted(replicas.store.ids()) == ["ann", "ben"]
    assert replicas.remote.most_waiting_polls == 1


def offer(replicas: Replicas, subject: str) -> None:
    token = replicas.first.deleted(f"/Users/{subject}")
    replicas.remote.offer({token.jti: replicas.first.issuer.sign(token)})
