"""When tokens were used last."""

import asyncio
from collections.abc import Mapping

import pytest

from servicekit.failures import RemoteError, RemoteUnavailableError
from servicekit.token_uses import TokenUses, tell_of_uses, tell_once


class Registrar:
    """Whoever is told of uses."""

    def __init__(self) -> None:
        self.told: list[dict[bytes, int]] = []
        self.error: RemoteError | None = None

    async def record(self, uses: Mapping[bytes, int]) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(dict(uses))


@pytest.fixture
def registrar() -> Registrar:
    return Registrar()


async def test_the_last_use_of_each_token_is_told_once(registrar: Registrar) -> None:
    uses = TokenUses()
    for hashed, used in ((b"a", 1), (b"b", 2), (b"a", 3)):
        uses.note(hashed, used)

    await tell_once(uses, registrar.record)
    await tell_once(uses, registrar.record)

    assert registrar.told == [{b"a": 3, b"b": 2}]


async def test_many_uses_are_told_in_batches(registrar: Registrar) -> None:
    uses = TokenUses()
    for each in range(2500):
        uses.note(each.to_bytes(2, "big"), each)

    await tell_once(uses, registrar.record)

    assert [len(batch) for batch in registrar.told] == [1000, 1000, 500]


async def test_what_cannot_be_told_is_told_later_unless_it_was_used_again(
    registrar: Registrar,
) -> None:
    uses = TokenUses()
    uses.note(b"a", 1)
    uses.note(b"b", 1)
    registrar.error = RemoteUnavailableError("UNAVAILABLE", "away")
    await tell_once(uses, registrar.record)
    uses.note(b"a", 9)
    registrar.error = None

    await tell_once(uses, registrar.record)

    assert registrar.told == [{b"a": 9, b"b": 1}]


async def test_what_is_refused_is_not_told_again(registrar: Registrar) -> None:
    uses = TokenUses()
    uses.note(b"a", 1)
    registrar.error = RemoteError("UNIMPLEMENTED", "a registrar of the version before")
    await tell_once(uses, registrar.record)
    registrar.error = None

    await tell_once(uses, registrar.record)

    assert registrar.told == []


def test_there_is_a_bound_that_the_oldest_give_way_to() -> None:
    uses = TokenUses(most=2)
    for each in (b"a", b"b", b"c"):
        uses.note(each, 1)
    uses.put_back({b"a": 1})

    assert uses.take() == {b"b": 1, b"c": 1}


async def test_at_the_end_what_is_left_is_told(registrar: Registrar) -> None:
    uses = TokenUses()
    uses.note(b"a", 1)
    telling = asyncio.ensure_future(tell_of_uses(uses, registrar.record))
    await asyncio.sleep(0)

    telling.cancel()

    with pytest.raises(asyncio.CancelledError):
        await telling
    assert registrar.told == [{b"a": 1}]
