"""The admin API of dead letters: list them, look at one, tell it again, forget it."""

import time
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from secevent.token import claims
from servicekit.bearer import Grant
from set_transmitter.commands.replay_dead_letters import Replayed
from set_transmitter.domain.dead_letters import (
    FoundLetter,
    UnknownLetterError,
    address_of,
    letter_place,
    parsed_place,
)
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.tokens import forwarded_claims, security_event_token
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Term, Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]
StreamId = Annotated[str, Query(min_length=1, description="the stream")]


class DeadLetterView(BaseModel):
    """A SET that was set aside, and why."""

    id: str = Field(description="its jti")
    stream_id: str
    jti: str
    err: str = Field(description="what the receiver said, or `undelivered`: given up")
    description: str
    subject_uri: str
    event_type: str
    at: int = Field(description="microseconds since 1970")


class DecodedLetterView(DeadLetterView):
    """The same, and what it told."""

    set: dict[str, Any] | None = Field(
        description="the claims; null when the log has no such event"
    )


class DeadLetters(BaseModel):
    """A page, in the order in which that happened; `next` is the `after` of the next one."""

    dead_letters: list[DeadLetterView]
    next: str | None


class AllOf(BaseModel):
    """Whose letters to replay."""

    model_config = ConfigDict(extra="forbid")

    stream_id: str = Field(min_length=1, max_length=100)


class ReplayedView(BaseModel):
    """How many were told again, as they were or by the present state of their subjects."""

    original: int
    state: int
    left: int = Field(description="letters of the stream that are there yet, counted up to 200")


class DroppedView(BaseModel):
    """How many were forgotten."""

    dropped: int


class DeadLetterRoutes:
    """Serves the letters of the caller's tenant, for the scope admin."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        router = APIRouter(prefix="/admin/v1/dead-letters")
        add = router.add_api_route
        add("", self.list, response_model=DeadLetters)
        add("", self.drop_all, methods=["DELETE"], response_model=DroppedView)
        add("/replay", self.replay_all, methods=["POST"], response_model=ReplayedView)
        add("/{letter_id}", self.show, response_model=DecodedLetterView)
        add("/{letter_id}", self.drop, methods=["DELETE"], status_code=204)
        add("/{letter_id}/replay", self.replay, methods=["POST"], response_model=ReplayedView)
        app.include_router(router)

    async def list(
        self,
        stream_id: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(description="what the page before gave as next")] = None,
        authorization: Authorization = None,
    ) -> DeadLetters:
        """List what was set aside, of all streams or one of them."""
        term, grant = await self._admitted(authorization)
        place = None if after is None else parsed_place(after)
        await term.record_settled()
        found = await term.dead_letters.page(
            grant.tenant, stream_id=stream_id, after=place, limit=limit + 1
        )
        page = found[:limit]
        more = letter_place(page[-1]).token if len(found) > limit else None
        return DeadLetters(
            dead_letters=[DeadLetterView(**_members(each)) for each in page], next=more
        )

    async def show(self, letter_id: str, authorization: Authorization = None) -> DecodedLetterView:
        """Show one, decoded."""
        term, grant = await self._admitted(authorization)
        stream_id, position = address_of(letter_id)
        await term.record_settled()
        found = await term.dead_letters.find(grant.tenant, stream_id, position)
        if found is None or found.letter.jti != letter_id:
            raise UnknownLetterError(f"there is no dead letter {letter_id}")
        decoded = _decoded(found, term.replay_dead_letters.outboxes)
        return DecodedLetterView(**_members(found.letter), set=decoded)

    async def replay(self, letter_id: str, authorization: Authorization = None) -> ReplayedView:
        """Tell one again: as it was, or by the state where later events of its subject went out."""
        term, grant = await self._admitted(authorization)
        replayed = await term.replay_dead_letters.one(grant.tenant, letter_id, now=_now())
        return self._answer(term, replayed)

    async def replay_all(self, wanted: AllOf, authorization: Authorization = None) -> ReplayedView:
        """Tell the first of a stream's letters again, in their order."""
        term, grant = await self._admitted(authorization)
        replayed = await term.replay_dead_letters.all_of(grant.tenant, wanted.stream_id, now=_now())
        return self._answer(term, replayed)

    async def drop(self, letter_id: str, authorization: Authorization = None) -> Response:
        """Forget one."""
        term, grant = await self._admitted(authorization)
        stream_id, position = address_of(letter_id)
        if not await term.replay_dead_letters.drop(grant.tenant, stream_id, position):
            raise UnknownLetterError(f"there is no dead letter {letter_id}")
        return Response(status_code=204)

    async def drop_all(
        self, stream_id: StreamId, authorization: Authorization = None
    ) -> DroppedView:
        """Forget all of a stream's letters."""
        term, grant = await self._admitted(authorization)
        dropped = await term.replay_dead_letters.drop(grant.tenant, stream_id, None)
        return DroppedView(dropped=dropped)

    async def _admitted(self, authorization: str | None) -> tuple[Term, Grant]:
        term = self._terms.present()
        return term, await authorized(term.tokens, authorization, "admin")

    def _answer(self, term: Term, replayed: Replayed) -> ReplayedView:
        term.news.publish(replayed.told)
        return ReplayedView(original=replayed.original, state=replayed.state, left=replayed.left)


def _members(letter: DeadLetter) -> dict[str, Any]:
    members = asdict(letter)
    del members["position"]
    return {"id": letter.jti, **members}


def _decoded(found: FoundLetter, outboxes: Outboxes) -> dict[str, Any] | None:
    """Return the claims as the stream would be told them now, with the jti that was refused."""
    outbox = outboxes.get(found.letter.stream_id)
    if found.logged is None or outbox is None:
        return None
    letter, logged = found.letter, found.logged
    told = outbox.stream.as_told(logged.event, in_snapshot=bool(logged.only_for))
    if told is None:
        return None
    if told.kind == "forwarded":
        return forwarded_claims(told)
    token = security_event_token(told, outbox.stream, jti=letter.jti, iat=letter.at // 1_000_000)
    return claims(token)


def _now() -> int:
    return time.time_ns() // 1000
