"""Bearer tokens at the door (RFC 6750)."""

import asyncio

import pytest

from servicekit.bearer import (
    BearerTokens,
    Grant,
    InsufficientScopeError,
    InvalidTokenError,
    MissingTokenError,
    TokensUnavailableError,
    token_hash,
)
from servicekit.failures import RemoteUnavailableError

GRANT = Grant("default", "admin", frozenset({"scim"}), 0)


class Authority:
    """The service that knows all tokens."""

    def __init__(self) -> None:
        self.grants = {token_hash("right"): GRANT}
        self.away = False
        self.asked = 0
        self.was_asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def look_up(self, hashed: bytes) -> Grant | None:
        self.asked += 1
        if self.away:
            raise RemoteUnavailableError("UNAVAILABLE", "away")
        found = self.grants.get(hashed)
        self.was_asked.set()
        await self.answering.wait()
        return found


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def tokens(authority: Authority) -> BearerTokens:
    return BearerTokens(authority.look_up, clock=lambda: 1000.0)


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="no header"),
        pytest.param("Basic abc", id="another scheme"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer  ", id="a blank token"),
    ],
)
async def test_a_request_without_a_bearer_token_is_challenged(
    tokens: BearerTokens, authorization: str | None
) -> None:
    with pytest.raises(MissingTokenError) as caught:
        await tokens.authenticate(authorization, scope="scim")

    assert caught.value.challenge == 'Bearer realm="heliograph"'


async def test_a_known_token_is_looked_up_once(tokens: BearerTokens, authority: Authority) -> None:
    for _ in range(3):
        assert await tokens.authenticate("bearer right", scope="scim") == GRANT

    assert authority.asked == 1


async def test_an_unknown_token_is_refused(tokens: BearerTokens) -> None:
    with pytest.raises(InvalidTokenError):
        await tokens.authenticate("Bearer wrong", scope="scim")


async def test_a_token_without_the_scope_is_refused(tokens: BearerTokens) -> None:
    with pytest.raises(InsufficientScopeError) as caught:
        await tokens.authenticate("Bearer right", scope="admin")

    assert caught.value.status == 403


async def test_an_expired_token_is_refused(tokens: BearerTokens, authority: Authority) -> None:
    authority.grants[token_hash("old")] = Grant("default", "hr", frozenset({"scim"}), 999)

    with pytest.raises(InvalidTokenError):
        await tokens.authenticate("Bearer old", scope="scim")


async def test_a_forgotten_token_is_looked_up_again(
    tokens: BearerTokens, authority: Authority
) -> None:
    await tokens.authenticate("Bearer right", scope="scim")
    authority.grants.clear()

    tokens.forget(token_hash("right"))

    with pytest.raises(InvalidTokenError):
        await tokens.authenticate("Bearer right", scope="scim")


async def test_a_token_revoked_while_it_is_looked_up_is_not_remembered(
    tokens: BearerTokens, authority: Authority
) -> None:
    """The answer that was on its way is of before the revocation: it counts once only."""
    authority.answering = asyncio.Event()
    request = asyncio.create_task(tokens.authenticate("Bearer right", scope="scim"))
    await authority.was_asked.wait()
    tokens.forget(token_hash("right"))
    authority.answering.set()
    await request
    authority.grants.clear()

    with pytest.raises(InvalidTokenError):
        await tokens.authenticate("Bearer right", scope="scim")


async def test_while_the_authority_is_away_known_tokens_work_and_others_must_wait(
    tokens: BearerTokens, authority: Authority
) -> None:
    await tokens.authenticate("Bearer right", scope="scim")
    authority.away = True

    assert await tokens.authenticate("Bearer right", scope="scim") == GRANT
    with pytest.raises(TokensUnavailableError):
        await tokens.authenticate("Bearer new", scope="scim")
