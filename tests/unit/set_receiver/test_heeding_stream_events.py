"""What is made of a transmitter's events about its stream (SSF 1.0 sections 8.1.4 and 8.1.5)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from support.memory_receipts import MemoryReceipts, MemoryStreamStates
from support.received_sets import IAT, STREAM, TOKEN, Issuer

from secevent.encryption import DecryptionKeys
from secevent.errors import InvalidRequestError, InvalidStateError
from secevent.ssf_events import STREAM_UPDATED, VERIFICATION, stream_subject
from secevent.verification import KeySet
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.open_sets import OpenSets
from set_receiver.commands.take_in import TakeIn
from set_receiver.domain.acceptance import Acceptance, Delivered, Received, Refused
from set_receiver.domain.changes import Ignored, treatment
from set_receiver.domain.stream_states import RemoteStatus

ISSUED = Issuer()


class Keys:
    def known(self, jwks_uri: str) -> KeySet:
        del jwks_uri
        return KeySet.from_jwks(ISSUED.jwks)

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        raise NotImplementedError

    async def of(self, tenant: str, *, kid: str | None) -> DecryptionKeys:
        raise NotImplementedError


class Receiver:
    def __init__(self) -> None:
        self.states = MemoryStreamStates()
        self._take_in = TakeIn(
            MemoryReceipts(),
            Keys(),
            OpenSets(Keys()),
            lambda: IAT * 1_000_000,
            HeedStreamEvents(self.states),
        )

    async def take_in(
        self, uri: str, payload: Mapping[str, object], *, sub_id: dict[str, object] | None = None
    ) -> Acceptance:
        subject = stream_subject("the-transmitters-id") if sub_id is None else sub_id
        token = replace(TOKEN, events={uri: payload}, sub_id=subject)
        (outcome,) = await self._take_in(STREAM, [Delivered(ISSUED.sign(token), None, "")])
        return outcome


async def test_an_unsolicited_verification_is_received() -> None:
    assert await Receiver().take_in(VERIFICATION, {}) == Received(is_new=True)


async def test_a_verification_with_a_state_that_was_asked_for_is_received_again_too() -> None:
    receiver = Receiver()
    await receiver.states.ask("default", STREAM.stream_id, "asked")

    assert await receiver.take_in(VERIFICATION, {"state": "asked"}) == Received(is_new=True)
    assert await receiver.take_in(VERIFICATION, {"state": "asked"}) == Received(is_new=False)


async def test_another_state_is_refused_as_such() -> None:
    receiver = Receiver()
    await receiver.states.ask("default", "another-stream", "asked")

    outcome = await receiver.take_in(VERIFICATION, {"state": "asked"})

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, InvalidStateError)
    assert outcome.error.err == "invalid_state"


async def test_a_status_that_is_told_is_noted() -> None:
    receiver = Receiver()

    outcome = await receiver.take_in(STREAM_UPDATED, {"status": "paused", "reason": "upgrade"})

    assert outcome == Received(is_new=True)
    told = RemoteStatus("paused", "upgrade", told=IAT)
    assert receiver.states.told == {("default", STREAM.stream_id): told}


@pytest.mark.parametrize(
    ("uri", "payload", "sub_id"),
    [
        (VERIFICATION, {"state": 7}, None),
        (VERIFICATION, {}, {"format": "email", "email": "ann@example.com"}),
        (STREAM_UPDATED, {}, None),
        (STREAM_UPDATED, {"status": "asleep"}, None),
        (STREAM_UPDATED, {"status": "paused"}, {"format": "scim", "uri": "/Users/ann"}),
    ],
    ids=["state", "subject", "no status", "unknown status", "subject of a status"],
)
async def test_what_is_no_event_of_a_stream_is_refused(
    uri: str, payload: dict[str, object], sub_id: dict[str, object] | None
) -> None:
    receiver = Receiver()

    outcome = await receiver.take_in(uri, payload, sub_id=sub_id)

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, InvalidRequestError)
    assert receiver.states.told == {}


@pytest.mark.parametrize(
    ("uri", "payload", "beginning"),
    [
        (VERIFICATION, {"state": "any"}, "VERIFICATION: "),
        (STREAM_UPDATED, {"status": "paused", "reason": "upgrade"}, "STREAM_UPDATED: "),
    ],
)
def test_both_change_no_resource_and_the_receipt_says_why(
    uri: str, payload: dict[str, object], beginning: str
) -> None:
    token = replace(TOKEN, events={uri: payload}, sub_id=stream_subject("the-transmitters-id"))

    decided = treatment(token, resource_types={"/Users": "User"}, can_fetch=False)

    assert isinstance(decided, Ignored)
    assert decided.reason.startswith(beginning)
