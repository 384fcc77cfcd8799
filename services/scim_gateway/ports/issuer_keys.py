"""Where the public keys of issuers of JWTs come from (RFC 7517)."""

from typing import Protocol

from secevent.keys import KeySet


class IssuerKeys(Protocol):
    """The key sets at issuers' JWKS URIs."""

    def known(self, jwks_uri: str) -> KeySet:
        """Return the keys at hand, which are none when they are too old."""
        ...

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        """Return keys that were fetched after a look at `known` did not find `kid`.

        Raises `KeysUnavailableError` when they cannot be had, or not so soon again.
        """
        ...
