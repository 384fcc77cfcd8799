import dataclasses
from dataclasses import dataclass, field, replace

import pytest
from support.memory_receipts import MemoryReceipts, MemoryStreamStates
from support.received_sets import IAT, STREAM, TOKEN, Issuer, provenance

from secevent.errors import UnknownKeyError
from secevent.scim_events import DELETE
from secevent.verification import KeySet
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.take_in import TakeIn
from set_receiver.domain.acceptance import Delivered, Received, Refused, Undecided
from set_receiver.domain.errors import KeysUnavailableError
from set_receiver.domain.receipts import Selection


@dataclass
class FakeKeys:
    """The keys of one issuer: those at hand, and those that a fetch would give."""

    at_hand: KeySet
    fetchable: KeySet | None = None
    fetched_for: list[str | None] = field(default_factory=list)

    def known(self, jwks_uri: str) -> KeySet:
        assert jwks_uri == STREAM.jwks_uri
        return self.at_hand

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        assert jwks_uri == STREAM.jwks_uri
        self.fetched_for.append(kid)
        if self.fetchable is None:
            raise KeysUnavailableError("the issuer's server is away", retry_after=3.0)
        return self.fetchable


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def receipts() -> MemoryReceipts:
    return MemoryReceipts()


@pytest.fixture
def keys(issuer: Issuer) -> FakeKeys:
    return FakeKeys(at_hand=KeySet.from_jwks(issuer.jwks))


@pytest.fixture
def take_in(receipts: MemoryReceipts, keys: FakeKeys) -> TakeIn:
    heed = HeedStreamEvents(MemoryStreamStates())
    return TakeIn(receipts, keys, lambda: IAT * 1_000_000, heed)


def pushed(compact: str) -> list[Delivered]:
    return [Delivered(compact, jti=None, traceparent="")]


async def jtis_in(receipts: MemoryReceipts) -> list[str]:
    page = await receipts.page(Selection("default"), after=0, limit=1000)
    return [receipt.arrival.jti for receipt in page]


async def test_what_is_received_is_kept(
    take_in: TakeIn, receipts: MemoryReceipts, issuer: Issuer
) -> None:
    assert await take_in(STREAM, pushed(issuer.sign(TOKEN))) == [Received(is_new=True)]
    assert await jtis_in(receipts) == ["jti-1"]


async def test_what_comes_again_is_received_again_and_not_kept_twice(
    take_in: TakeIn, receipts: MemoryReceipts, issuer: Issuer
) -> None:
    await take_in(STREAM, pushed(issuer.sign(TOKEN)))

    assert await take_in(STREAM, pushed(issuer.sign(TOKEN))) == [Received(is_new=False)]
    assert await jtis_in(receipts) == ["jti-1"]


async def test_one_bad_set_does_not_spoil_those_beside_it(
    take_in: TakeIn, receipts: MemoryReceipts, issuer: Issuer
) -> None:
    good, bad = issuer.sign(TOKEN), issuer.forge(replace(TOKEN, jti="jti-2"))

    outcomes = await take_in(STREAM, [Delivered(bad, "jti-2", ""), Delivered(good, "jti-1", "")])

    assert isinstance(outcomes[0], Refused)
    assert outcomes[1] == Received(is_new=True)
    assert await jtis_in(receipts) == ["jti-1"]


async def test_a_large_batch_is_kept_in_the_order_of_its_stamps(
    take_in: TakeIn, receipts: MemoryReceipts, issuer: Issuer
) -> None:
    tokens = [issuer.token(DELETE, {}, subject=f"/Users/{n}") for n in range(20)]
    stamped = [
        dataclasses.replace(token, provenance=provenance(100 - n)) for n, token in enumerate(tokens)
    ]

    outcomes = await take_in(STREAM, [Delivered(issuer.sign(t), t.jti, "") for t in stamped])

    assert outcomes == [Received(is_new=True)] * 20
    assert await jtis_in(receipts) == [token.jti for token in reversed(stamped)]


async def test_an_unknown_kid_is_looked_for_once(
    take_in: TakeIn, keys: FakeKeys, issuer: Issuer
) -> None:
    old_keys = keys.at_hand
    issuer.rotate()
    keys.fetchable = KeySet.from_jwks(issuer.jwks)

    assert keys.at_hand is old_keys
    assert await take_in(STREAM, pushed(issuer.sign(TOKEN))) == [Received(is_new=True)]
    assert keys.fetched_for == [issuer.signer.kid]


async def test_a_kid_that_a_fresh_key_set_lacks_is_refused(
    take_in: TakeIn, keys: FakeKeys, issuer: Issuer, receipts: MemoryReceipts
) -> None:
    keys.fetchable = keys.at_hand
    issuer.rotate()

    (outcome,) = await take_in(STREAM, pushed(issuer.sign(TOKEN)))

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, UnknownKeyError)
    assert await jtis_in(receipts) == []


async def test_without_keys_nothing_is_accepted_and_nothing_refused(
    take_in: TakeIn, keys: FakeKeys, issuer: Issuer
) -> None:
    keys.at_hand = KeySet(())

    outcomes = await take_in(STREAM, pushed(issuer.sign(TOKEN)))

    assert outcomes == [Undecided("the issuer's server is away", 3.0)]


async def test_what_is_no_set_at_all_is_refused_even_without_keys(
    take_in: TakeIn, keys: FakeKeys
) -> None:
    keys.at_hand = KeySet(())

    (outcome,) = await take_in(STREAM, pushed("garbage"))

    assert isinstance(outcome, Refused)
    assert keys.fetched_for == []


async def test_only_those_wait_for_keys_that_lack_one(take_in: TakeIn, issuer: Issuer) -> None:
    known = Delivered(issuer.sign(TOKEN), "jti-1", "")
    issuer.rotate()
    unknown = Delivered(issuer.sign(replace(TOKEN, jti="jti-2")), "jti-2", "")

    assert await take_in(STREAM, [unknown, known]) == [
        Undecided("the issuer's server is away", 3.0),
        Received(is_new=True),
    ]
