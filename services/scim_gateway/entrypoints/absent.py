"""What this service provider does not have: other endpoints, other versions."""

import re
from typing import Final

from starlette.requests import Request

from scim_gateway.domain.errors import NotFoundError, UnsupportedVersionError
from scim_gateway.entrypoints.answers import Answer

_VERSION: Final = re.compile(r"v[0-9]+(/|$)")


async def unknown_endpoint(_request: Request) -> Answer:
    """Any method of a path below the base URI that is no endpoint."""
    raise NotFoundError("there is no such endpoint: see /ResourceTypes for those of resources")


async def unknown_version(request: Request) -> Answer:
    """Any method of a base URI other than that of version 2."""
    if _VERSION.match(request.path_params["rest"]) is None:
        raise NotFoundError("there is no such endpoint: SCIM's base URI here ends in /scim/v2")
    raise UnsupportedVersionError(
        "version 2 of the protocol is supported, at /scim/v2", clause="RFC 7644 section 3.13"
    )
