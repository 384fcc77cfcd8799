"""Setting streams back, for an administrator."""

from typing import Annotated, Any, Literal

import structlog
from fastapi import FastAPI, Header
from pydantic import BaseModel, ConfigDict, Field

from set_transmitter.domain.resets import FromPosition, ResetOutcome
from set_transmitter.domain.streams import Stream
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.reset_targets import target_of
from set_transmitter.entrypoints.terms import Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]

_log = structlog.get_logger()


class ResetWanted(BaseModel):
    """How far to set the stream back."""

    model_config = ConfigDict(extra="forbid")

    to: Any = Field(
        default=None,
        description='{"jti": ...}, {"date": RFC 3339} or "beginning"',
        examples=[{"date": "2030-01-31T12:00:00Z"}, "beginning"],
    )


class RedeliveryView(BaseModel):
    """What comes again."""

    by: Literal["range", "snapshot"] = Field(
        description="snapshot: the log does not reach so far back any more"
    )
    first: str | None = Field(description="the jti of where it begins; null for a snapshot")
    pending: int = Field(description="events that are neither acknowledged nor set aside")


def add_reset_routes(app: FastAPI, terms: Terms) -> None:
    """Serve POST /admin/v1/streams/{stream_id}/reset and …/reissue, for the scope admin."""

    @app.post("/admin/v1/streams/{stream_id}/reset", status_code=202)
    async def reset(
        stream_id: str, wanted: ResetWanted, authorization: Authorization = None
    ) -> RedeliveryView:
        """Deliver a part of the log once more, each SET under its jti."""
        return await _set_back(terms, stream_id, wanted, authorization, anew=False)

    @app.post("/admin/v1/streams/{stream_id}/reissue", status_code=202)
    async def reissue(
        stream_id: str, wanted: ResetWanted, authorization: Authorization = None
    ) -> RedeliveryView:
        """Deliver a part of the log once more, each SET under a new jti."""
        return await _set_back(terms, stream_id, wanted, authorization, anew=True)


def log_reset(stream: Stream, outcome: ResetOutcome) -> None:
    """Tell what became of a reset that a configuration asked for: nobody waits for an answer."""
    told = {
        "tenant": stream.tenant,
        "stream_id": stream.stream_id,
        "outcome": type(outcome).__name__,
    }
    if isinstance(outcome, FromPosition):
        _log.info("stream.reset", **told)
    else:
        _log.warning("stream.reset", **told)


async def _set_back(
    terms: Terms, stream_id: str, wanted: ResetWanted, authorization: str | None, *, anew: bool
) -> RedeliveryView:
    term = terms.present()
    grant = await authorized(term.tokens, authorization, "admin")
    target = target_of(wanted.to)
    try:
        told = await term.reset_stream(grant.tenant, stream_id, to=target, anew=anew)
    finally:
        term.news.publish_all()
    _log.info("stream.set_back", tenant=grant.tenant, stream_id=stream_id, anew=anew)
    by: Literal["range", "snapshot"] = "snapshot" if told.jti is None else "range"
    return RedeliveryView(by=by, first=told.jti, pending=told.pending)
