"""Changing a stream's status as the transmitter's administrator."""

import time
from typing import Annotated

from fastapi import FastAPI, Header
from pydantic import BaseModel, ConfigDict, Field

from set_transmitter.domain.streams import StreamStatus
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]


class StatusWanted(BaseModel):
    """The status that a stream is to have."""

    model_config = ConfigDict(extra="forbid")

    status: StreamStatus
    reason: str = Field("", max_length=1_000, description="for the receiver to read")


def add_status_routes(app: FastAPI, terms: Terms) -> None:
    """Serve POST /admin/v1/streams/{stream_id}/status, for the scope admin."""

    @app.post("/admin/v1/streams/{stream_id}/status", status_code=202)
    async def set_status(
        stream_id: str, wanted: StatusWanted, authorization: Authorization = None
    ) -> None:
        """Tell the stream's receiver by a stream-updated event, and then set the status.

        It is set as soon as the receiver has that event, or could have had it for half a second.
        """
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        await term.look_again(grant.tenant, stream_id)
        told = await term.announce_status(
            grant.tenant,
            stream_id,
            wanted.status,
            reason=wanted.reason,
            now=time.time_ns() // 1000,
        )
        term.news.log.publish()
        term.news.publish(told)
