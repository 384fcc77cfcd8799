"""What every storage of tokens does."""

from dataclasses import replace

from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tokens import Token
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.tokens import Tokens

TOKEN = Token(
    token_hash=b"first hash",
    tenant="default",
    name="laptop",
    subject="bob",
    scopes=frozenset({"ssf.read", "ssf.manage"}),
    expires=1_000,
)


async def told_hashes(journal: Journal) -> list[bytes | None]:
    page = await journal.read(None, limit=100, wait=0)
    expected = JournalKind.TOKEN_CHANGED
    assert all(
        entry == JournalEntry(expected, "default", token_hash=entry.token_hash)
        for entry in page.entries
    )
    return [entry.token_hash for entry in page.entries]


async def test_a_token_is_found_by_its_hash(tokens: Tokens, journal: Journal) -> None:
    await tokens.replace(TOKEN)

    assert await tokens.look_up(b"first hash") == TOKEN
    assert await told_hashes(journal) == [b"first hash"]


async def test_an_unknown_hash_finds_nothing(tokens: Tokens) -> None:
    await tokens.replace(TOKEN)

    assert await tokens.look_up(b"first has") is None


async def test_the_same_token_again_changes_nothing(tokens: Tokens, journal: Journal) -> None:
    await tokens.replace(TOKEN)

    await tokens.replace(TOKEN)

    assert await told_hashes(journal) == [b"first hash"]


async def test_another_token_of_that_name_takes_its_place_and_both_are_told_of(
    tokens: Tokens, journal: Journal
) -> None:
    changed = replace(TOKEN, token_hash=b"second hash")
    await tokens.replace(TOKEN)

    await tokens.replace(changed)

    assert await tokens.look_up(b"first hash") is None
    assert await tokens.look_up(b"second hash") == changed
    assert await told_hashes(journal) == [b"first hash", b"first hash", b"second hash"]


async def test_a_changed_grant_of_the_same_token_is_told_of_once(
    tokens: Tokens, journal: Journal
) -> None:
    await tokens.replace(TOKEN)

    await tokens.replace(replace(TOKEN, scopes=frozenset({"ssf.read"})))

    found = await tokens.look_up(b"first hash")
    assert found == replace(TOKEN, scopes=frozenset({"ssf.read"}))
    assert await told_hashes(journal) == [b"first hash", b"first hash"]


async def test_tokens_of_other_names_stay(tokens: Tokens) -> None:
    other = replace(TOKEN, token_hash=b"other hash", name="phone")
    await tokens.replace(TOKEN)

    await tokens.replace(other)

    assert await tokens.look_up(b"first hash") == TOKEN
    assert await tokens.look_up(b"other hash") == other
