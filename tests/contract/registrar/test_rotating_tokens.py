"""What every storage of tokens does with those that administrators make."""

from dataclasses import replace

import pytest

from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.errors import TokenExistsError
from ssf_registrar.domain.journal import Cursor
from ssf_registrar.domain.tokens import Token, TokenRecord
from ssf_registrar.ports.tokens import StaleTokenError, Tokens

TOKEN = Token(
    token_hash=b"first",
    tenant="default",
    name="okta",
    subject="okta",
    scopes=frozenset({"scim", "ssf.read"}),
    expires=9_000,
    user_id="u-1",
    created=100,
)
SECOND = replace(TOKEN, token_hash=b"second", expires=0, created=200)
FORMER = replace(TOKEN, expires=500)
OTHER = replace(TOKEN, token_hash=b"other", name="entra", subject="entra")


async def end(storage: Storage) -> Cursor:
    return (await storage.tenants.snapshot()).cursor


async def told_after(storage: Storage, cursor: Cursor) -> list[bytes | None]:
    page = await storage.journal.read(cursor, limit=100, wait=0)
    return [entry.token_hash for entry in page.entries]


async def test_a_token_is_kept_whole(storage: Storage, tokens: Tokens) -> None:
    before = await end(storage)

    await tokens.add(TOKEN)

    (record,) = await tokens.of_tenant("default")
    assert await tokens.look_up(b"first") == TOKEN
    assert record == TokenRecord(TOKEN)
    assert record.token.created == 100
    assert await told_after(storage, before) == [b"first"]
    assert await tokens.of_tenant("other") == ()


async def test_a_name_has_one_token(storage: Storage, tokens: Tokens) -> None:
    await tokens.add(TOKEN)
    before = await end(storage)

    with pytest.raises(TokenExistsError):
        await tokens.add(SECOND)

    assert await tokens.look_up(b"second") is None
    assert await told_after(storage, before) == []


async def test_a_rotated_token_lives_on_as_a_former_one(storage: Storage, tokens: Tokens) -> None:
    await tokens.add(TOKEN)
    await tokens.add(OTHER)
    before = await end(storage)

    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)

    assert await tokens.of_tenant("default") == (
        TokenRecord(OTHER),
        TokenRecord(SECOND),
        TokenRecord(FORMER, is_former=True),
    )
    assert await tokens.look_up(b"first") == FORMER
    assert await tokens.look_up(b"second") == SECOND
    assert await told_after(storage, before) == [b"first", b"second"]


async def test_a_rotation_may_end_the_former_token_at_once(
    storage: Storage, tokens: Tokens
) -> None:
    await tokens.add(TOKEN)
    before = await end(storage)

    await tokens.rotate(Rotation(SECOND, None), current_hash=b"first", now=200)

    assert await tokens.of_tenant("default") == (TokenRecord(SECOND),)
    assert await tokens.look_up(b"first") is None
    assert await told_after(storage, before) == [b"first", b"second"]


async def test_a_rotation_removes_former_tokens_that_have_expired(tokens: Tokens) -> None:
    third, former = replace(TOKEN, token_hash=b"third"), replace(SECOND, expires=900)
    await tokens.add(TOKEN)
    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)

    await tokens.rotate(Rotation(third, former), current_hash=b"second", now=500)

    assert await tokens.of_tenant("default") == (
        TokenRecord(third),
        TokenRecord(former, is_former=True),
    )


@pytest.mark.parametrize("current_hash", [b"first", b"unknown"])
async def test_a_rotation_of_another_token_than_the_current_one_changes_nothing(
    storage: Storage, tokens: Tokens, current_hash: bytes
) -> None:
    await tokens.add(TOKEN)
    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)
    before = await end(storage)
    third = replace(TOKEN, token_hash=b"third")

    with pytest.raises(StaleTokenError):
        await tokens.rotate(Rotation(third, FORMER), current_hash=current_hash, now=300)

    assert await tokens.look_up(b"third") is None
    assert await told_after(storage, before) == []


async def test_removing_a_name_removes_its_former_tokens_too(
    storage: Storage, tokens: Tokens
) -> None:
    await tokens.add(TOKEN)
    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)
    await tokens.add(OTHER)
    before = await end(storage)

    assert await tokens.remove("default", "okta") is True
    assert await tokens.remove("default", "okta") is False
    assert await tokens.remove("other", "entra") is False

    assert await tokens.of_tenant("default") == (TokenRecord(OTHER),)
    told = await told_after(storage, before)
    assert set(told) == {b"first", b"second"}
    assert len(told) == 2


async def test_replacing_a_token_ends_its_former_ones(tokens: Tokens) -> None:
    third = replace(TOKEN, token_hash=b"third")
    await tokens.add(TOKEN)
    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)

    await tokens.replace(third)

    assert await tokens.of_tenant("default") == (TokenRecord(third),)


async def test_the_latest_use_of_each_token_is_kept_and_not_told_of(
    storage: Storage, tokens: Tokens
) -> None:
    await tokens.add(TOKEN)
    await tokens.add(OTHER)
    before = await end(storage)

    await tokens.record_uses({b"first": 700, b"other": 600, b"unknown": 800})
    await tokens.record_uses({b"first": 650, b"other": 900})
    await tokens.record_uses({})

    records = await tokens.of_tenant("default")
    assert [(record.token.name, record.last_used) for record in records] == [
        ("entra", 900),
        ("okta", 700),
    ]
    assert await told_after(storage, before) == []


async def test_a_former_token_keeps_its_last_use(tokens: Tokens) -> None:
    await tokens.add(TOKEN)
    await tokens.record_uses({b"first": 150})

    await tokens.rotate(Rotation(SECOND, FORMER), current_hash=b"first", now=200)

    current, former = await tokens.of_tenant("default")
    assert (current.last_used, former.last_used) == (0, 150)
