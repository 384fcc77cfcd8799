"""Bearer tokens at a service's door (RFC 6750): looked up by their hash, and remembered."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from servicekit.failures import RemoteUnavailableError
from servicekit.token_uses import TokenUses

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What the holder of a token may do."""

    tenant: str
    subject: str
    scopes: frozenset[str]
    expires: int
    """Seconds since 1970; 0 means never."""
    user_id: str = ""
    """The User whom SCIM's /Me is for this token; empty: nobody."""


class BearerError(Exception):
    """A request may not pass; `status` and `challenge` are what HTTP answers with."""

    status = 401

    def __init__(self, detail: str, *, challenge: str) -> None:
        super().__init__(detail)
        self.challenge = challenge


class MissingTokenError(BearerError):
    """The request has no bearer token."""


class InvalidTokenError(BearerError):
    """The token is unknown, expired or revoked, or of another tenant: the answer is one.

    `reason` says more, to the tenant's admin and not to who holds the token.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            "the bearer token is unknown, expired or revoked, or of another tenant",
            challenge='Bearer realm="heliograph", error="invalid_token"',
        )
        self.reason = reason


class InsufficientScopeError(BearerError):
    """The token's scopes do not reach as far as the request."""

    status = 403

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"the bearer token lacks the scope {scope}",
            challenge=f'Bearer realm="heliograph", error="insufficient_scope", scope="{scope}"',
        )


class TokensUnavailableError(Exception):
    """The service that knows all tokens is away, and this one is not remembered: try again later.

    Not a 401: clients such as Entra stop provisioning for good when they see one. `reason` says
    more, to the tenant's admin and not to who holds the token.
    """

    def __init__(self, detail: str, *, reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


class BearerTokens:
    """Authenticates bearer tokens, remembering the grants that it has seen.

    A remembered token works while the look-up is unavailable; `forget` makes the next request look
    again, so whoever calls it learns of revocations (from the registrar's journal).
    """

    def __init__(
        self,
        look_up: Callable[[bytes], Awaitable[Grant | None]],
        *,
        clock: Callable[[], float],
        uses: TokenUses | None = None,
    ) -> None:
        """Look up by hash; `clock` gives seconds since 1970, and `uses` learns who came in."""
        self._look_up = look_up
        self._clock = clock
        self._uses = uses
        self._grants: OrderedDict[bytes, Grant] = OrderedDict()
        self._forgotten = 0

    async def authenticate(self, authorization: str | None, *, scope: str) -> Grant:
        """Return the grant of an Authorization header's value, which must include `scope`.

        Raises `BearerError` or `TokensUnavailableError`.
        """
        return await self.admit(token_hash(presented_token(authorization)), scope=scope)

    async def admit(self, hashed: bytes, *, scope: str, tenant: str | None = None) -> Grant:
        """Return the grant of a token by its hash, which must include `scope`, for the tenant.

        Without a tenant it may be for any. Raises `BearerError` or `TokensUnavailableError`.
        """
        grant = await self._grant(hashed)
        now = self._clock()
        if grant is None or 0 < grant.expires <= now:
            raise InvalidTokenError
        if tenant is not None and tenant != grant.tenant:
            raise InvalidTokenError
        if scope not in grant.scopes:
            raise InsufficientScopeError(scope)
        if self._uses is not None:
            self._uses.note(hashed, int(now))
        return grant

    def remembers(self, hashed: bytes) -> bool:
        """Tell whether a token is known without a look-up."""
        return hashed in self._grants

    def forget(self, hashed: bytes) -> None:
        """Look this token up again when it comes next."""
        self._forgotten += 1
        self._grants.pop(hashed, None)

    def forget_all(self) -> None:
        """Look every token up again."""
        self._forgotten += 1
        self._grants.clear()

    async def _grant(self, hashed: bytes) -> Grant | None:
        remembered = self._grants.get(hashed)
        if remembered is not None:
            self._grants.move_to_end(hashed)
            return remembered
        forgotten = self._forgotten
        try:
            grant = await self._look_up(hashed)
        except RemoteUnavailableError:
            raise TokensUnavailableError("tokens cannot be checked just now: try again") from None
        # What was looked up while something was forgotten may be of before: it counts once only.
        if grant is not None and forgotten == self._forgotten:
            self._grants[hashed] = grant
            if len(self._grants) > _REMEMBERED:
                self._grants.popitem(last=False)
        return grant


def presented_token(authorization: str | None) -> str:
    """Return the token of an Authorization header's value; raises `MissingTokenError`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise MissingTokenError(
            "send an Authorization header: Bearer <token>",
            challenge='Bearer realm="heliograph"',
        )
    return token.strip()


def token_hash(token: str) -> bytes:
    """Return the hash by which a token is stored and looked up: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
