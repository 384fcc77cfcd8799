"""The admin API: receipts, and how each receive stream fares."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from servicekit.bearer import BearerError, BearerTokens, TokensUnavailableError
from servicekit.signals import News
from set_receiver.commands.drop_dead import DropDead
from set_receiver.commands.erase_receipts import EraseReceipts
from set_receiver.commands.reapply import Reapply
from set_receiver.domain.receipts import ReceiptState, Tally
from set_receiver.domain.stream_states import RemoteStatus
from set_receiver.entrypoints.erasure_routes import ErasureRoutes
from set_receiver.entrypoints.receipt_pages import ReceiptPages
from set_receiver.entrypoints.receipt_routes import ReceiptRoutes
from set_receiver.entrypoints.stream_directory import StreamDirectory
from set_receiver.entrypoints.troubles import Troubles
from set_receiver.entrypoints.verification_routes import VerificationRoutes
from set_receiver.ports.receipts import Receipts
from set_receiver.ports.stream_states import StreamStates

_SCOPE = "admin"


class ReceiveStreamRow(BaseModel):
    """How many receipts of a stream are in each state, and what last went wrong with it."""

    stream_id: str
    status: str
    """enabled, paused or disabled; empty for a stream that is gone."""
    pending: int
    applied: int
    without_effect: int
    ignored: int
    dead: int
    routed: int
    last_error: str
    transmitter_status: str
    """What the transmitter has last told of its stream: empty, enabled, paused or disabled."""
    transmitter_reason: str


class ReceiveStreamList(BaseModel):
    """The streams that are configured, and those that have receipts."""

    streams: list[ReceiveStreamRow]


@dataclass(frozen=True, slots=True)
class AdminApi:
    """Serves holders of the scope admin what concerns their tenant."""

    tokens: BearerTokens
    arrived: News
    """Published when receipts are pending again."""
    receipts: Receipts
    states: StreamStates
    directory: StreamDirectory
    troubles: Troubles
    clock: Callable[[], int]

    def add_to(self, app: FastAPI) -> None:
        """Add the routes, and the answers to those who may not pass."""
        router = APIRouter(prefix="/admin/v1", tags=["admin"])
        self._receipt_routes().add_to(router, app)
        ErasureRoutes(self._tenant, EraseReceipts(self.receipts, self.clock)).add_to(router)
        router.add_api_route(
            "/receive-streams", self.list_receive_streams, response_model=ReceiveStreamList
        )
        VerificationRoutes(self._tenant, self.states, self.directory).add_to(router)
        app.include_router(router)
        app.add_exception_handler(BearerError, _not_allowed)
        app.add_exception_handler(TokensUnavailableError, _try_again)

    async def list_receive_streams(self, request: Request) -> ReceiveStreamList:
        """List receive streams by what became of their receipts."""
        tenant = await self._tenant(request)
        tallies = [tally for tally in await self.receipts.tallies() if tally.tenant == tenant]
        configured = {
            stream.stream_id: stream.status.name.lower()
            for stream in self.directory.all()
            if stream.tenant == tenant
        }
        told = await self.states.statuses(tenant)
        stream_ids = sorted(configured.keys() | {tally.stream_id for tally in tallies})
        return ReceiveStreamList(
            streams=[
                self._stream_row(
                    stream_id, configured.get(stream_id, ""), tallies, told.get(stream_id)
                )
                for stream_id in stream_ids
            ]
        )

    def _receipt_routes(self) -> ReceiptRoutes:
        return ReceiptRoutes(
            self._tenant,
            ReceiptPages(self.receipts),
            Reapply(self.receipts),
            DropDead(self.receipts, self.clock),
            self.arrived,
        )

    def _stream_row(
        self, stream_id: str, status: str, tallies: list[Tally], told: RemoteStatus | None
    ) -> ReceiveStreamRow:
        counts = {state.name.lower(): 0 for state in ReceiptState}
        for tally in tallies:
            if tally.stream_id == stream_id:
                counts[tally.state.name.lower()] = tally.receipts
        last_error = self.troubles.last_error(stream_id)
        return ReceiveStreamRow(
            stream_id=stream_id,
            status=status,
            last_error=last_error,
            transmitter_status=told.status if told else "",
            transmitter_reason=told.reason if told else "",
            **counts,
        )

    async def _tenant(self, request: Request) -> str:
        authorization = request.headers.get("authorization")
        return (await self.tokens.authenticate(authorization, scope=_SCOPE)).tenant


async def _not_allowed(_request: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, BearerError) else 401
    challenge = error.challenge if isinstance(error, BearerError) else "Bearer"
    return JSONResponse(
        {"detail": str(error)}, status_code=status, headers={"WWW-Authenticate": challenge}
    )


async def _try_again(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "1"})
