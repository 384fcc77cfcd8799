"""The admin API of receipts: list them, look at one, have some applied again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from servicekit.signals import News
from set_receiver.commands.drop_dead import DropDead
from set_receiver.commands.reapply import Reapply
from set_receiver.domain.errors import (
    InvalidPageTokenError,
    ReceiptErasedError,
    ReceiptNotDeadError,
    ReceiptNotFoundError,
    ReceiptPendingError,
)
from set_receiver.domain.receipts import LATEST, Receipt, ReceiptState, Selection
from set_receiver.entrypoints.receipt_pages import ReceiptPages, position_named, receipt_id

_STATUSES: Final = {
    InvalidPageTokenError: 400,
    ReceiptErasedError: 409,
    ReceiptNotDeadError: 409,
    ReceiptNotFoundError: 404,
    ReceiptPendingError: 409,
}

ReceiptId = Annotated[str, Path(description="The id that a list gives.")]
Micros = Annotated[int, Field(ge=0, le=LATEST)]


class State(StrEnum):
    """A state by its name."""

    PENDING = "pending"
    APPLIED = "applied"
    WITHOUT_EFFECT = "without_effect"
    IGNORED = "ignored"
    DEAD = "dead"
    ROUTED = "routed"


class SettledState(StrEnum):
    """A state that can be reapplied."""

    APPLIED = "applied"
    WITHOUT_EFFECT = "without_effect"
    IGNORED = "ignored"
    DEAD = "dead"
    ROUTED = "routed"


class ReceiptRow(BaseModel):
    """One received event; times are microseconds since 1970, 0 for none."""

    id: str
    stream_id: str
    iss: str
    jti: str
    txn: str
    event_type: str
    subject_uri: str
    state: str
    reason: str
    received: int
    settled: int
    origin_clock: int
    attempts: int
    next_attempt: int
    routed: str


class ReceiptList(BaseModel):
    """A page of receipts; `next` is the `after` of the page that follows, null on the last."""

    receipts: list[ReceiptRow]
    next: str | None


class Reapplication(BaseModel):
    """Which receipts to apply again: those in a state, of one stream or all, of a time or any.

    `received_before` is exclusive; times are microseconds since 1970.
    """

    model_config = ConfigDict(extra="forbid")

    state: SettledState
    stream_id: str | None = None
    received_from: Micros = 0
    received_before: Micros = LATEST


class Reapplied(BaseModel):
    """How many receipts are pending again."""

    reapplied: int


class DropWanted(BaseModel):
    """Which dead receipts to drop: those of one stream, or all."""

    model_config = ConfigDict(extra="forbid")

    stream_id: str | None = None


class Dropped(BaseModel):
    """How many dead receipts are ignored from now on."""

    dropped: int


@dataclass(frozen=True, slots=True)
class ReceiptRoutes:
    """Serves the receipts of the caller's tenant."""

    tenant_of: Callable[[Request], Awaitable[str]]
    """Raises where the caller may not pass."""
    pages: ReceiptPages
    reapply: Reapply
    drop_dead: DropDead
    arrived: News

    def add_to(self, router: APIRouter, app: FastAPI) -> None:
        """Add the routes, and the answers to what cannot be done."""
        router.add_api_route("/receipts", self.list_receipts, response_model=ReceiptList)
        router.add_api_route("/receipts/{receipt_id}", self.show, response_model=ReceiptRow)
        router.add_api_route(
            "/receipts/reapply", self.reapply_all, methods=["POST"], response_model=Reapplied
        )
        router.add_api_route(
            "/receipts/{receipt_id}/reapply",
            self.reapply_one,
            methods=["POST"],
            response_model=Reapplied,
        )
        router.add_api_route(
            "/receipts/drop", self.drop_all, methods=["POST"], response_model=Dropped
        )
        router.add_api_route(
            "/receipts/{receipt_id}/drop", self.drop_one, methods=["POST"], response_model=Dropped
        )
        for error in _STATUSES:
            app.add_exception_handler(error, _answer)

    async def list_receipts(
        self,
        request: Request,
        *,
        stream_id: str = "",
        state: State | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: str = "",
    ) -> ReceiptList:
        """List receipts in the order of their arrival."""
        selected = Selection(
            await self.tenant_of(request),
            stream_id=stream_id or None,
            state=None if state is None else ReceiptState[state.name],
        )
        page, next_page_token = await self.pages.read(selected, page_size=limit, page_token=after)
        return ReceiptList(
            receipts=[_row(receipt) for receipt in page], next=next_page_token or None
        )

    async def show(self, request: Request, receipt_id: ReceiptId) -> ReceiptRow:
        """Show one receipt."""
        tenant = await self.tenant_of(request)
        return _row(await self.reapply.find(tenant, position_named(receipt_id)))

    async def reapply_one(self, request: Request, receipt_id: ReceiptId) -> Reapplied:
        """Have a settled receipt applied again: harmless where it took effect."""
        tenant = await self.tenant_of(request)
        await self.reapply.one(tenant, position_named(receipt_id))
        self.arrived.publish()
        return Reapplied(reapplied=1)

    async def reapply_all(self, request: Request, wanted: Reapplication) -> Reapplied:
        """Have all settled receipts applied again that a selection has, in their order."""
        selected = Selection(
            await self.tenant_of(request),
            stream_id=wanted.stream_id,
            state=ReceiptState[wanted.state.name],
            received_from=wanted.received_from,
            received_before=wanted.received_before,
        )
        count = await self.reapply.all_of(selected)
        self.arrived.publish()
        return Reapplied(reapplied=count)

    async def drop_one(self, request: Request, receipt_id: ReceiptId) -> Dropped:
        """Let a dead receipt be ignored."""
        tenant = await self.tenant_of(request)
        await self.drop_dead.one(tenant, position_named(receipt_id))
        return Dropped(dropped=1)

    async def drop_all(self, request: Request, wanted: DropWanted) -> Dropped:
        """Let all dead receipts be ignored, or those of one stream."""
        tenant = await self.tenant_of(request)
        return Dropped(dropped=await self.drop_dead.all_of(tenant, wanted.stream_id))


def _row(receipt: Receipt) -> ReceiptRow:
    arrival, standing = receipt.arrival, receipt.standing
    return ReceiptRow(
        id=receipt_id(receipt),
        stream_id=arrival.stream_id,
        iss=arrival.iss,
        jti=arrival.jti,
        txn=arrival.txn,
        event_type=arrival.event_type,
        subject_uri=arrival.subject_uri,
        state=standing.state.name.lower(),
        reason=standing.reason,
        received=arrival.received,
        settled=standing.settled,
        origin_clock=arrival.origin_clock,
        attempts=standing.attempts,
        next_attempt=standing.next_attempt,
        routed=standing.routed,
    )


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=_STATUSES[type(error)])
