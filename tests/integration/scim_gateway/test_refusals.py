"""What is refused over a real socket, and how (RFC 7644 section 3.12)."""

import pytest
from support.refusing_peers import RefusedError
from support.running_gateway import ANN, Gateway

from heliograph.common.v1.failure_pb2 import Failure


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        pytest.param("POST", "/Users", b'{"a":', (400, "invalidSyntax"), id="broken JSON"),
        pytest.param("POST", "/Users", b"[]", (400, "invalidSyntax"), id="no object"),
        pytest.param("POST", "/.search", b"{}", (400, "invalidSyntax"), id="no SearchRequest"),
        pytest.param("GET", "/Users?count=x", None, (400, "invalidValue"), id="no number"),
        pytest.param("GET", "/Users/none", None, (404, None), id="no such resource"),
        pytest.param("DELETE", "/Users/none", None, (404, None), id="no such resource to delete"),
        pytest.param("GET", "/Devices", None, (404, None), id="no such endpoint"),
        pytest.param("GET", "/Users/1/emails", None, (404, None), id="below a resource"),
        pytest.param("GET", "/../v1/Users", None, (400, "invalidVers"), id="version 1"),
        pytest.param("GET", "/../Users", None, (404, None), id="no version"),
        pytest.param("GET", "/Me", None, (404, None), id="a token that is nobody's"),
        pytest.param("POST", "/Bulk", b"{}", (400, "invalidSyntax"), id="Bulk of nothing"),
        pytest.param("GET", "/Schemas?filter=x", None, (403, None), id="a filter on schemas"),
        pytest.param("GET", "/Schemas/urn:x", None, (404, None), id="no such schema"),
        pytest.param("GET", "/ResourceTypes/x", None, (404, None), id="no such resource type"),
    ],
)
async def test_a_bad_request_has_a_scim_error(
    gateway: Gateway, method: str, path: str, body: bytes | None, error: tuple[int, str | None]
) -> None:
    answer = await gateway.ask(method, path, body)

    assert answer.error == error


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/Users", "GET, HEAD, POST"),
        ("POST", "/Users/1", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/Users/.search", "POST"),
        ("DELETE", "/Schemas", "GET, HEAD"),
        ("POST", "/ServiceProviderConfig", "GET, HEAD"),
        ("GET", "/Bulk", "POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    gateway: Gateway, method: str, path: str, allowed: str
) -> None:
    answer = await gateway.ask(method, path)

    assert answer.error == (405, None)
    assert answer.headers["allow"] == allowed


async def test_other_media_types_are_refused(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Users", b"userName=ann", Content_Type="text/plain")

    assert answer.error == (415, None)


async def test_a_failure_of_the_store_tells_its_path_and_clause(gateway: Gateway) -> None:
    gateway.store.failure = Failure(
        reason="UNIQUENESS",
        detail="the value is in use",
        attribute_path="userName",
        clause="RFC 7644 section 3.3",
    )

    answer = await gateway.ask("POST", "/Users", ANN)

    assert answer.error == (409, "uniqueness")
    assert answer.json["detail"] == "userName: the value is in use (RFC 7644 section 3.3)"


async def test_a_refused_search_is_an_error_of_its_reason(gateway: Gateway) -> None:
    gateway.store.refusal = RefusedError("INVALID_FILTER")

    answer = await gateway.ask("GET", "/Users?filter=bad")

    assert answer.error == (400, "invalidFilter")


async def test_an_unknown_failure_is_a_500_that_tells_nothing(gateway: Gateway) -> None:
    gateway.store.failure = Failure(reason="SURPRISE", detail="a secret")

    answer = await gateway.ask("GET", "/Users/1")

    assert answer.error == (500, None)
    assert b"secret" not in answer.body
