"""JWTs at the door: each is verified once in a while, and remembered in between."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scim_gateway.commands.verify_jwt import VerifyJwt
from scim_gateway.domain.access_tokens import CLOCK_SKEW, AccessToken, unverified_jwt
from scim_gateway.domain.errors import JwtRefusedError, JwtScopeError, KeysUnavailableError
from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from servicekit.bearer import InsufficientScopeError, InvalidTokenError, TokensUnavailableError

_REMEMBERED: Final = 10_000
# An issuer may take a key back before its tokens expire.
_REMEMBERED_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class _Remembered:
    access: AccessToken
    until: float


class JwtTokens:
    """Admits JWTs of the issuers that are configured for the tenant whose base URI is asked."""

    def __init__(
        self, verify: VerifyJwt, directory: TenantDirectory, *, clock: Callable[[], float]
    ) -> None:
        """Verify by `verify`; `clock` gives seconds since 1970."""
        self._verify = verify
        self._directory = directory
        self._clock = clock
        self._remembered: OrderedDict[tuple[str, bytes], _Remembered] = OrderedDict()
        self._forgotten = 0

    async def admit(self, token: str, hashed: bytes, *, tenant: str) -> AccessToken | None:
        """Return what a JWT says; None for a token that is none, or of nobody who is known here.

        Raises `BearerError` or `TokensUnavailableError`.
        """
        key = tenant, hashed
        remembered = self._remembered.get(key)
        if remembered is not None and self._clock() < remembered.until:
            self._remembered.move_to_end(key)
            return remembered.access
        forgotten = self._forgotten
        access = await self._verified(token, tenant)
        # What was verified while something was forgotten may be of before: it counts once only.
        if access is not None and forgotten == self._forgotten:
            self._remember(key, access)
        return access

    def forget_all(self) -> None:
        """Verify every JWT again."""
        self._forgotten += 1
        self._remembered.clear()

    async def _verified(self, token: str, tenant: str) -> AccessToken | None:
        access = await self._of_known_issuers(token, tenant)
        if access is None and not self._directory.is_current and unverified_jwt(token) is not None:
            # Its issuer may have been configured meanwhile.
            if not await self._directory.is_soon_current():
                raise _unavailable()
            access = await self._of_known_issuers(token, tenant)
        return access

    async def _of_known_issuers(self, token: str, tenant: str) -> AccessToken | None:
        issuers = self._directory.configuration_at_hand(tenant).jwt_issuers
        try:
            return await self._verify(token, issuers)
        except JwtRefusedError as error:
            raise InvalidTokenError(str(error)) from None
        except JwtScopeError as error:
            raise InsufficientScopeError(error.scope) from None
        except KeysUnavailableError as error:
            raise _unavailable(str(error)) from None

    def _remember(self, key: tuple[str, bytes], access: AccessToken) -> None:
        until = min(access.expires + CLOCK_SKEW, self._clock() + _REMEMBERED_SECONDS)
        self._remembered[key] = _Remembered(access, until)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)


def _unavailable(reason: str = "") -> TokensUnavailableError:
    return TokensUnavailableError("JWTs cannot be checked just now: try again", reason=reason)
