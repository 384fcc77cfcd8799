"""Erasing what the event log has of a resource, for an administrator."""

from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, Header
from pydantic import BaseModel, ConfigDict, Field

from set_transmitter.domain.erasures import Erasure
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.terms import Terms

Authorization = Annotated[str | None, Header(include_in_schema=False)]
_LATEST = 2**63 - 1


class ErasureWanted(BaseModel):
    """Which resource, and through when: both as the gateway's erasure gives them."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=1000, description="the id of the resource")
    through: int = Field(ge=0, le=_LATEST, description="microseconds since 1970")


class RemovedView(BaseModel):
    """How much was removed."""

    events: int
    sets: int = Field(description="signed SETs that were kept until their acknowledgement")
    dead_letters: int


def add_erasure_routes(app: FastAPI, terms: Terms) -> None:
    """Serve POST /admin/v1/erasures, for the scope admin."""

    @app.post("/admin/v1/erasures")
    async def erase(wanted: ErasureWanted, authorization: Authorization = None) -> RemovedView:
        """Erase the events of a resource; its deletion is still delivered. It may be repeated."""
        term = terms.present()
        grant = await authorized(term.tokens, authorization, "admin")
        removed = await term.erase_events(Erasure(grant.tenant, wanted.id, wanted.through))
        term.news.publish_all()
        return RemovedView(**asdict(removed))
