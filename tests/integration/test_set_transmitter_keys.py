"""Receivers' keys to encrypt to, fetched from a real HTTP server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from secevent.encryption import (
    generate_encryption_jwk,
    unverified_encryption_kid,
)
from secevent.signing import generate_private_jwk, public_jwk
from set_transmitter.adapters.encryption import ReceiverEncryption
from set_transmitter.ports.encryption import EncryptionUnavailableError

FIRST, SECOND = generate_encryption_jwk("ECDH-ES"), generate_encryption_jwk("ECDH-ES")


@dataclass
class Keys:
    """A receiver's server, and what encrypts to it; tests move its clock."""

    jwks: object
    status: int = 200
    fetches: int = 0
    now: float = 1000.0
    uri: str = ""
    encryption: ReceiverEncryption | None = None

    async def show(self, _request: web.Request) -> web.Response:
        self.fetches += 1
        return web.json_response(self.jwks, status=self.status, headers={"Location": "/jwks.json"})

    async def kid(self) -> str | None:
        """Return the kid of the key that a SET is encrypted to now."""
        assert self.encryption is not None
        (jwe,) = await self.encryption.encrypt(self.uri, ["header.payload.signature"])
        return unverified_encryption_kid(jwe)

    def publish(self, *jwks: dict[str, object]) -> None:
        self.jwks = {"keys": [public_jwk(jwk) for jwk in jwks]}


@pytest.fixture
async def keys() -> AsyncIterator[Keys]:
    async with aiohttp.ClientSession() as session:
        served = Keys({"keys": [public_jwk(FIRST)]})
        served.encryption = ReceiverEncryption(session, clock=lambda: served.now)
        app = web.Application()
        app.router.add_get("/jwks.json", served.show)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        served.uri = f"http://127.0.0.1:{runner.addresses[0][1]}/jwks.json"
        yield served
        await runner.cleanup()


async def test_a_key_is_fetched_once_in_ten_minutes(keys: Keys) -> None:
    assert [await keys.kid() for _ in range(3)] == [FIRST["kid"]] * 3
    assert keys.fetches == 1

    keys.publish(SECOND)
    keys.now += 601

    assert await keys.kid() == SECOND["kid"]


async def test_a_key_that_was_refused_is_looked_at_anew_and_not_each_time(keys: Keys) -> None:
    assert keys.encryption is not None
    assert await keys.kid() == FIRST["kid"]
    keys.publish(SECOND)

    keys.encryption.doubt(keys.uri)
    assert await keys.kid() == FIRST["kid"]
    keys.now += 11
    keys.encryption.doubt(keys.uri)

    assert await keys.kid() == SECOND["kid"]
    assert keys.fetches == 2


async def test_while_the_receivers_server_is_away_the_key_of_the_last_hour_does(keys: Keys) -> None:
    assert await keys.kid() == FIRST["kid"]
    keys.status = 500
    keys.now += 3600

    assert await keys.kid() == FIRST["kid"]

    keys.now += 2
    with pytest.raises(EncryptionUnavailableError, match="cannot be had"):
        await keys.kid()


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_without_a_first_answer_nothing_is_encrypted(keys: Keys, status: int) -> None:
    keys.status = status

    with pytest.raises(EncryptionUnavailableError, match=f"answered {status}"):
        await keys.kid()


@pytest.mark.parametrize(
    "jwks",
    [
        pytest.param({"keys": []}, id="no key"),
        pytest.param({"keys": [public_jwk(generate_private_jwk("ES256"))]}, id="to verify by"),
        pytest.param({"keys": "none"}, id="no JWK Set"),
    ],
)
async def test_a_set_without_such_a_key_is_looked_at_again(keys: Keys, jwks: object) -> None:
    keys.jwks = jwks
    with pytest.raises(EncryptionUnavailableError):
        await keys.kid()

    keys.publish(FIRST)
    keys.now += 11

    assert await keys.kid() == FIRST["kid"]
