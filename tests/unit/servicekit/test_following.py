"""Following a feed by its cursor."""

import asyncio
from collections.abc import Sequence

import pytest

from servicekit.failures import CursorLostError, RemoteUnavailableError
from servicekit.following import follow

Answer = tuple[Sequence[str], str] | Exception


class Feed:
    """Gives the answers of a script, and after the last one nothing for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.handled: list[str] = []
        self.pauses = 0

    async def start(self) -> str:
        return "start"

    async def read(self, cursor: str) -> tuple[Sequence[str], str]:
        self.asked.append(cursor)
        if not self._answers:
            raise asyncio.CancelledError
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def handle(self, entries: Sequence[str], _cursor: str) -> None:
        self.handled += entries

    async def pause(self, _seconds: float) -> None:
        self.pauses += 1

    async def follow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("servicekit.following.asyncio.sleep", self.pause)
        with pytest.raises(asyncio.CancelledError):
            await follow("feed", start=self.start, read=self.read, handle=self.handle)


async def test_entries_are_handled_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed((["a"], "1"), (["b"], "2"))

    await feed.follow(monkeypatch)

    assert (feed.handled, feed.asked, feed.pauses) == (["a", "b"], ["start", "1", "2"], 0)


async def test_entries_that_concern_others_are_passed_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = Feed(([], "1"), (["b"], "2"))

    await feed.follow(monkeypatch)

    assert (feed.handled, feed.pauses) == (["b"], 0)


async def test_a_peer_that_answers_nothing_at_once_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = Feed(([], "start"), ([], "start"))

    await feed.follow(monkeypatch)

    assert feed.pauses == 2


async def test_a_peer_that_is_away_is_asked_again_from_the_same_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = Feed((["a"], "1"), RemoteUnavailableError("UNAVAILABLE", "away"), (["b"], "2"))

    await feed.follow(monkeypatch)

    assert (feed.handled, feed.asked) == (["a", "b"], ["start", "1", "1", "2"])


async def test_a_lost_cursor_starts_anew_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed((["a"], "1"), CursorLostError("EPOCH_CHANGED"), (["a"], "1"))

    await feed.follow(monkeypatch)

    assert (feed.asked, feed.pauses) == (["start", "1", "start", "1"], 1)
