"""What an administrator sees of deliveries."""

from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]


class SnapshotView(BaseModel):
    """How far a snapshot is: the whole state on its way to the stream's receiver."""

    total: int = Field(description="resources and deletions, about; 0 until the first are read")
    walked: int = Field(description="how many of them are in the event log")
    settled: int = Field(description="how many, at least, are acknowledged or set aside")
    is_finished: bool = Field(description="whether that is so for all of them")


class DeliveryStateView(BaseModel):
    """How far a stream is."""

    stream_id: str
    status: str = Field(description="enabled, paused or disabled, as deliveries have it now")
    status_reason: str
    pending: int = Field(description="events that are neither acknowledged nor set aside")
    acknowledged: int
    dead_letters: int
    oldest_pending: int = Field(description="microseconds since 1970; 0 when none is pending")
    snapshot: SnapshotView | None = Field(description="the last one that was begun")
    dropped: int = Field(description="events that retention took before they were settled")
    last_error: str = Field(description="why the stream waits; empty when it does not")
    last_contact: int = Field(
        description="when its receiver last polled or accepted a push, in microseconds since 1970,"
        " as far as this process knows; 0: not since it began"
    )


class DeliveryStates(BaseModel):
    """All streams of a tenant."""

    streams: list[DeliveryStateView]


def add_admin_routes(app: FastAPI, terms: Terms) -> None:
    """Serve /admin/v1/streams and their snapshots, for the scope admin."""

    @app.get("/admin/v1/streams")
    async def streams(authorization: Authorization = None) -> DeliveryStates:
        """List the delivery state of each transmit stream."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        states = term.read_delivery_states(grant.tenant)
        return DeliveryStates(streams=[DeliveryStateView(**asdict(state)) for state in states])

    @app.post("/admin/v1/streams/{stream_id}/snapshot", status_code=202)
    async def begin_snapshot(stream_id: str, authorization: Authorization = None) -> None:
        """Bring the stream's receiver up to the present state; one under way begins anew."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        await term.begin_snapshot(grant.tenant, stream_id)
        term.news.publish_all()
