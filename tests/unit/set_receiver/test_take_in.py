import dataclasses
from dataclasses import dataclass, field, replace

import pytest
from support.memory_receipts import MemoryReceipts, MemoryStreamStates
from support.received_sets import IAT, STREAM, TOKEN, Issuer, provenance

from secevent.encryption import DecryptionKeys, EncryptionKey, generate_encryption_jwk
from secevent.errors import InvalidKeyError, UnknownKeyError
from secevent.scim_events import DELETE
from secevent.signing import public_jwk
from secevent.verification import KeySet
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.open_sets import OpenSets
from set_receiver.commands.take_in import TakeIn
from set_receiver.domain.acceptance import Delivered, Received, Refused, Undecided
from set_receiver.domain.changes import stored_token
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


@dataclass
class FakeTenantKeys:
    """The keys of the default tenant, unless the registrar is away."""

    jwks: list[dict[str, object]] = field(default_factory=list)
    is_away: bool = False
    asked_for: list[str | None] = field(default_factory=list)

    async def of(self, tenant: str, *, kid: str | None) -> DecryptionKeys:
        assert tenant == STREAM.tenant
        self.asked_for.append(kid)
        if self.is_away:
            raise KeysUnavailableError("the registrar is away", retry_after=1.0)
        return DecryptionKeys.from_private_jwks(self.jwks)


@pytest.fixture
def tenant_keys() -> FakeTenantKeys:
    return FakeTenantKeys()


@pytest.fixture
def take_in(receipts: MemoryReceipts, keys: FakeKeys, tenant_keys: FakeTenantKeys) -> TakeIn:
    heed = HeedStreamEvents(MemoryStreamStates())
    return TakeIn(receipts, keys, OpenSets(tenant_keys), lambda: IAT * 1_000_000, heed)


@pytest.fixture(scope="module")
def private_jwk() -> dict[str, object]:
    return generate_encryption_jwk("ECDH-ES")


def encrypted(compact: str, private_jwk: dict[str, object]) -> str:
    key = EncryptionKey.from_jwks({"keys": [public_jwk(private_jwk)]})
    assert key is not None
    return key.encrypt(compact)


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


async def test_what_is_encrypted_is_opened_and_kept_as_it_was_signed(
    take_in: TakeIn,
    tenant_keys: FakeTenantKeys,
    receipts: MemoryReceipts,
    issuer: Issuer,
    private_jwk: dict[str, object],
) -> None:
    tenant_keys.jwks = [private_jwk]
    signed = issuer.sign(TOKEN)

    outcomes = await take_in(STREAM, pushed(encrypted(signed, private_jwk)))

    assert outcomes == [Received(is_new=True)]
    (receipt,) = await receipts.page(Selection("default"), after=0, limit=9)
    assert receipt.arrival.token == signed


async def test_what_was_received_in_the_clear_may_come_again_encrypted(
    take_in: TakeIn, tenant_keys: FakeTenantKeys, issuer: Issuer, private_jwk: dict[str, object]
) -> None:
    tenant_keys.jwks = [private_jwk]
    signed = issuer.sign(TOKEN)
    await take_in(STREAM, pushed(signed))

    outcomes = await take_in(STREAM, pushed(encrypted(signed, private_jwk)))

    assert outcomes == [Received(is_new=False)]


async def test_what_is_encrypted_must_be_signed_by_the_issuer_too(
    take_in: TakeIn, tenant_keys: FakeTenantKeys, issuer: Issuer, private_jwk: dict[str, object]
) -> None:
    tenant_keys.jwks = [private_jwk]
    bodies = [issuer.forge(TOKEN), "eyJhbGciOiJub25lIn0.e30.", "garbage"]

    outcomes = await take_in(
        STREAM, [Delivered(encrypted(body, private_jwk), None, "") for body in bodies]
    )

    assert [type(outcome) for outcome in outcomes] == [Refused] * 3


async def test_encrypted_to_a_key_that_is_not_ours_is_an_invalid_key(
    take_in: TakeIn, tenant_keys: FakeTenantKeys, issuer: Issuer, private_jwk: dict[str, object]
) -> None:
    sealed = Delivered(encrypted(issuer.sign(TOKEN), private_jwk), "jti-1", "")
    clear = Delivered(issuer.sign(replace(TOKEN, jti="jti-2")), "jti-2", "")

    refused, received = await take_in(STREAM, [sealed, clear])

    assert isinstance(refused, Refused)
    assert isinstance(refused.error, InvalidKeyError)
    assert received == Received(is_new=True)
    assert tenant_keys.asked_for == [private_jwk["kid"]]


async def test_while_the_registrar_is_away_what_is_encrypted_waits(
    take_in: TakeIn, tenant_keys: FakeTenantKeys, issuer: Issuer, private_jwk: dict[str, object]
) -> None:
    tenant_keys.is_away = True

    outcomes = await take_in(STREAM, pushed(encrypted(issuer.sign(TOKEN), private_jwk)))

    assert outcomes == [Undecided("the registrar is away", 1.0)]


async def test_an_algorithm_that_the_stream_does_not_accept_is_refused(
    take_in: TakeIn, issuer: Issuer
) -> None:
    stream = replace(STREAM, algorithms=frozenset({"RS256"}))

    (outcome,) = await take_in(stream, pushed(issuer.sign(TOKEN)))

    assert isinstance(outcome, Refused)
    assert "alg must be one of RS256" in outcome.error.description


async def test_what_older_drafts_say_is_kept_for_what_it_means_on_a_stream_that_accepts_it(
    take_in: TakeIn, receipts: MemoryReceipts, issuer: Issuer
) -> None:
    older = replace(TOKEN, events={"urn:ietf:params:SCIM:event:prov:delete": {}})
    compact = issuer.sign(older)

    await take_in(STREAM, pushed(compact))
    await take_in(
        replace(STREAM, stream_id="stream-b", accepts_legacy=True),
        pushed(issuer.sign(replace(older, jti="jti-2"))),
    )

    page = await receipts.page(Selection("default"), after=0, limit=9)
    assert [receipt.arrival.event_type for receipt in page] == [
        "urn:ietf:params:SCIM:event:prov:delete",
        DELETE,
    ]
    assert [list(stored_token(receipt.arrival).events) for receipt in page] == [
        ["urn:ietf:params:SCIM:event:prov:delete"],
        [DELETE],
    ]
