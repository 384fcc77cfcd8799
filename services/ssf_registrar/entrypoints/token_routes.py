"""The admin API of a tenant's tokens (RFC 6750)."""

from dataclasses import dataclass
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from ssf_registrar.commands.change_tenant import ChangeTenant
from ssf_registrar.commands.manage_tokens import ManageTokens
from ssf_registrar.domain.timestamps import timestamp
from ssf_registrar.entrypoints.admin_callers import AdminCallers
from ssf_registrar.entrypoints.answers import json_answer, json_object
from ssf_registrar.entrypoints.tenant_views import (
    NEW_TOKEN,
    ROTATION,
    NewTokenView,
    TokenList,
    new_token_view,
    token_view,
)

_TOKENS: Final = "/tenants/{tenant}/tokens"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """Serves administrators of a tenant, and of the default one, its tokens."""

    callers: AdminCallers
    change_tenant: ChangeTenant
    manage_tokens: ManageTokens

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        add, made = router.add_api_route, {"methods": ["POST"], "response_model": NewTokenView}
        created: dict[str, Any] = {**made, "status_code": 201, "openapi_extra": NEW_TOKEN}
        rotated: dict[str, Any] = {**made, "openapi_extra": ROTATION}
        add(_TOKENS, self.list, response_model=TokenList)
        add(_TOKENS, self.create, **created)
        add(f"{_TOKENS}/{{name}}", self.revoke, methods=["DELETE"], status_code=204)
        add(f"{_TOKENS}/{{name}}/rotate", self.rotate, **rotated)

    async def list(self, request: Request, tenant: str) -> Response:
        """List the tokens, never their secrets."""
        await self._check(request, tenant)
        records = await self.manage_tokens.live(tenant)
        return json_answer({"tokens": [token_view(record).model_dump() for record in records]})

    async def create(self, request: Request, tenant: str) -> Response:
        """Make a token; its secret is shown this once."""
        await self._check(request, tenant)
        made = await self.manage_tokens.create(tenant, await json_object(request))
        scopes = sorted(made.token.scopes)
        _log.info("token.created", tenant=tenant, name=made.token.name, scopes=scopes)
        return json_answer(new_token_view(made).model_dump(), status=201)

    async def rotate(self, request: Request, tenant: str, name: str) -> Response:
        """Give a token another secret, while the former one works on for overlap_seconds."""
        await self._check(request, tenant)
        body = await json_object(request, may_be_empty=True)
        made = await self.manage_tokens.rotate(tenant, name, body)
        former = timestamp(made.former_expires)
        _log.info("token.rotated", tenant=tenant, name=name, former_expires=former)
        return json_answer(new_token_view(made).model_dump())

    async def revoke(self, request: Request, tenant: str, name: str) -> Response:
        """Let a token, and its former ones, work no more."""
        await self._check(request, tenant)
        await self.manage_tokens.revoke(tenant, name)
        _log.info("token.revoked", tenant=tenant, name=name)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _check(self, request: Request, tenant: str) -> None:
        await self.callers.who_sees(request, tenant)
        await self.change_tenant.get(tenant)
