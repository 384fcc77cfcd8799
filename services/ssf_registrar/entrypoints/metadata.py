"""What anyone may know: the transmitter's metadata (SSF 1.0 section 7) and its public keys."""

from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from servicekit.http import NamedRoute
from ssf_registrar.domain.configuration import POLL, PUSH
from ssf_registrar.domain.tokens import DEFAULT_TENANT
from ssf_registrar.entrypoints.answers import json_answer
from ssf_registrar.ports.keys import Keys

_CACHED: Final = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of the default tenant's issuer."""

    issuer: str
    keys: Keys

    def register(self, app: FastAPI) -> None:
        """Serve both documents."""
        paths = {"/.well-known/ssf-configuration": self.read, "/jwks.json": self.read_keys}
        for path, handler in paths.items():
            app.router.routes.append(NamedRoute(path, handler, methods=["GET"]))

    async def read(self, _request: Request) -> Response:
        """Show the transmitter's metadata (SSF 1.0 section 7.1): the endpoints that exist."""
        return json_answer(
            {
                "spec_version": "1_0",
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks.json",
                "delivery_methods_supported": [PUSH, POLL],
                "configuration_endpoint": f"{self.issuer}/ssf/streams",
                "status_endpoint": f"{self.issuer}/ssf/status",
                "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
                "default_subjects": "ALL",
            },
            headers=_CACHED,
        )

    async def read_keys(self, _request: Request) -> Response:
        """Show the public keys (RFC 7517 section 5)."""
        jwks = {"keys": list(await self.keys.public_keys(DEFAULT_TENANT))}
        return json_answer(jwks, headers=_CACHED)
