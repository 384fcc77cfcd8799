"""Bearer tokens as the registrar knows them: by their hashes (RFC 6750)."""

from dataclasses import dataclass, field
from typing import Final

ALL_SCOPES: Final = frozenset({"scim", "ssf.read", "ssf.manage", "events.publish", "admin"})
DEFAULT_TENANT: Final = "default"
ADMIN_TOKEN_NAME: Final = "HELIOGRAPH_ADMIN_TOKEN"  # noqa: S105  a name


@dataclass(frozen=True, slots=True)
class Token:
    """What the holder of a token may do."""

    token_hash: bytes
    """SHA-256 of the token's UTF-8 bytes."""
    tenant: str
    name: str
    """Tells the tokens of a tenant apart for those who manage them."""
    subject: str
    scopes: frozenset[str]
    expires: int
    """Seconds since 1970-01-01T00:00:00Z; 0 means never."""
    user_id: str = ""
    """The id of the User whom /Me is (RFC 7644 section 3.11); empty: nobody."""
    created: int = field(default=0, compare=False)
    """Seconds as above; 0 when it is older than this was kept. It decides nothing."""

    def works_at(self, now: float) -> bool:
        """Tell whether the token has not expired."""
        return self.expires == 0 or now < self.expires


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token, and what has become of it."""

    token: Token
    last_used: int = 0
    """Seconds since 1970-01-01T00:00:00Z, to about a minute; 0 means never."""
    is_former: bool = False
    """Whether another of its name has taken its place: it works on until it expires."""


def admin_token(token_hash: bytes, *, created: int = 0) -> Token:
    """Return the token that may do everything in the default tenant."""
    return Token(
        token_hash,
        DEFAULT_TENANT,
        ADMIN_TOKEN_NAME,
        subject="admin",
        scopes=ALL_SCOPES,
        expires=0,
        created=created,
    )
