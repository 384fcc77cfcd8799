"""What the event log holds, for an administrator."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field

from set_transmitter.commands.read_events import Telling
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.tokens import forwarded_claims
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Term, Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]
_LAST_POSITION = 2**63 - 1
_NOT_THE_EVENTS = {"position", "only_for", "attributes", "lineage", "event_type"}


class EventView(BaseModel):
    """An event: what was done to one resource."""

    position: int = Field(description="its place in the log")
    committed: int = Field(description="microseconds since 1970")
    kind: str
    event_type: str = Field(
        description="the URI of a signal; all URIs of a token that is forwarded, with spaces"
    )
    resource_type: str
    subject_uri: str
    external_id: str
    txn: str
    attributes: list[str] = Field(description="the names of what changed")
    version_before: str
    version_after: str
    origin_cluster: str
    origin_clock: int = Field(description="microseconds since 1970")
    lineage: list[str]
    traceparent: str
    only_for: str = Field(description="the one stream it is for, by a snapshot; empty: for any")


class TellingView(BaseModel):
    """Where an event stands for a stream that it is for."""

    stream_id: str
    jti: str
    event_type: str
    standing: Literal["pending", "attempted", "settled", "dead_letter"]


class ShownEvent(EventView):
    """An event with what a full one says, and where it stands."""

    data: Any
    streams: list[TellingView]


class Events(BaseModel):
    """A part of the log, in its order."""

    events: list[EventView]
    next: int = Field(description="to go on from, as `after`")


def add_event_routes(app: FastAPI, terms: Terms) -> None:
    """Serve /admin/v1/events and each of them, for the scope admin."""

    @app.get("/admin/v1/events")
    async def events(
        *,
        after: Annotated[int, Query(ge=0, le=_LAST_POSITION)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        stream: Annotated[str | None, Query(description="what is for one stream alone")] = None,
        order: Literal["oldest", "newest"] = "oldest",
        wait: Annotated[float, Query(ge=0, le=30, description="seconds, for a first one")] = 0.0,
        authorization: Authorization = None,
    ) -> Events:
        """List the first events after a position, or the last ones; in the order of the log.

        One that waits may be answered early with nothing.
        """
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        if order == "newest":
            found = await term.read_events.newest(grant.tenant, limit=limit, stream_id=stream)
        else:
            found = await _after(term, grant.tenant, (after, limit, stream), wait)
        last = found[-1].position if found else after
        return Events(events=[EventView(**_members(each)) for each in found], next=last)

    @app.get("/admin/v1/events/{place}")
    async def show(place: str, authorization: Authorization = None) -> ShownEvent:
        """Show one event, by its position or by the jti of a SET."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        await term.record_settled()
        logged, tellings = await term.read_events.show(grant.tenant, place)
        return ShownEvent(
            **_members(logged),
            data=_shown_data(logged.event),
            streams=[_telling(telling) for telling in tellings],
        )


async def _after(
    term: Term, tenant: str, wanted: tuple[int, int, str | None], wait: float
) -> Sequence[LoggedEvent]:
    position, limit, stream_id = wanted
    edition = term.news.log.edition
    found = await term.read_events.after(tenant, position, limit=limit, stream_id=stream_id)
    if found or not wait:
        return found
    await term.news.log.wait_past(edition, seconds=wait)
    return await term.read_events.after(tenant, position, limit=limit, stream_id=stream_id)


def _members(logged: LoggedEvent) -> dict[str, Any]:
    names = EventView.model_fields.keys() - _NOT_THE_EVENTS
    forwarded = logged.event.routed if logged.event.kind == "forwarded" else None
    return {
        **{name: getattr(logged.event, name) for name in names},
        "event_type": forwarded.event_uri if forwarded else logged.event.event_type,
        "position": logged.position,
        "only_for": logged.only_for,
        "attributes": list(logged.event.attributes),
        "lineage": list(logged.event.lineage),
    }


def _shown_data(event: Event) -> Any:  # noqa: ANN401  JSON
    """Return what a full event says; of a forwarded token the claims."""
    if event.data is None:
        return None
    if event.kind == "forwarded":
        return forwarded_claims(event)
    return orjson.loads(event.data)


def _telling(telling: Telling) -> TellingView:
    return TellingView(
        stream_id=telling.stream_id,
        jti=telling.jti,
        event_type=telling.event_type,
        standing=telling.standing.value,
    )
