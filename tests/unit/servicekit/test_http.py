"""What every service's app does by itself."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Scope

from servicekit.http import NamedRoute, create_app

SCOPE: Scope = {
    "type": "http",
    "method": "POST",
    "path": "/things",
    "raw_path": b"/things",
    "query_string": b"",
    "headers": [(b"content-length", b"10")],
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 80),
    "root_path": "",
}


async def works() -> dict[str, bool]:
    return {"store": True}


async def read_all(request: Request) -> Response:
    return Response(await request.body())


async def test_a_client_that_hangs_up_in_its_body_is_no_error_of_ours() -> None:
    app = create_app("scim-gateway", own_store_works=works)
    app.router.routes.append(NamedRoute("/things", read_all, methods=["POST"]))
    received: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**SCOPE}, receive, send)

    assert sent[0]["status"] == 400
