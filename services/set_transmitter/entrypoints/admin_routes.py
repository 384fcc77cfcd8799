"""What an administrator sees of deliveries."""

from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field

from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]


class DeliveryStateView(BaseModel):
    """How far a stream is."""

    stream_id: str
    pending: int = Field(description="events that are neither acknowledged nor set aside")
    acknowledged: int
    dead_letters: int
    oldest_pending: int = Field(description="microseconds since 1970; 0 when none is pending")
    last_error: str = Field(description="why the stream waits; empty when it does not")


class DeadLetterView(BaseModel):
    """A SET that was set aside, and why."""

    stream_id: str
    jti: str
    err: str
    description: str
    subject_uri: str
    event_type: str
    at: int = Field(description="microseconds since 1970")


class DeliveryStates(BaseModel):
    """All streams of a tenant."""

    streams: list[DeliveryStateView]


class DeadLetters(BaseModel):
    """What was set aside, in the order in which that happened."""

    dead_letters: list[DeadLetterView]


def add_admin_routes(app: FastAPI, terms: Terms) -> None:
    """Serve /admin/v1/streams and /admin/v1/dead-letters, for the scope admin."""

    @app.get("/admin/v1/streams")
    async def streams(authorization: Authorization = None) -> DeliveryStates:
        """List the delivery state of each transmit stream."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        states = term.read_delivery_states(grant.tenant)
        return DeliveryStates(streams=[DeliveryStateView(**asdict(state)) for state in states])

    @app.get("/admin/v1/dead-letters")
    async def dead_letters(
        stream_id: Annotated[str | None, Query()] = None, authorization: Authorization = None
    ) -> DeadLetters:
        """List the SETs that were set aside, of all streams or one of them."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        letters = await term.deliveries.dead_letters(grant.tenant, stream_id)
        return DeadLetters(dead_letters=[DeadLetterView(**asdict(letter)) for letter in letters])
