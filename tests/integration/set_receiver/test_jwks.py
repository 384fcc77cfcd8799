"""Issuers' keys, fetched from a real HTTP server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from support.received_sets import Issuer
from support.receiver_peers import RemoteTransmitter, remote_transmitter

from secevent.verification import KeySet
from set_receiver.adapters.issuer_keys import HttpIssuerKeys
from set_receiver.domain.errors import KeysUnavailableError


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def remote() -> AsyncIterator[RemoteTransmitter]:
    async with remote_transmitter(Issuer()) as running:
        yield running


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[HttpIssuerKeys]:
    async with aiohttp.ClientSession() as session:
        yield HttpIssuerKeys(session, clock=clock)


def kids(keys: KeySet) -> list[str | None]:
    return [key.kid for key in keys.keys]


@pytest.fixture
def uri(remote: RemoteTransmitter) -> str:
    return f"{remote.origin}/jwks.json"


async def test_keys_are_known_for_ten_minutes(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, clock: Clock
) -> None:
    fetched = await client.having("any", jwks_uri=uri)

    assert kids(fetched) == [remote.issuer.signer.kid]
    clock.now += 600
    assert kids(client.known(uri)) == kids(fetched)
    clock.now += 1
    assert kids(client.known(uri)) == []


async def test_nothing_is_known_before_the_first_fetch(client: HttpIssuerKeys, uri: str) -> None:
    assert kids(client.known(uri)) == []


async def test_an_unknown_kid_makes_one_fetch_in_ten_seconds(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, clock: Clock
) -> None:
    await client.having(remote.issuer.signer.kid, jwks_uri=uri)
    clock.now += 1
    await client.having("made-up", jwks_uri=uri)
    clock.now += 1

    again = await client.having("made-up", jwks_uri=uri)

    assert kids(again) == [remote.issuer.signer.kid]
    assert remote.jwks_fetches == 2


async def test_another_unknown_kid_must_wait_for_the_next_fetch(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, clock: Clock
) -> None:
    await client.having(remote.issuer.signer.kid, jwks_uri=uri)
    clock.now += 1
    await client.having("made-up", jwks_uri=uri)
    clock.now += 4
    remote.issuer.rotate()

    with pytest.raises(KeysUnavailableError) as refusal:
        await client.having(remote.issuer.signer.kid, jwks_uri=uri)

    assert refusal.value.retry_after == 6.0
    clock.now += 6
    fresh = await client.having(remote.issuer.signer.kid, jwks_uri=uri)
    assert kids(fresh) == [remote.issuer.signer.kid]


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_without_a_first_answer_there_are_no_keys(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, status: int
) -> None:
    remote.jwks_status = status

    with pytest.raises(KeysUnavailableError, match=f"answered {status}"):
        await client.having("any", jwks_uri=uri)


async def test_a_failed_fetch_is_not_repeated_at_once(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, clock: Clock
) -> None:
    remote.jwks_status = 500
    for _ in range(3):
        with pytest.raises(KeysUnavailableError):
            await client.having("any", jwks_uri=uri)
    assert remote.jwks_fetches == 1

    clock.now += 1
    remote.jwks_status = 200

    assert kids(await client.having("any", jwks_uri=uri)) == [remote.issuer.signer.kid]


async def test_known_keys_outlive_an_outage_for_an_hour_and_no_longer(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str, clock: Clock
) -> None:
    await client.having("any", jwks_uri=uri)
    remote.jwks_status = 500
    clock.now += 3600

    assert kids(await client.having("any", jwks_uri=uri)) == [remote.issuer.signer.kid]

    clock.now += 1
    with pytest.raises(KeysUnavailableError):
        await client.having("any", jwks_uri=uri)


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param("", id="empty"),
        pytest.param("NONE", id="no URI"),
        pytest.param("http://127.0.0.1:1/jwks.json", id="nobody listens"),
    ],
)
async def test_a_uri_without_keys_behind_it_fails_closed(
    client: HttpIssuerKeys, unusable: str
) -> None:
    with pytest.raises(KeysUnavailableError):
        await client.having("any", jwks_uri=unusable)


async def test_a_jwks_that_is_none_is_no_key_set(
    client: HttpIssuerKeys, remote: RemoteTransmitter, uri: str
) -> None:
    remote.issuer.jwks = {"keys": "none"}

    with pytest.raises(KeysUnavailableError):
        await client.having("any", jwks_uri=uri)
