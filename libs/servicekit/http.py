"""The HTTP side of a service: an app with health, readiness, metrics and a log line a request."""

import time
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.metadata import version
from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.telemetry import request_span

# FastAPI's own spans carry the query, and so the names in a filter: `RequestLog` makes ours.
_NO_NATIVE_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}

Readiness = Callable[[], Awaitable[dict[str, bool]]]

_log = structlog.get_logger()
_seconds = Histogram(
    "heliograph_http_server_seconds", "Time from request to answer.", ["method", "route", "status"]
)
QUIET_ROUTES: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def create_app(service: str, *, own_store_works: Readiness) -> FastAPI:
    """Return the service's app.

    `own_store_works` gives named checks: the key "store" decides /readyz, others are only reported.
    """
    app = FastAPI(
        title=f"Heliograph {service}",
        version=version("heliograph"),
        openapi_url="/admin/v1/openapi.json",
        docs_url="/admin/v1/docs",
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_NATIVE_TELEMETRY,
    )

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live", "service": service})

    async def ready(_request: Request) -> Response:
        checks = await own_store_works()
        works = checks.get("store", True)
        body = {"status": "ready" if works else "not ready", "checks": checks}
        return JSONResponse(body, status_code=200 if works else 503)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for path, endpoint in (("/healthz", live), ("/readyz", ready), ("/metrics", metrics)):
        app.router.routes.append(NamedRoute(path, endpoint, methods=["GET"]))
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_middleware(RequestLog)
    return app


def serve_straight(app: FastAPI, route: "BusyRoute") -> ASGIApp:
    """Serve a route that much traffic goes to; its endpoint turns every error into an answer."""
    app.router.routes.append(route)
    return _StraightWay(app, route)


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    """Answer a client that hung up in the middle of its body, which is no fault of ours to log."""
    return Response(status_code=400)


class NamedRoute(Route):
    """A Starlette route that tells `RequestLog` its template, as FastAPI's own routes do."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as any route does."""
        match, child_scope = super().matches(scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope


class BusyRoute(NamedRoute):
    """A route whose endpoint is an ASGI app; what goes well there is logged for debugging alone."""

    def __init__(self, path: str, endpoint: ASGIApp, *, method: str) -> None:
        super().__init__(path, endpoint, methods=[method])
        self.app = endpoint  # Starlette takes a function for one from a request to a response


class _StraightWay:
    """Hands requests of one route to it, past all that FastAPI does for other routes."""

    def __init__(self, app: ASGIApp, route: BusyRoute) -> None:
        self._app = app
        self._route = route
        self._logged = RequestLog(route.app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, to the route or to the app."""
        if scope["type"] == "http" and scope["method"] in (self._route.methods or ()):
            found = self._route.path_regex.match(scope["path"])
            if found:
                scope["route"], scope["path_params"] = self._route, found.groupdict()
                await self._logged(scope, receive, send)
                return
        await self._app(scope, receive, send)


class RequestLog:
    """Logs, measures and traces each request by its route's template.

    Never by its query, its body or a header: a filter has people's names in it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with request_span(scope["method"], scope["headers"]) as span:
            try:
                await self._app(scope, receive, noting_status)
            finally:
                route = _route(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                log = _log_of(scope, route, status)
                seconds = time.perf_counter() - began
                _tell(log, scope["method"], route, status=status, seconds=seconds)


@cache
def _series(method: str, route: str, status: int) -> Histogram:
    # to look it up by its labels costs as much as to observe
    return _seconds.labels(method, route, status)


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", None) or "unmatched")


def _log_of(scope: Scope, route: str, status: int) -> Callable[..., object] | None:
    """Return what to log a request by; None when it is not to be logged."""
    if route in QUIET_ROUTES:
        return None
    is_usual = status < 400 and isinstance(scope.get("route"), BusyRoute)
    log: Callable[..., object] = _log.debug if is_usual else _log.info
    return log


def _tell(
    log: Callable[..., object] | None, method: str, route: str, *, status: int, seconds: float
) -> None:
    _series(method, route, status).observe(seconds)
    if log is not None:
        log(
            "http.request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )
