"""A change can be followed through the services on a tracing dashboard (a real OTLP receiver)."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import rotel
from support.cluster import Cluster, free_port, helio
from support.eventually import eventually

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
USER_NAME = "tracy.jones@example.com"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": USER_NAME}


class Dashboard:
    """What an OTLP receiver was sent, as it prints it."""

    def __init__(self, port: int, output: Path) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._output = output

    @property
    def text(self) -> str:
        return self._output.read_text()

    def spans_of(self, trace: str) -> set[str]:
        spans = self.text.split("\nSpan #")
        return {
            line.partition(":")[2].strip()
            for span in spans
            if f"Trace ID       : {trace}" in span
            for line in span.splitlines()
            if line.startswith("    Name")
        }


@contextmanager
def dashboard(folder: Path) -> Iterator[Dashboard]:
    """Run a receiver that prints every span."""
    port, output = free_port(), folder / "spans"
    agent = Path(rotel.__file__).parent / "rotel-agent"
    with (
        output.open("w") as file,
        subprocess.Popen(
            [
                *[agent, "start", "--exporter", "blackhole", "--debug-log", "traces"],
                *["--debug-log-verbosity", "detailed", "--pid-file", folder / "pid"],
                *["--otlp-grpc-endpoint", f"127.0.0.1:{port}"],
                *["--otlp-http-endpoint", f"127.0.0.1:{port + 1}"],
            ],
            stdout=file,
            stderr=file,
        ) as process,
    ):
        try:
            yield Dashboard(port, output)
        finally:
            process.terminate()


def post(cluster: Cluster, service: str, path: str, body: Mapping[str, Any], **headers: str) -> Any:
    request = Request(  # noqa: S310  our own cluster
        cluster.url(service, path),
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {cluster.admin_token}",
            "Content-Type": "application/json",
            **headers,
        },
    )
    with urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def find(cluster: Cluster, user_name: str) -> Any:
    query = urlencode({"filter": f'userName eq "{user_name}"'})
    request = Request(  # noqa: S310  our own cluster
        cluster.url("scim-gateway", f"/scim/v2/Users?{query}"),
        headers={"Authorization": f"Bearer {cluster.admin_token}"},
    )
    with urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def push_to_itself(cluster: Cluster) -> None:
    issuer = cluster.url("ssf-registrar")
    creations = ["urn:ietf:params:scim:event:prov:create:full"]
    inbound = post(
        cluster,
        "ssf-registrar",
        "/ssf/streams",
        {
            "iss": issuer,
            "aud": [issuer],
            "issuerJWKSUrl": f"{issuer}/jwks.json",
            "events_requested": creations,
            "delivery": {"method": "urn:ietf:rfc:8935:receive"},
        },
    )
    outbound = {**inbound["delivery"], "method": "urn:ietf:rfc:8935"}
    post(
        cluster,
        "ssf-registrar",
        "/ssf/streams",
        {"aud": [issuer], "events_requested": creations, "delivery": outbound},
    )


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[tuple[Cluster, Dashboard]]:
    cluster = Cluster(tmp_path / "data", free_port())
    with dashboard(tmp_path) as receiver:
        started = helio(
            *["up", "--detach", "--data", str(cluster.data), "--port", str(cluster.port)],
            HELIOGRAPH_OTLP_ENDPOINT=receiver.endpoint,
        )
        try:
            assert started.returncode == 0, started.stderr
            yield cluster, receiver
        finally:
            cluster.stop()


async def test_a_change_and_its_push_are_one_story(traced: tuple[Cluster, Dashboard]) -> None:
    """The request's trace goes through the store; the push has its own, linked to the former."""
    cluster, receiver = traced
    push_to_itself(cluster)

    post(
        cluster,
        "scim-gateway",
        "/scim/v2/Users",
        USER,
        traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
    )

    write = "/heliograph.resource.v1.ResourceService/WriteResources"
    await eventually(lambda: receiver.spans_of(TRACE) >= {"POST /scim/v2/Users", write})
    await eventually(lambda: f"Trace ID: {TRACE}" in receiver.text.partition("set.push")[2])
    logged = [json.loads(line) for line in cluster.log("scim-gateway").splitlines()]
    told = [line for line in logged if line.get("route") == "/scim/v2/Users"]
    assert [line["trace_id"] for line in told] == [TRACE]


async def test_no_span_has_the_names_of_a_filter(traced: tuple[Cluster, Dashboard]) -> None:
    cluster, receiver = traced
    post(cluster, "scim-gateway", "/scim/v2/Users", USER)

    found = find(cluster, USER_NAME)

    await eventually(lambda: ": GET /scim/v2/Users\n" in receiver.text)
    assert found["totalResults"] == 1
    assert "tracy.jones" not in receiver.text
