"""What became of a request that was answered 202: /AsyncRequests/{txn} (RFC 9967 section 2.5)."""

from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request

from scim_gateway.domain.errors import NotFoundError
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.early_answers import RETRY_SECONDS
from scim_gateway.ports.async_requests import AsyncRequests
from scim_gateway.ports.completion_sets import CompletionSets

_SET: Final = "application/secevent+jwt"
_NO_STORE: Final = (b"cache-control", b"no-store")
_RETRY_AFTER: Final = (b"retry-after", str(RETRY_SECONDS).encode())


@dataclass(frozen=True, slots=True)
class AsyncRequestEndpoint:
    """Handler; whoever did not send the request is told that there is none."""

    authentication: Authentication
    requests: AsyncRequests
    completion_sets: CompletionSets

    async def read(self, request: Request) -> Answer:
        """GET: 202 while it waits, then its SET, or the SETs of a bulk request by their jti."""
        caller = await self.authentication.caller(request)
        promise = await self.requests.find(caller.tenant, request.path_params["txn"])
        if promise is None or promise.principal != caller.principal:
            raise NotFoundError("there is no such request, or it is forgotten: a day after its end")
        if not promise.is_kept:
            return Answer(202, headers=(_NO_STORE, _RETRY_AFTER))
        sets = await self.completion_sets.sign(promise, tenant=caller.tenant)
        if promise.lone is not None:
            (jwt,) = sets.values()
            return Answer(200, jwt.encode(), (_NO_STORE,), media_type=_SET)
        body = orjson.dumps({"sets": sets})
        return Answer(200, body, (_NO_STORE,), media_type="application/json")
