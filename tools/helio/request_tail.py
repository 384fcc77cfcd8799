"""Following the request log."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from helio.admin_api import AdminApi
from helio.api import ApiError

REQUESTS: Final = "/requests"
LARGEST_PAGE: Final = 1000
_LOOK_SECONDS: Final = 1.0
_LATE: Final = 5_000_000
"""So many microseconds after its answer another replica's request may appear."""
_SHOWN_FIRST: Final = 10


@dataclass(frozen=True, slots=True)
class Tail:
    """Reads what is new.

    Replicas write what they answered a little later, so each look begins before the last one's end.
    """

    api: AdminApi
    wanted: Mapping[str, object]

    async def lines(self) -> AsyncIterator[Mapping[str, Any]]:
        """Give the last ones, and each that appears."""
        seen: dict[str, int] = {}
        begin = 0
        new = (await self._page(order="newest", limit=_SHOWN_FIRST))[::-1]
        while True:
            for line in new:
                if line["id"] not in seen:
                    yield line
                seen[line["id"]] = line["answered"]
            begin = max([begin, *(answered - _LATE for answered in seen.values())])
            seen = {known: answered for known, answered in seen.items() if answered >= begin}
            await asyncio.sleep(_LOOK_SECONDS)
            new = await self._what_came(begin)

    async def _what_came(self, answered_from: int) -> list[Mapping[str, Any]]:
        """Return what there is; nothing while the gateway, or its log, is away."""
        try:
            return await self._all_from(answered_from)
        except ApiError as error:
            if error.status not in {None, 503}:
                raise
            return []

    async def _all_from(self, answered_from: int) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        while True:
            beyond = found[-1]["id"] if found else ""
            page = await self._page(
                order="oldest", limit=LARGEST_PAGE, answered_from=answered_from, beyond=beyond
            )
            found.extend(page)
            if len(page) < LARGEST_PAGE:
                return found

    async def _page(self, **query: object) -> list[Mapping[str, Any]]:
        page: Mapping[str, Any] = await self.api.get(REQUESTS, {**self.wanted, **query})
        lines: list[Mapping[str, Any]] = page["requests"]
        return lines
