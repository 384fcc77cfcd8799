"""Walking all resources: by cursor (RFC 9865), else by index (RFC 7644 section 3.4.2.4).

A walk by cursor gives what is there all the while once. A walk by index is over positions: what is
created or deleted meanwhile shifts all that is behind, so that something is given twice or not at
all. That is noticed, and the walk begun again, until one of them was not disturbed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from helio.migration.capabilities import Capabilities
from helio.migration.client import ProviderError, ScimClient

WALKS: Final = 3
"""How often an endpoint is walked by index before it counts as unsteady."""


@dataclass(frozen=True, slots=True)
class CursorPlace:
    """Where a walk by cursor goes on; the empty cursor is its beginning."""

    cursor: str = ""


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """Where a walk by index goes on, and what has been seen of it."""

    start_index: int = 1
    walk: int = 1
    """The first, or which repetition."""
    total: int | None = None
    given: int = 0
    is_disturbed: bool = False


Place = CursorPlace | IndexPlace


class CursorRefusedError(ProviderError):
    """The service provider no longer takes a cursor: the walk has to begin anew."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some resources of a walk."""

    resources: Sequence[Mapping[str, Any]]
    total: int | None
    """How many there are in all, where that was told."""
    next_cursor: str | None


def first_place(capabilities: Capabilities) -> Place:
    """Return where a walk begins."""
    return CursorPlace() if capabilities.cursor else IndexPlace()


async def read_page(
    client: ScimClient,
    endpoint: str,
    place: Place,
    *,
    count: int,
    attributes: Sequence[str] = (),
) -> Page:
    """Return the page at a place. Raises `CursorRefusedError`, `ProviderError`."""
    where = (
        {"cursor": place.cursor}
        if isinstance(place, CursorPlace)
        else {"startIndex": str(place.start_index)}
    )
    chosen = {"attributes": ",".join(attributes)} if attributes else {}
    query = {**where, "count": str(count), **chosen}
    answer = await client.get(endpoint, query)
    if answer.status == 400 and isinstance(place, CursorPlace) and place.cursor:
        raise CursorRefusedError(str(client.failure("GET", endpoint, answer)))
    if not answer.ok:
        raise client.failure("GET", endpoint, answer)
    return _page(client, endpoint, answer.body)


def _page(client: ScimClient, endpoint: str, body: object) -> Page:
    resources = body.get("Resources") or [] if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(resources, list):
        raise ProviderError(f"GET {client.base_uri}{endpoint}: what came is no ListResponse")
    total, cursor = body.get("totalResults"), body.get("nextCursor")
    return Page(
        resources=[each for each in resources if isinstance(each, dict)],
        total=total if isinstance(total, int) else None,
        next_cursor=cursor if isinstance(cursor, str) and cursor else None,
    )


def next_place(place: Place, page: Page, *, repeated: int) -> Place | None:
    """Return where the walk goes on after a page; None at its end.

    `repeated` is how many resources of the page this walk had given before.
    """
    if page.next_cursor is not None:
        # Also of a service provider that never said it has cursors (RFC 9865 section 2.3).
        return CursorPlace(page.next_cursor)
    if isinstance(place, CursorPlace):
        return None
    after = _after(place, page, repeated)
    if _goes_on(after, page, repeated):
        return after
    if is_steady(after) or after.walk == WALKS:
        return None
    return IndexPlace(walk=after.walk + 1)


def _goes_on(after: IndexPlace, page: Page, repeated: int) -> bool:
    if page.total is None:
        # Without a total, only what is new shows that there is more to come.
        return repeated < len(page.resources)
    return bool(page.resources) and after.start_index <= page.total


def _after(place: IndexPlace, page: Page, repeated: int) -> IndexPlace:
    has_changed = place.total is not None and page.total is not None and place.total != page.total
    return IndexPlace(
        start_index=place.start_index + len(page.resources),
        walk=place.walk,
        total=page.total,
        given=place.given + len(page.resources),
        is_disturbed=place.is_disturbed or has_changed or repeated > 0,
    )


def ends_steady(place: Place, page: Page, *, repeated: int) -> bool:
    """Say whether the walk that a page ends gave all that there was, and each once."""
    return isinstance(place, CursorPlace) or is_steady(_after(place, page, repeated))


def is_steady(place: IndexPlace) -> bool:
    """Say whether what was seen of a whole walk by index agrees with itself."""
    return not place.is_disturbed and place.total in {None, place.given}
