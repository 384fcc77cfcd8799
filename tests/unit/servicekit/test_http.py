"""What every service's app does by itself."""

from collections.abc import Sequence

from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs

from servicekit.http import BusyRoute, NamedRoute, create_app, serve_straight

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


async def name(scope: Scope, receive: Receive, send: Send) -> None:
    status = 200 if scope["path_params"]["name"] == "way" else 404
    await Response(scope["path_params"]["name"], status)(scope, receive, send)


async def answer(
    app: ASGIApp, *received: Message, method: str = "POST", path: str = "/things"
) -> Sequence[Message]:
    """Return what an app sends to a client that sends this."""
    left = list(received)
    sent: list[Message] = []

    async def receive() -> Message:
        return left.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**SCOPE, "method": method, "path": path}, receive, send)
    return sent


def app_with_a_straight_way() -> ASGIApp:
    app = create_app("set-receiver", own_store_works=works)
    return serve_straight(app, BusyRoute("/straight/{name}", name, method="POST"))


async def test_a_client_that_hangs_up_in_its_body_is_no_error_of_ours() -> None:
    app = create_app("scim-gateway", own_store_works=works)
    app.router.routes.append(NamedRoute("/things", read_all, methods=["POST"]))

    start, *_ = await answer(
        app,
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    )

    assert start["status"] == 400


async def test_a_straight_route_is_served_and_measured_as_any_other() -> None:
    start, body = await answer(app_with_a_straight_way(), path="/straight/way")

    assert (start["status"], body["body"]) == (200, b"way")
    assert b'method="POST",route="/straight/{name}",status="200"' in generate_latest()


async def test_what_is_not_for_a_straight_route_goes_to_the_app() -> None:
    app = app_with_a_straight_way()

    wrong_method, *_ = await answer(app, method="GET", path="/straight/way")
    other_path, *_ = await answer(app, method="GET", path="/healthz")

    assert (wrong_method["status"], dict(wrong_method["headers"])[b"allow"]) == (405, b"POST")
    assert other_path["status"] == 200


async def test_on_a_straight_route_only_what_goes_wrong_is_for_everybody_s_log() -> None:
    app = app_with_a_straight_way()

    with capture_logs() as lines:
        await answer(app, path="/straight/way")
        await answer(app, path="/straight/away")

    told = [(line["log_level"], line["route"], line["status"]) for line in lines]
    assert told == [("debug", "/straight/{name}", 200), ("info", "/straight/{name}", 404)]
