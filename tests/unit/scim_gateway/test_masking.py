"""No secret of a request or an answer gets into the request log, however a client sends it."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.custom_schemas import DEVICES, attribute, registry_with, schema
from support.request_log_entries import exchange

from scim.messages import BULK_REQUEST, PATCH_OP, SEARCH_REQUEST
from scim.registry import standard_registry
from scim_gateway.domain.exchanges import MAX_BODY_BYTES, Omitted, Reason, WhyOmitted, bounded
from scim_gateway.domain.masked_exchanges import masked
from scim_gateway.domain.masking import Mask
from scim_gateway.domain.request_log import Body, Entry
from scim_gateway.domain.secret_names import SecretNames

NAMES = SecretNames(standard_registry())
SECRET = "hunter2!"
PASSWORD_URN = "urn:ietf:params:scim:schemas:core:2.0:User:password"


def kept(body: Any, names: SecretNames = NAMES) -> Entry:
    return masked(exchange(request=json.dumps(body).encode()), names)


def shown(body: Any, names: SecretNames = NAMES) -> Any:
    return json.loads(kept(body, names).request.text)


def patch(**operation: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": [operation]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"userName": "ann", "password": SECRET}, id="a create"),
        pytest.param({"PassWord": SECRET}, id="in another case"),
        pytest.param({"password": [{"value": SECRET}]}, id="of a wrong type"),
        pytest.param({PASSWORD_URN: SECRET}, id="by its URN"),
        pytest.param({"name": {"password": SECRET}}, id="at a wrong place"),
        pytest.param({"pass_word": SECRET}, id="misspelt"),
        pytest.param({"userPasswd": SECRET}, id="under another name"),
        pytest.param({"clientSecret": SECRET}, id="of another kind"),
        pytest.param(patch(op="replace", path="password", value=SECRET), id="a PATCH by path"),
        pytest.param(patch(op="Replace", Path="PASSWORD", Value=SECRET), id="as Entra writes it"),
        pytest.param(patch(op="add", path=PASSWORD_URN, value=SECRET), id="by the path's URN"),
        pytest.param(patch(op="add", path=["password"], value=SECRET), id="a path of a wrong type"),
        pytest.param(patch(op="add", path="passwrd", value=SECRET), id="a path misspelt"),
        pytest.param(patch(op="add", pth="password", value=SECRET), id="a member misspelt"),
        pytest.param(patch(op="add", path="password", val=SECRET), id="the value misnamed"),
        pytest.param(patch(op="replace", value={"password": SECRET}), id="a PATCH without path"),
        pytest.param(patch(op="add", path=f'password[value eq "{SECRET}"]'), id="a filter in it"),
        pytest.param(
            {
                "schemas": [BULK_REQUEST],
                "Operations": [
                    {"method": "POST", "path": "/Users", "data": {"password": SECRET}},
                    {
                        "method": "PATCH",
                        "path": "/Users/1",
                        "data": patch(path="password", value=SECRET),
                    },
                    {"method": "PATCH", "path": "/Users/password", "data": SECRET},
                ],
            },
            id="a bulk request",
        ),
        pytest.param(
            {"schemas": [SEARCH_REQUEST], "filter": f'password eq "{SECRET}"'}, id="a search"
        ),
        pytest.param([{"password": SECRET}], id="no object"),
        pytest.param(SECRET, id="a text alone"),
    ],
)
def test_a_secret_is_not_kept(body: Any) -> None:
    assert "hunter2" not in kept(body).request.text


def test_what_is_no_secret_is_kept() -> None:
    body = {
        "userName": "ann",
        "password": None,
        "emails": [{"value": "ann@example.com", "primary": True}],
        "Operations": [{"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@b.c"}],
        "filter": 'displayName co "password" and active eq true',
        "passport": "none of a secret",
    }

    assert shown(body) == body


def test_an_operation_on_a_secret_shows_what_it_does() -> None:
    body = patch(op="replace", path="password", value=SECRET)

    assert shown(body)["Operations"] == [{"op": "replace", "path": "password", "value": "***"}]


def test_secrets_of_own_schemas_are_not_kept(tmp_path: Path) -> None:
    names = SecretNames(registry_with(tmp_path, *DEVICES))
    body = {
        "serialNumber": "s-1",
        "unlockCode": "1234",
        "PIN": 5678,
        "addresses": [{"value": "10.0.0.1", "key": SECRET}],
        "Operations": [{"op": "add", "path": 'addresses[type eq "wired"].key', "value": SECRET}],
    }

    assert shown(body, names) == {
        "serialNumber": "s-1",
        "unlockCode": "***",
        "PIN": "***",
        "addresses": [{"value": "10.0.0.1", "key": "***"}],
        "Operations": [{"op": "add", "path": "***[*** eq ***].key", "value": "***"}],
    }


def test_an_attribute_whose_value_is_the_secret_is_masked_whole(tmp_path: Path) -> None:
    pins = attribute(
        "pins",
        "complex",
        multiValued=True,
        subAttributes=[attribute("value", returned="never"), attribute("type")],
    )
    uri = "urn:ietf:params:scim:schemas:core:2.0:User"
    names = SecretNames(registry_with(tmp_path, schema(uri, pins)))
    body = {"pins": [{"value": "1234"}], "emails": [{"value": "ann@example.com"}]}

    assert shown(body, names) == {"pins": "***", "emails": [{"value": "ann@example.com"}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('userName eq "ann"', 'userName eq "ann"', id="no secret"),
        pytest.param(f'password eq "{SECRET}"', "password eq ***", id="a comparison"),
        pytest.param(f"password eq {SECRET}", "password eq ***", id="without quotes"),
        pytest.param(f"password eq '{SECRET}'", "password eq ***", id="in single quotes"),
        pytest.param(f'password eq "{SECRET}', "password eq ***", id="not closed"),
        pytest.param(f'password eq "a\\"{SECRET}"', "password eq ***", id="with an escape"),
        pytest.param(f"password = {SECRET}", "password *** ***", id="no operator"),
        pytest.param(
            f'not (title pr) or {PASSWORD_URN} sw "{SECRET}"',
            f"not (*** pr) or {PASSWORD_URN} sw ***",
            id="among others",
        ),
    ],
)
def test_a_filter_on_a_secret_keeps_its_form_alone(text: str, expected: str) -> None:
    assert Mask(NAMES).expression(text) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=userName%20eq%20%22ann%22&count=1", "filter=userName%20eq%20%22ann%22&count=1"),
        ("Filter=password+eq+%22hunter2%22", "Filter=password%20eq%20***"),
        ("access_token=hunter2", "access_token=***"),
        ("filter=title+pr&password=hunter2", "filter=title%20pr&password=***"),
        ("", ""),
    ],
)
def test_a_query_is_kept_without_secrets(query: str, expected: str) -> None:
    assert masked(exchange(query=query), NAMES).line.query == expected


def test_an_error_that_repeats_a_secret_is_not_kept() -> None:
    detail = "An operator must stand before 'hunter2'"
    reason = Reason(400, "INVALID_FILTER", "invalidFilter", detail, "password.hunter2", "", None)
    refused = exchange(
        query="filter=password%20eq%20hunter2%20hunter2",
        status=400,
        reasons=(reason,),
        response=json.dumps({"status": "400", "detail": detail}).encode(),
    )

    entry = masked(refused, NAMES)

    assert "hunter2" not in str(entry.line.reasons)
    assert json.loads(entry.response.text) == {"status": "400", "detail": "***"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b'{"password": "hunter2"', "not JSON", id="no JSON, so nothing tells"),
        pytest.param(b"\xff\xfe", "not JSON", id="no text"),
        pytest.param(b'"hunter2"', "not JSON", id="no object"),
    ],
)
def test_what_cannot_be_masked_is_not_kept(body: bytes, why: str) -> None:
    entry = masked(exchange(request=body), NAMES)

    assert entry.request == Body(len(body), omitted=why)


def test_of_a_large_body_there_is_the_size() -> None:
    large = bounded(b"x" * (MAX_BODY_BYTES + 1))

    entry = masked(exchange(request=large, response=bounded(b"{}")), NAMES)

    assert large == Omitted(WhyOmitted.TOO_LARGE, MAX_BODY_BYTES + 1)
    assert entry.request == Body(MAX_BODY_BYTES + 1, omitted="too large")
    assert entry.response == Body(2, "{}")


def test_the_deepest_json_is_masked_without_an_error() -> None:
    deep = b'{"a":' * 500 + b'"hunter2"' + b"}" * 500

    assert "hunter2" not in masked(exchange(request=deep), NAMES).request.text


@pytest.mark.parametrize(
    ("given", "about"),
    [
        pytest.param({"path": "/scim/v2/Users/Id-1"}, {"id-1"}, id="a path"),
        pytest.param({"path": "/scim/v2/Users/.search"}, set(), id="no resource's path"),
        pytest.param(
            {"query": "filter=userName%20eq%20%22Ann%22"}, {"ann"}, id="a filter by userName"
        ),
        pytest.param(
            {"request": b'{"filter": "userName Eq \\"Ann\\""}'}, {"ann"}, id="in a message"
        ),
        pytest.param(
            {"request": b'{"userName": "Ann"}', "response": b'{"id": "id-1", "userName": "Ann"}'},
            {"ann", "id-1"},
            id="a create",
        ),
        pytest.param(
            {"response": b'{"Resources": [{"id": "id-1"}, {"id": "id-2"}]}'},
            {"id-1", "id-2"},
            id="a list",
        ),
        pytest.param(
            {
                "request": b'{"Operations": [{"path": "/Users/id-1", "data": {"id": "ben"}}]}',
                "response": b'{"Operations": [{"location": "https://a/scim/v2/Users/id-2"}]}',
            },
            {"id-1", "ben", "id-2"},
            id="a bulk request",
        ),
    ],
)
def test_an_entry_is_found_by_whom_it_is_about(given: dict[str, Any], about: set[str]) -> None:
    assert masked(exchange(**given), NAMES).about == about
