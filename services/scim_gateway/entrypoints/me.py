"""/Me, the User whom a token is for (RFC 7644 section 3.11)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request

from scim_gateway.commands.find_me import FindMe
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import NoSuchUserError, UserExistsError
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.errors import REFUSALS, Refusal, error_answer, reason_of
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.resources import ResourceEndpoints

_LOCATION: Final = b"location"


@dataclass(frozen=True, slots=True)
class MeEndpoint:
    """Does what is asked itself, rather than redirect: few clients would send a body again."""

    users: ResourceEndpoints
    authentication: Authentication
    find_me: FindMe
    representations: RepresentationsBelow

    async def read(self, request: Request) -> Answer:
        """GET."""
        return await self._done(request, self.users.read)

    async def replace(self, request: Request) -> Answer:
        """PUT."""
        return await self._done(request, self.users.replace)

    async def patch(self, request: Request) -> Answer:
        """PATCH."""
        return await self._done(request, self.users.patch)

    async def delete(self, request: Request) -> Answer:
        """DELETE."""
        return await self._done(request, self.users.delete)

    async def create(self, request: Request) -> Answer:
        """POST: what is created is a User, for a token that is nobody's yet."""
        caller = await self.authentication.caller(request)
        try:
            ref = await self.find_me(caller)
        except NoSuchUserError:
            return await self.users.create(request)
        location = self._location(ref, caller)
        return _located(_refused(request, UserExistsError(location)), location)

    async def _done(
        self, request: Request, handler: Callable[[Request], Awaitable[Answer]]
    ) -> Answer:
        """Answer as at the permanent URI, which any response names."""
        caller = await self.authentication.caller(request)
        ref = await self.find_me(caller)
        request.path_params["id"] = ref.id
        try:
            answer = await handler(request)
        except REFUSALS as error:
            answer = _refused(request, error)
        return _located(answer, self._location(ref, caller))

    def _location(self, ref: ResourceRef, caller: Caller) -> str:
        return self.representations(caller.base_uri).location(ref)


def _refused(request: Request, error: Refusal) -> Answer:
    notes_of(request).reasons.append(reason_of(error))
    return error_answer(error)


def _located(answer: Answer, location: str) -> Answer:
    if any(name == _LOCATION for name, _ in answer.headers):
        return answer
    return replace(answer, headers=(*answer.headers, (_LOCATION, location.encode())))
