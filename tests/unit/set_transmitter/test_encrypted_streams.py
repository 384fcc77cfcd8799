"""Streams whose SETs are encrypted to their receiver (RFC 7516)."""

from dataclasses import dataclass, field, replace

import pytest
from support.transmitter_events import a_stream, an_event, pending
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.push import Accepted, Outcome, Refused, Unreachable
from set_transmitter.adapters.encrypted_push import EncryptedPush
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.encryption import EncryptionUnavailableError

PLAIN = a_stream()
KEYS = "https://receiver.example/jwks.json"
ENCRYPTED = replace(PLAIN, receiver_jwks_uri=KEYS)


@pytest.fixture
async def transmitter() -> Transmitter:
    transmitter = a_transmitter()
    transmitter.encryption.keys.add(KEYS)
    await transmitter.configure(ENCRYPTED)
    await transmitter.happen(an_event(), an_event(subject_uri="/Users/bob"))
    return transmitter


async def prepared(transmitter: Transmitter, *, most: int = 9) -> list[Pending]:
    """Make ready what is free, and let it be free again."""
    outbox = transmitter.outbox(PLAIN)
    taken = outbox.backlog.take(most, now=100.0)
    try:
        await transmitter.prepare(outbox, taken, now=1.0)
    finally:
        for each in taken:
            outbox.backlog.release(each)
    return taken


async def jwts(transmitter: Transmitter, *, most: int = 9) -> list[str]:
    return [each.jwt or "" for each in await prepared(transmitter, most=most)]


async def test_what_is_sent_is_encrypted(transmitter: Transmitter) -> None:
    assert [jwt.partition(".")[0] for jwt in await jwts(transmitter)] == ["jwe", "jwe"]


async def test_every_attempt_sends_the_same_bytes_in_any_process(transmitter: Transmitter) -> None:
    first = await jwts(transmitter)

    assert await jwts(transmitter) == first
    assert await jwts(await transmitter.restarted()) == first


async def test_without_a_key_nothing_is_made_ready_and_nothing_lost(
    transmitter: Transmitter,
) -> None:
    transmitter.encryption.keys.clear()
    with pytest.raises(EncryptionUnavailableError):
        await prepared(transmitter)

    with pytest.raises(EncryptionUnavailableError):
        await prepared(await transmitter.restarted())

    transmitter.encryption.keys.add(KEYS)
    assert [jwt.partition(".")[0] for jwt in await jwts(transmitter)] == ["jwe", "jwe"]


async def test_what_was_signed_before_the_stream_was_encrypted_is_encrypted_yet() -> None:
    transmitter = a_transmitter()
    transmitter.encryption.keys.add(KEYS)
    await transmitter.configure(PLAIN)
    await transmitter.happen(an_event(), an_event(subject_uri="/Users/bob"))
    (clear,) = await jwts(transmitter, most=1)

    await transmitter.configure(ENCRYPTED)

    encrypted = await jwts(transmitter)
    assert encrypted[0] == f"jwe.2.to.{KEYS.replace('.', '-')}.{clear}"
    assert await jwts(transmitter) == encrypted
    again = await jwts(await transmitter.restarted())
    assert again[0].endswith(clear)
    assert again[0].startswith("jwe.")


async def test_what_was_encrypted_stays_so(transmitter: Transmitter) -> None:
    encrypted = await jwts(transmitter)

    await transmitter.configure(PLAIN)

    assert await jwts(transmitter) == encrypted


@dataclass
class FakePush:
    """Sends nothing, and says what it is told to."""

    outcome: Outcome
    sent: list[str | None] = field(default_factory=list)

    async def send(self, _stream: Stream, pending: Pending) -> Outcome:
        self.sent.append(pending.jwt)
        return self.outcome


async def test_nothing_leaves_in_the_clear() -> None:
    push, doubted = FakePush(Accepted()), list[str]()

    outcome = await EncryptedPush(push, doubt=doubted.append).send(
        ENCRYPTED, pending(1, jwt="header.payload.sig")
    )

    assert outcome == Unreachable("The SET is yet to be encrypted.", None)
    assert (push.sent, doubted) == ([], [])


@pytest.mark.parametrize(
    ("stream", "outcome", "doubted"),
    [
        (ENCRYPTED, Refused("invalid_key", ""), [KEYS]),
        (ENCRYPTED, Refused("invalid_request", ""), []),
        (ENCRYPTED, Accepted(), []),
        (PLAIN, Accepted(), []),
    ],
)
async def test_a_key_that_a_receiver_refuses_is_looked_at_anew(
    stream: Stream, outcome: Outcome, doubted: list[str]
) -> None:
    found: list[str] = []
    push = EncryptedPush(FakePush(outcome), doubt=found.append)

    assert await push.send(stream, pending(1, jwt="a.b.c.d.e")) == outcome
    assert found == doubted
