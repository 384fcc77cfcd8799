"""The health check of a container."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from servicekit.readiness import is_ready


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_a_service_is_ready_when_it_says_so(status: int, *, expected: bool) -> None:
    with answering(status) as port:
        assert is_ready(port) is expected


def test_a_service_that_is_away_is_not_ready() -> None:
    with answering(200) as port:
        pass

    assert not is_ready(port)
