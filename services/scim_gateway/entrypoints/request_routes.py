"""The admin API of the request log: find requests, and look at one whole."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from scim_gateway.domain.errors import NotFoundError
from scim_gateway.domain.request_log import LATEST, Body, Entry, Line, Selection
from scim_gateway.entrypoints.administration import Administrators, LogClosedError
from scim_gateway.ports.request_log import RequestLog


class ReasonView(BaseModel):
    """Why a request, or an operation of a bulk request, was refused."""

    status: int
    reason: str = Field(description="a stable word")
    scim_type: str = Field(description="as in RFC 7644 section 3.12; empty when there is none")
    detail: str
    attribute_path: str
    clause: str = Field(description="which section of which RFC says so")
    operation: int | None = Field(description="its place among the results of a bulk request")


class RequestLine(BaseModel):
    """One request, without its bodies; secrets are masked."""

    id: str = Field(description="as in the answer's header X-Request-Id")
    answered: int = Field(description="microseconds since 1970")
    duration: int = Field(description="microseconds")
    method: str
    path: str
    query: str
    status: int
    principal: str = Field(description="the subject of the token; empty without a valid one")
    user_agent: str
    txn: str = Field(description="that of the events that the request caused")
    trace_id: str
    reasons: list[ReasonView]


class RequestList(BaseModel):
    """A page of requests; `next` is the `beyond` of the page that follows, null on the last."""

    requests: list[RequestLine]
    next: str | None


class BodyView(BaseModel):
    """A body; `content` is null where there was none, or `omitted` says why it is not kept."""

    size: int = Field(description="bytes, as it was")
    content: Any
    omitted: str


class RequestView(RequestLine):
    """One request, whole."""

    headers: dict[str, str]
    request: BodyView
    response: BodyView


class Wanted(BaseModel):
    """Which requests to list: those for which all that is given holds."""

    model_config = ConfigDict(extra="forbid")

    status: str | None = Field(None, pattern="^[1-5]([0-9]{2}|xx)$", description="404, or 4xx")
    method: str | None = None
    path: str | None = Field(None, description="a part of the path")
    principal: str | None = None
    user: str | None = Field(None, description="a userName, in any case")
    resource: str | None = Field(None, description="the id of a resource")
    answered_from: int = Field(0, ge=0, le=LATEST, description="microseconds since 1970")
    answered_before: int = Field(LATEST, ge=0, le=LATEST)
    order: Literal["newest", "oldest"] = Field("newest", description="which come first")
    limit: int = Field(100, ge=1, le=1000)
    beyond: str = Field("", description="what the page before gave as next")


@dataclass(frozen=True, slots=True)
class RequestRoutes:
    """Serves holders of the scope admin the requests of their tenant."""

    administrators: Administrators
    log: Callable[[], RequestLog | None]
    is_off: bool

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        router = APIRouter(prefix="/admin/v1", tags=["admin"])
        router.add_api_route("/requests", self.find, response_model=RequestList)
        router.add_api_route("/requests/{request_id}", self.show, response_model=RequestView)
        app.include_router(router)

    async def find(self, request: Request, wanted: Annotated[Wanted, Query()]) -> RequestList:
        """List requests by what they were and what became of them."""
        tenant = (await self.administrators.who_asks(request)).tenant
        lines = await self._open_log().page(
            _selection(tenant, wanted),
            beyond=wanted.beyond,
            is_newest_first=wanted.order == "newest",
            limit=wanted.limit + 1,
        )
        page = lines[: wanted.limit]
        following = page[-1].id if len(lines) > wanted.limit else None
        return RequestList(requests=[RequestLine(**_line(each)) for each in page], next=following)

    async def show(self, request: Request, request_id: str) -> RequestView:
        """Show one request, with its bodies."""
        tenant = (await self.administrators.who_asks(request)).tenant
        entry = await self._open_log().read(tenant, request_id)
        if entry is None:
            raise NotFoundError("there is no such request")
        return _view(entry)

    def _open_log(self) -> RequestLog:
        if self.is_off:
            raise NotFoundError("the request log is off: see HELIOGRAPH_SCIM_REQUEST_LOG")
        log = self.log()
        if log is None:
            raise LogClosedError("the request log is not open: the gateway's own log says why")
        return log


def _selection(tenant: str, wanted: Wanted) -> Selection:
    first, last = wanted.status or "", wanted.status or ""
    return Selection(
        tenant,
        status_from=int(first.replace("xx", "00") or 0),
        status_to=int(last.replace("xx", "99") or 999),
        method=wanted.method and wanted.method.upper(),
        path=wanted.path,
        principal=wanted.principal,
        about=frozenset(each.lower() for each in (wanted.user, wanted.resource) if each),
        answered_from=wanted.answered_from,
        answered_before=wanted.answered_before,
    )


def _line(line: Line) -> dict[str, Any]:
    return {**asdict(line), "answered": line.answered}


def _view(entry: Entry) -> RequestView:
    return RequestView(
        **_line(entry.line),
        headers=dict(entry.headers),
        request=_body(entry.request),
        response=_body(entry.response),
    )


def _body(body: Body) -> BodyView:
    content = orjson.loads(body.text) if body.text else None
    return BodyView(size=body.size, content=content, omitted=body.omitted)
