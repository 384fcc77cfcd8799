"""SETs that were set aside: where they stand in their list, and how they are told again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from set_transmitter.domain.events import Event, EventKind, LoggedEvent, once_more
from set_transmitter.domain.identifiers import place_of
from set_transmitter.domain.progress import DeadLetter

UNDELIVERED: Final = "undelivered"
"""The `err` of a SET that was given up while its receiver took others: it may have arrived."""

STATE_KINDS: Final[frozenset[EventKind]] = frozenset(
    {"create", "put", "patch", "delete", "activate", "deactivate"}
)
"""What changes a resource, so that an earlier event must not follow a later one."""


@dataclass(frozen=True, slots=True)
class LetterPlace:
    """Where a letter stands: by when it was set aside, then by its place in the log."""

    at: int
    position: int
    stream_id: str

    @property
    def token(self) -> str:
        """Return the opaque form."""
        return f"{self.at}.{self.position}.{self.stream_id}"


class InvalidPlaceError(Exception):
    """It is no place that a page has given."""


class UnknownLetterError(Exception):
    """There is no such dead letter, or it is another tenant's."""


class NotReplayableError(Exception):
    """The letter is there, and its stream cannot have it again as it is."""


def letter_place(letter: DeadLetter) -> LetterPlace:
    """Return where a letter stands."""
    return LetterPlace(letter.at, letter.position, letter.stream_id)


def parsed_place(token: str) -> LetterPlace:
    """Return the place that `token` gave. Raises `InvalidPlaceError`."""
    at, _, rest = token.partition(".")
    position, _, stream_id = rest.partition(".")
    if not (_is_number(at) and _is_number(position) and stream_id):
        raise InvalidPlaceError("after must be what the page before gave as next")
    return LetterPlace(int(at), int(position), stream_id)


def address_of(letter_id: str) -> tuple[str, int]:
    """Return the stream and the position of a letter by its jti. Raises `UnknownLetterError`."""
    place = place_of(letter_id)
    if place is None:
        raise UnknownLetterError(f"there is no dead letter {letter_id}")
    return place


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A letter and its event; None when the log has it no more."""

    letter: DeadLetter
    logged: LoggedEvent | None

    def again(self, *, now: int) -> Event | None:
        """Return the event to log once more: it is pending since now, microseconds since 1970."""
        if self.logged is None:
            return None
        event = once_more(self.logged.event)
        return replace(event, committed=max(now, event.committed))

    @property
    def is_state(self) -> bool:
        """Whether it must not follow a later event of its subject."""
        return self.logged is None or self.logged.event.kind in STATE_KINDS


@dataclass(frozen=True, slots=True)
class Plan:
    """How letters of one stream are told again: as they were, or by their subject's state."""

    originals: tuple[FoundLetter, ...]
    by_state: Mapping[str, tuple[FoundLetter, ...]]


def plan(found: Sequence[FoundLetter], *, overtaken: Collection[int]) -> Plan:
    """Return the plan for letters; after those at `overtaken` something of their subject went out.

    (Promise 4: a replay sends the original only if nothing later of that subject went out.)
    """
    originals: list[FoundLetter] = []
    by_state: dict[str, tuple[FoundLetter, ...]] = {}
    for each in sorted(found, key=lambda one: one.letter.position):
        subject = each.letter.subject_uri
        if each.logged is not None and (not each.is_state or each.letter.position not in overtaken):
            originals.append(each)
        else:
            by_state[subject] = (*by_state.get(subject, ()), each)
    return Plan(tuple(originals), by_state)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
