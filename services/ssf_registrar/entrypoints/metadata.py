"""What anyone may know: the transmitter's metadata (SSF 1.0 section 7) and its public keys."""

from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from servicekit.http import NamedRoute
from ssf_registrar.domain.configuration import POLL, PUSH
from ssf_registrar.domain.errors import TenantNotFoundError
from ssf_registrar.domain.tenants import issuer_of
from ssf_registrar.entrypoints.answers import json_answer
from ssf_registrar.entrypoints.callers import tenant_of
from ssf_registrar.ports.keys import Keys, PublicJwk

_CACHED: Final = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of each tenant's issuer."""

    public_issuer: str
    keys: Keys

    def register(self, app: FastAPI) -> None:
        """Serve both documents, of the default tenant and of others."""
        paths = {
            # RFC 8414 section 3.1: the issuer's path follows the well-known one
            "/.well-known/ssf-configuration": self.read,
            "/.well-known/ssf-configuration/t/{tenant}": self.read,
            "/jwks.json": self.read_keys,
            "/t/{tenant}/jwks.json": self.read_keys,
        }
        for path, handler in paths.items():
            app.router.routes.append(NamedRoute(path, handler, methods=["GET"]))

    async def read(self, request: Request) -> Response:
        """Show the transmitter's metadata (SSF 1.0 section 7.1): the endpoints that exist."""
        tenant = tenant_of(request)
        await self._keys_of(tenant)
        issuer = issuer_of(tenant, public_issuer=self.public_issuer)
        return json_answer(
            {
                "spec_version": "1_0",
                "issuer": issuer,
                "jwks_uri": f"{issuer}/jwks.json",
                "delivery_methods_supported": [PUSH, POLL],
                "configuration_endpoint": f"{issuer}/ssf/streams",
                "status_endpoint": f"{issuer}/ssf/status",
                "verification_endpoint": f"{issuer}/ssf/verify",
                "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
                "default_subjects": "ALL",
            },
            headers=_CACHED,
        )

    async def read_keys(self, request: Request) -> Response:
        """Show the public keys (RFC 7517 section 5)."""
        keys = await self._keys_of(tenant_of(request))
        return json_answer({"keys": list(keys)}, headers=_CACHED)

    async def _keys_of(self, tenant: str) -> tuple[PublicJwk, ...]:
        """Return the public keys of a tenant, which has some as long as it exists."""
        keys = await self.keys.public_keys(tenant)
        if not keys:
            raise TenantNotFoundError(tenant)
        return keys
