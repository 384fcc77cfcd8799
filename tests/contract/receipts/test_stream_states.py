"""What every store keeps of streams beside their receipts."""

import pytest

from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.domain.stream_states import MOST_ASKED, RemoteStatus
from set_receiver.ports.stream_states import StreamStates

PAUSED = RemoteStatus("paused", "upgrade", told=100)


@pytest.fixture
def states(store: ReceiptStore) -> StreamStates:
    return store.states


async def test_a_state_that_was_asked_for_is_remembered_for_its_stream(
    states: StreamStates,
) -> None:
    await states.ask("default", "a", "one")
    await states.ask("default", "a", "two")
    await states.ask("default", "a", "one")

    assert await states.asked("default", "a") == {"one", "two"}
    assert await states.asked("default", "b") == frozenset()
    assert await states.asked("other", "a") == frozenset()


async def test_the_last_states_are_remembered(states: StreamStates) -> None:
    for number in range(MOST_ASKED + 2):
        await states.ask("default", "a", f"{number}")

    assert await states.asked("default", "a") == {f"{n}" for n in range(2, MOST_ASKED + 2)}


@pytest.mark.parametrize(
    ("next_status", "kept"),
    [
        (RemoteStatus("enabled", "", told=101), RemoteStatus("enabled", "", told=101)),
        (RemoteStatus("disabled", "", told=100), RemoteStatus("disabled", "", told=100)),
        (RemoteStatus("enabled", "", told=99), PAUSED),
    ],
    ids=["a later one", "one of the same second", "an earlier one that comes late"],
)
async def test_the_latest_status_that_was_told_is_kept(
    states: StreamStates, next_status: RemoteStatus, kept: RemoteStatus
) -> None:
    await states.ask("default", "a", "one")
    await states.note_status("default", "a", PAUSED)
    await states.note_status("other", "c", PAUSED)

    await states.note_status("default", "a", next_status)

    assert dict(await states.statuses("default")) == {"a": kept}


async def test_of_a_closed_tenant_nothing_is_kept(
    store: ReceiptStore, request: pytest.FixtureRequest
) -> None:
    if "memory" in request.node.name:
        return
    await store.purging.close(["gone"])

    await store.states.note_status("gone", "a", PAUSED)

    assert dict(await store.states.statuses("gone")) == {}
