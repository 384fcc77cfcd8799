"""The stream management API (SSF 1.0 section 8.1)."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from servicekit.http import NamedRoute
from ssf_registrar.commands.change_stream import ChangeStream
from ssf_registrar.commands.create_stream import CreateStream
from ssf_registrar.commands.own_streams import OwnStreams
from ssf_registrar.commands.request_verification import RequestVerification
from ssf_registrar.domain.configuration import Origins, configuration, status
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.streams import Stream
from ssf_registrar.entrypoints.answers import json_answer, json_object
from ssf_registrar.entrypoints.callers import Callers
from ssf_registrar.ports.activity import Activity

Handler = Callable[[Request], Awaitable[Response]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StreamManagement:
    """The configuration endpoint, the status endpoint and the verification endpoint."""

    callers: Callers
    own_streams: OwnStreams
    create_stream: CreateStream
    change_stream: ChangeStream
    request_verification: RequestVerification
    activity: Activity
    origins: Origins

    def register(self, app: FastAPI) -> None:
        """Serve the endpoints, for the default tenant and for others."""
        _serve(
            app,
            "/ssf/streams",
            {
                "GET": self.read,
                "POST": self.create,
                "PATCH": self.patch,
                "PUT": self.replace,
                "DELETE": self.delete,
            },
        )
        _serve(app, "/ssf/status", {"GET": self.read_status, "POST": self.set_status})
        _serve(app, "/ssf/verify", {"POST": self.verify})

    async def create(self, request: Request) -> Response:
        """Create a stream (section 8.1.1.1)."""
        caller = await self.callers.who_manages(request)
        stream = await self.create_stream(caller, await json_object(request, may_be_empty=True))
        _tell("stream.created", stream)
        return json_answer(configuration(stream, self.origins), status=201)

    async def read(self, request: Request) -> Response:
        """Read one stream, or list all in an array (section 8.1.1.2)."""
        caller = await self.callers.who_reads(request)
        stream_id = request.query_params.get("stream_id")
        if stream_id is not None:
            stream = await self.own_streams.get(caller, stream_id)
            await self._note_managed(stream)
            return json_answer(configuration(stream, self.origins))
        streams = await self.own_streams.all(caller)
        return json_answer([configuration(stream, self.origins) for stream in streams])

    async def patch(self, request: Request) -> Response:
        """Change a stream (section 8.1.1.3)."""
        caller = await self.callers.who_manages(request)
        stream = await self.change_stream.patch(caller, await json_object(request))
        await self._note_managed(stream)
        _tell("stream.changed", stream)
        return json_answer(configuration(stream, self.origins))

    async def replace(self, request: Request) -> Response:
        """Replace a stream's configuration (section 8.1.1.4)."""
        caller = await self.callers.who_manages(request)
        stream = await self.change_stream.replace(caller, await json_object(request))
        await self._note_managed(stream)
        _tell("stream.changed", stream)
        return json_answer(configuration(stream, self.origins))

    async def delete(self, request: Request) -> Response:
        """Delete a stream (section 8.1.1.5)."""
        caller = await self.callers.who_manages(request)
        stream_id = _stream_id(request)
        await self.own_streams.remove(caller, stream_id)
        _log.info("stream.deleted", tenant=caller.tenant, stream_id=stream_id)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def read_status(self, request: Request) -> Response:
        """Read a stream's status (section 8.1.2.1)."""
        caller = await self.callers.who_reads(request)
        stream = await self.own_streams.get(caller, _stream_id(request))
        await self._note_managed(stream)
        return json_answer(status(stream))

    async def set_status(self, request: Request) -> Response:
        """Change a stream's status (section 8.1.2.2)."""
        caller = await self.callers.who_manages(request)
        stream = await self.change_stream.set_status(caller, await json_object(request))
        await self._note_managed(stream)
        _tell("stream.status_set", stream)
        return json_answer(status(stream))

    async def verify(self, request: Request) -> Response:
        """Have a verification event sent (section 8.1.4.2); this answer does not wait for it."""
        caller = await self.callers.who_manages(request)
        stream = await self.request_verification(caller, await json_object(request))
        await self._note_managed(stream)
        _tell("stream.verification_requested", stream)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _note_managed(self, stream: Stream) -> None:
        """Restart the inactivity_timeout (section 8.1.1); streams without one cost no write."""
        if stream.liveness.inactivity_timeout is not None:
            await self.activity.note_managed(
                stream.tenant, stream.stream_id, at=time.time_ns() // 1000
            )


def _serve(app: FastAPI, path: str, handlers: Mapping[str, Handler]) -> None:
    async def dispatch(request: Request) -> Response:
        # Starlette lets HEAD in wherever GET is
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    for each in (path, f"/t/{{tenant}}{path}"):
        app.router.routes.append(NamedRoute(each, dispatch, methods=list(handlers)))


def _stream_id(request: Request) -> str:
    stream_id = request.query_params.get("stream_id")
    if not stream_id:
        raise InvalidRequestError("stream_id is missing: name the stream by ?stream_id=…")
    return stream_id


def _tell(event: str, stream: Stream) -> None:
    _log.info(
        event,
        tenant=stream.tenant,
        stream_id=stream.stream_id,
        direction=stream.direction.value,
        status=stream.status.value,
        revision=stream.revision,
    )
