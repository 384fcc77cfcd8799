"""Saying which state a verification event is going to have (SSF 1.0 section 8.1.4)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from set_receiver.entrypoints.stream_directory import StreamDirectory
from set_receiver.ports.stream_states import StreamStates

_LONGEST_STATE: Final = 4_096


class Asked(BaseModel):
    """The state; without one, one is made that nobody can guess."""

    model_config = ConfigDict(extra="forbid")

    state: str | None = Field(None, min_length=1, max_length=_LONGEST_STATE)


class Expected(BaseModel):
    """What the transmitter is to be asked for: a verification event with another is refused."""

    state: str


@dataclass(frozen=True, slots=True)
class VerificationRoutes:
    """Serves those who are about to ask a transmitter for a verification event."""

    tenant_of: Callable[[Request], Awaitable[str]]
    """Raises where the caller may not pass."""
    states: StreamStates
    directory: StreamDirectory

    def add_to(self, router: APIRouter) -> None:
        """Add the route."""
        router.add_api_route(
            "/receive-streams/{stream_id}/verify",
            self.expect,
            methods=["POST"],
            status_code=201,
            response_model=Expected,
        )

    async def expect(self, request: Request, stream_id: str, asked: Asked) -> Expected:
        """Remember a state, durably; then ask the transmitter, with its own stream_id and state."""
        tenant = await self.tenant_of(request)
        if not any(s.stream_id == stream_id and s.tenant == tenant for s in self.directory.all()):
            raise HTTPException(404, f"there is no stream {stream_id} that receives")
        state = asked.state or secrets.token_urlsafe(24)
        await self.states.ask(tenant, stream_id, state)
        return Expected(state=state)
