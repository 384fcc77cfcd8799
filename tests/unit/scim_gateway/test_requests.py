"""What is read of a request."""

from collections.abc import Iterable
from contextlib import nullcontext

import pytest
from starlette.requests import Request

from scim.errors import InvalidSyntaxError, InvalidValueError
from scim_gateway.entrypoints.requests import (
    MAX_URI_BYTES,
    BodyTooLargeError,
    UnsupportedMediaTypeError,
    UriTooLongError,
    header,
    parameters,
    read_object,
    refuse_long_uri,
)


def request(*chunks: bytes, query: str = "", headers: Iterable[tuple[str, str]] = ()) -> Request:
    left = list(chunks)

    async def receive() -> dict[str, object]:
        body = left.pop(0) if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    scope = {
        "type": "http",
        "method": "POST",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    return Request(scope, receive)


async def test_a_body_comes_as_it_is_and_parsed() -> None:
    body = await read_object(request(b'{ "a"', b":1 }"), max_bytes=100)

    assert body == (b'{ "a":1 }', {"a": 1})


@pytest.mark.parametrize(
    "media_type",
    [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        'Application/SCIM+JSON;charset="UTF-8"',
    ],
)
async def test_scim_and_json_are_taken(media_type: str) -> None:
    _, parsed = await read_object(
        request(b"{}", headers=[("content-type", media_type)]), max_bytes=100
    )

    assert parsed == {}


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""],
)
async def test_other_media_types_are_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaTypeError, match="application/scim\\+json"):
        await read_object(request(b"{}", headers=[("content-type", media_type)]), max_bytes=100)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b'{"a":\n  ?}', "line 2 column", id="broken on the second line"),
        pytest.param(b'{"a":1} trailing', "line 1 column", id="more than one value"),
        pytest.param(b'{"a":"\xff"}', "not JSON", id="not UTF-8"),
        pytest.param(b"[1]", "not an object", id="an array"),
        pytest.param(b"{" * 2000, "not JSON", id="very deep"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(body: bytes, complaint: str) -> None:
    with pytest.raises(InvalidSyntaxError, match=complaint):
        await read_object(request(body), max_bytes=10_000)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("content-length", "11")], id="announced"),
        pytest.param([], id="counted"),
        pytest.param([("content-length", "many")], id="announced wrongly"),
    ],
)
async def test_a_body_above_the_limit_is_refused(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(BodyTooLargeError, match="10 bytes"):
        await read_object(request(b"[1,2,3", b",456]", headers=headers), max_bytes=10)


def test_lines_of_one_header_are_one_list() -> None:
    lines = [("if-match", '"a"'), ("host", "here"), ("if-match", '"b"')]

    assert header(request(headers=lines), "if-match") == '"a", "b"'
    assert header(request(), "if-match") is None


def test_parameters_are_decoded() -> None:
    found = parameters(request(query="filter=userName+eq+%22%C3%BC%22&count="))

    assert found == [("filter", 'userName eq "ü"'), ("count", "")]


@pytest.mark.parametrize(
    "query", ["filter=%ZZ", "filter=100%", "filter=%4", "a=%FF", "%ED%A0%80=1", "x=%C0%80"]
)
def test_parameters_that_are_wrongly_encoded_are_refused(query: str) -> None:
    with pytest.raises(InvalidValueError, match="percent-encoded UTF-8"):
        parameters(request(query=query))


@pytest.mark.parametrize("too_long", [0, 1])
def test_a_uri_may_be_so_long_and_no_longer(too_long: int) -> None:
    asked = request(query="x" * (MAX_URI_BYTES - 6 + too_long))
    asked.scope["raw_path"] = b"/Users"

    with pytest.raises(UriTooLongError) if too_long else nullcontext():
        refuse_long_uri(asked)


async def test_a_body_that_ends_early_is_the_clients_failure() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    cut_short = Request({"type": "http", "method": "POST", "headers": []}, receive)

    with pytest.raises(InvalidSyntaxError, match="connection ended"):
        await read_object(cut_short, max_bytes=100)
