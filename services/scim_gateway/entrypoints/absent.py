"""What this service provider does not have: optional features, unknown endpoints and versions."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from scim_gateway.domain.errors import (
    NotFoundError,
    UnsupportedFeatureError,
    UnsupportedVersionError,
)
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.authentication import Authentication

_VERSION: Final = re.compile(r"v[0-9]+(/|$)")


@dataclass(frozen=True, slots=True)
class UnsupportedFeature:
    """Answers 501 to whoever may come in."""

    authentication: Authentication
    detail: str
    clause: str

    async def refuse(self, request: Request) -> Answer:
        """Any method."""
        await self.authentication.tenant(request)
        raise UnsupportedFeatureError(self.detail, clause=self.clause)


async def unknown_endpoint(_request: Request) -> Answer:
    """Any method of a path below the base URI that is no endpoint."""
    raise NotFoundError("there is no such endpoint: see /ResourceTypes for those of resources")


async def unknown_version(request: Request) -> Answer:
    """Any method of a base URI other than that of version 2."""
    if _VERSION.match(request.path_params["rest"]) is None:
        raise NotFoundError("there is no such endpoint: SCIM's base URI here is /scim/v2")
    raise UnsupportedVersionError(
        "version 2 of the protocol is supported, at /scim/v2", clause="RFC 7644 section 3.13"
    )
