"""`helio requests`, on a running cluster."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support.cluster import Cluster, helio, helio_in_foreground
from support.eventually import eventually

USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ann@example.com",
    "password": "hunter2",
    "active": "perhaps",
}


def refused(cluster: Cluster, method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
    """Send a request that is refused; return the id of its entry."""
    request = Request(  # noqa: S310  our own cluster
        cluster.url("scim-gateway", path),
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {cluster.admin_token}", "Content-Type": "application/json"},
        method=method,
    )
    with pytest.raises(HTTPError) as caught:
        urlopen(request, timeout=30)  # noqa: S310  as above
    with caught.value as answer:
        return str(answer.headers["X-Request-Id"])


def requests(cluster: Cluster, *arguments: str) -> Any:
    said = helio("requests", *arguments, "--json", "--data", str(cluster.data))
    return json.loads(said.stdout) if said.returncode == 0 else None


async def test_a_refused_request_is_found_and_shown(cluster: Cluster) -> None:
    request_id = refused(cluster, "POST", "/scim/v2/Users", USER)
    shown = await eventually(lambda: requests(cluster, "show", request_id))

    (found,) = requests(cluster, "find", "--user", "ann@example.com", "--status", "4xx")["requests"]

    assert shown["request"]["content"] == {**USER, "password": "***"}
    assert found == {name: shown[name] for name in found}


async def test_a_person_reads_why(cluster: Cluster) -> None:
    request_id = refused(cluster, "POST", "/scim/v2/Users?attributes=id", USER)
    await eventually(lambda: requests(cluster, "show", request_id))

    shown = helio("requests", "show", request_id, "--data", str(cluster.data)).stdout
    found = helio("requests", "find", "--since", "15m", "--data", str(cluster.data)).stdout

    assert "request  POST /scim/v2/Users?attributes=id\n" in shown
    assert "why: 400 invalidValue\n  attribute_path  active\n" in shown
    assert '"password": "***"' in shown
    assert "hunter2" not in shown + found
    assert any(
        line.startswith(f"{request_id}  20") and "  400  POST /scim/v2/Users" in line
        for line in found.splitlines()
    )


async def test_what_comes_is_followed(cluster: Cluster) -> None:
    first = refused(cluster, "GET", "/scim/v2/Users/first")
    await eventually(lambda: requests(cluster, "show", first))

    arguments = ("requests", "tail", "--resource", "first", "--data", str(cluster.data))
    with helio_in_foreground(*arguments) as tail:
        assert tail.stdout is not None
        assert tail.stdout.readline().startswith(first)
        second = refused(cluster, "DELETE", "/scim/v2/Users/first")
        assert tail.stdout.readline().startswith(second)


async def test_another_clusters_requests_are_found_by_its_url(cluster: Cluster) -> None:
    request_id = refused(cluster, "GET", "/scim/v2/Users/far-away")
    await eventually(lambda: requests(cluster, "show", request_id))
    url = cluster.url("scim-gateway")

    said = helio(
        *("requests", "show", request_id, "--url", url),
        HELIOGRAPH_ADMIN_TOKEN=cluster.admin_token,
    )

    assert "GET /scim/v2/Users/far-away" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error"),
    [
        pytest.param(["show", "99"], 1, "404 there is no such request", id="an unknown one"),
        pytest.param(["find", "--since", "noon"], 2, "'noon' is no time", id="no time"),
        pytest.param(["find", "--url", "http://127.0.0.1:1"], 2, "ADMIN_TOKEN", id="no token"),
    ],
)
def test_what_cannot_be_done_is_said(
    cluster: Cluster, arguments: list[str], exit_code: int, error: str
) -> None:
    said = helio("requests", *arguments, "--data", str(cluster.data))

    assert (said.returncode, said.stdout) == (exit_code, "")
    assert error in said.stderr
