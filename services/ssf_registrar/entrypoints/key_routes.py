"""The admin API of the keys that a tenant signs with, and the loop that lets new ones be used."""

from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from servicekit.failures import StorageError
from servicekit.signals import News
from ssf_registrar.commands.rotate_keys import RotateKeys
from ssf_registrar.domain.key_rotation import DEFAULT_SECONDS
from ssf_registrar.domain.timestamps import timestamp
from ssf_registrar.entrypoints.admin_callers import AdminCallers
from ssf_registrar.entrypoints.answers import json_answer, json_object

_LONGEST_LOOK: Final = 30.0
_BODY: Final = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "algorithm": {"type": "string", "description": "both, where it is absent"},
                        "use_after_seconds": {"type": "integer", "default": DEFAULT_SECONDS},
                    },
                }
            }
        }
    }
}
_log = structlog.get_logger()


class NextKeyView(BaseModel):
    """A key that is published, and will be signed with."""

    kid: str
    algorithm: str
    signs_from: str = Field(description="RFC 3339")


class NextKeys(BaseModel):
    """The new keys; the former ones stay in the key set."""

    keys: list[NextKeyView]


@dataclass(frozen=True, slots=True)
class KeyRoutes:
    """Serves administrators of a tenant its own keys."""

    callers: AdminCallers
    rotate_keys: RotateKeys

    def add_to(self, router: APIRouter) -> None:
        """Add the route."""
        router.add_api_route(
            "/keys/rotate",
            self.rotate,
            methods=["POST"],
            response_model=NextKeys,
            openapi_extra=_BODY,
        )

    async def rotate(self, request: Request) -> Response:
        """Publish new keys for the caller's tenant; they are used after use_after_seconds."""
        tenant = await self.callers.whose(request)
        added = await self.rotate_keys(tenant, await json_object(request, may_be_empty=True))
        for key in added:
            _log.info("key.published", tenant=tenant, kid=key.kid, signs_from=key.signs_from)
        views = [
            {
                "kid": key.kid,
                "algorithm": key.algorithm,
                "signs_from": timestamp(key.signs_from),
            }
            for key in added
        ]
        return json_answer({"keys": views})


@dataclass(frozen=True, slots=True)
class KeySwitchLoop:
    """Lets new keys be used when their time has come."""

    rotate_keys: RotateKeys
    news: News

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            edition = self.news.edition
            try:
                following = await self.rotate_keys.switch()
            except StorageError as error:
                _log.warning("keys.not_switched", reason=str(error))
                following = None
            # its own news is no reason to look again at once
            edition = max(edition, self.news.edition)
            seconds = _LONGEST_LOOK if following is None else min(following, _LONGEST_LOOK)
            await self.news.wait_past(edition, seconds=max(seconds, 0.1))
