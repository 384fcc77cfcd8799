"""Issuers' public keys, fetched from their JWKS URIs (RFC 7517 section 5)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import aiohttp
import orjson
import structlog
from yarl import URL

from servicekit.http_body import TooLargeError, read_at_most

KeySetT = TypeVar("KeySetT")

_FRESH_SECONDS = 600.0
_REFRESH_SECONDS = 10.0
_AFTER_FAILURE_SECONDS = 1.0
_TIMEOUT = aiohttp.ClientTimeout(total=5.0)
_LARGEST_JWKS = 1024 * 1024
_NEVER = float("-inf")

_log = structlog.get_logger()


class KeysUnavailableError(Exception):
    """An issuer's keys cannot be had just now, or not so soon again."""

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(slots=True)
class _Source(Generic[KeySetT]):
    """One JWKS URI; times are those of the clock."""

    uri: str
    keys: KeySetT
    fetched: float = _NEVER
    refreshed: float = _NEVER
    failed: float = _NEVER
    sought: str | None = None
    is_doubted: bool = False
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)


class JwksClient(Generic[KeySetT]):
    """Keeps the key set of each URI for ten minutes; one fetch at a time, and few of them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        parse: Callable[[object], KeySetT],
        *,
        usable_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """Fetch by `session`; `clock` tells seconds and never goes back.

        `parse` takes a JWK Set as JSON, and raises ValueError for what is none. Known keys outlive
        an outage of the issuer's server for `usable_seconds`, and then fail closed.
        """
        self._session = session
        self._parse = parse
        self._none = parse({"keys": []})
        self._usable_seconds = usable_seconds
        self._clock = clock
        self._sources: dict[str, _Source[KeySetT]] = {}

    def known(self, jwks_uri: str) -> KeySetT:
        """Return the keys at hand; none when they are older than ten minutes."""
        source = self._sources.get(jwks_uri)
        if source is None or self._is_stale(source):
            return self._none
        return source.keys

    def doubt(self, jwks_uri: str) -> None:
        """Have the keys fetched when they are needed next, unless they were fetched just now.

        Where the issuer's server is away then, they are used all the same.
        """
        source = self._sources.get(jwks_uri)
        now = self._clock()
        if source is not None and now - source.fetched > _REFRESH_SECONDS:
            source.is_doubted = True

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySetT:
        """Return keys fetched since `known` did not have `kid`. Raises `KeysUnavailableError`.

        Where the issuer's server is away, older keys must do.
        """
        source = self._sources.get(jwks_uri)
        if source is None:
            source = self._sources[jwks_uri] = _Source(jwks_uri, self._none)
        asked = self._clock()
        async with source.fetching:
            if source.fetched >= asked:
                return source.keys
            if self._is_stale(source):
                return await self._renewed(source)
            return await self._refreshed(source, kid)

    def _is_stale(self, source: _Source[KeySetT]) -> bool:
        return source.is_doubted or self._clock() - source.fetched > _FRESH_SECONDS

    async def _renewed(self, source: _Source[KeySetT]) -> KeySetT:
        try:
            await self._fetch(source)
        except KeysUnavailableError:
            if self._clock() - source.fetched > self._usable_seconds:
                raise
        return source.keys

    async def _refreshed(self, source: _Source[KeySetT], kid: str | None) -> KeySetT:
        """Fetch for the sake of an unknown kid.

        Whoever sends one made-up kid after the other must not make us knock at the issuer's door
        each time. The kid that the last refresh was for is known to be made up; of another nothing
        can be said until the next one.
        """
        wait = source.refreshed + _REFRESH_SECONDS - self._clock()
        if wait > 0:
            if kid == source.sought:
                return source.keys
            raise KeysUnavailableError("the issuer's keys were fetched just now", retry_after=wait)
        await self._fetch(source)
        source.refreshed, source.sought = source.fetched, kid
        return source.keys

    async def _fetch(self, source: _Source[KeySetT]) -> None:
        if self._clock() - source.failed < _AFTER_FAILURE_SECONDS:
            raise _unavailable("the last attempt has just failed")
        try:
            source.keys = await self._get(source.uri)
        except (
            aiohttp.ClientError,
            TimeoutError,
            TooLargeError,
            ValueError,
            KeysUnavailableError,
        ) as error:
            source.failed = self._clock()
            _log.warning("jwks.unavailable", jwks_uri=source.uri, error=_describe(error))
            raise _unavailable(_describe(error)) from None
        source.fetched, source.is_doubted = self._clock(), False
        _log.info("jwks.fetched", jwks_uri=source.uri)

    async def _get(self, uri: str) -> KeySetT:
        async with self._session.get(
            URL(uri, encoded=True),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            allow_redirects=False,
            timeout=_TIMEOUT,
        ) as response:
            if response.status != 200:
                raise _unavailable(f"the server answered {response.status} where 200 is needed")
            return self._parse(orjson.loads(await read_at_most(response, _LARGEST_JWKS)))


def _unavailable(detail: str) -> KeysUnavailableError:
    return KeysUnavailableError(
        f"the issuer's keys are not available: {detail}", retry_after=_AFTER_FAILURE_SECONDS
    )


def _describe(error: Exception) -> str:
    return str(error) or type(error).__name__
