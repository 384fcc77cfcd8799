"""Bearer tokens over a real socket (RFC 6750)."""

import asyncio

from support.running_gateway import (
    ANN,
    TOKEN,
    Gateway,
    until,
)


async def test_a_request_without_a_token_is_challenged(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/Users/1", token=None)

    assert answer.error == (401, None)
    assert answer.headers["www-authenticate"] == 'Bearer realm="heliograph"'


async def test_an_unknown_token_is_challenged(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Users", ANN, token="unknown")

    assert answer.error == (401, None)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert gateway.store.writes == []


async def test_a_token_of_another_scope_is_refused(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/Users", token="other")

    assert answer.error == (403, None)
    assert 'scope="scim"' in answer.headers["www-authenticate"]


async def test_a_revoked_token_is_forgotten(gateway: Gateway) -> None:
    async with asyncio.timeout(10):
        await gateway.registrar.following.wait()
    known = await gateway.ask("GET", "/Users")

    gateway.registrar.revoke(TOKEN)

    async def is_refused() -> bool:
        return (await gateway.ask("GET", "/Users")).status == 401

    assert known.status == 200
    await until(is_refused)
