"""Every reason that the gateway can meet has an HTTP status."""

import re
from pathlib import Path

import grpc
import orjson
import pytest

import scim_gateway.entrypoints.errors as table
from scim.errors import InvalidValueError, ScimError
from scim_gateway.domain.errors import GatewayError, StoreRefusedError
from scim_gateway.entrypoints.errors import HTTP_ERRORS, MethodNotAllowedError, error_answer
from servicekit.bearer import InvalidTokenError, TokensUnavailableError

PROTO = Path(__file__).parents[3] / "proto" / "heliograph" / "resource" / "v1"
REASON = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b|\b(?:UNIQUENESS|MUTABILITY|SENSITIVE)\b")
STATUSES = {status.name for status in grpc.StatusCode}


def reasons_in_comments(file: str) -> set[str]:
    """Find the reasons that the RPCs of a service name in their comments."""
    text = (PROTO / file).read_text().partition("\nmessage ")[0]
    comments = " ".join(line for line in text.splitlines() if line.strip().startswith("//"))
    return set(REASON.findall(comments)) - STATUSES


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind, *(found for child in kind.__subclasses__() for found in subclasses(child))}


def test_the_comments_of_the_contract_name_reasons() -> None:
    found = reasons_in_comments("resource_service.proto")

    assert {"RESOURCE_NOT_FOUND", "UNIQUENESS", "SENSITIVE", "TOO_LARGE"} <= found
    assert len(found) == 18


@pytest.mark.parametrize("file", ["resource_service.proto", "schema_service.proto"])
def test_every_reason_of_the_contract_is_in_the_table(file: str) -> None:
    assert reasons_in_comments(file) - set(HTTP_ERRORS) == set()


@pytest.mark.parametrize("kind", [ScimError, GatewayError])
def test_every_error_class_has_a_reason_of_the_table(kind: type[Exception]) -> None:
    leaves = {found for found in subclasses(kind) if not found.__subclasses__()}

    assert {found.__name__ for found in leaves if found.reason not in HTTP_ERRORS} == set()  # type: ignore[attr-defined]


def test_every_scim_type_goes_with_a_status_that_the_rfc_gives_it() -> None:
    statuses = {"uniqueness": 409, "sensitive": 403}

    wrong = {
        reason: error
        for reason, error in HTTP_ERRORS.items()
        if error.scim_type and error.status != statuses.get(error.scim_type, 400)
    }

    assert wrong == {}


def test_a_refusal_tells_status_scim_type_attribute_and_clause() -> None:
    error = InvalidValueError(
        "a value is required", attribute_path="userName", clause="RFC 7643 section 4.1.1"
    )

    answer = error_answer(error)

    assert answer.status == 400
    assert orjson.loads(answer.body) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "400",
        "scimType": "invalidValue",
        "detail": "userName: a value is required (RFC 7643 section 4.1.1)",
    }


def test_an_attribute_that_the_sentence_names_is_not_named_twice() -> None:
    answer = error_answer(InvalidValueError("userName is required", attribute_path="userName"))

    assert orjson.loads(answer.body)["detail"] == "userName is required"


def test_a_reason_that_is_in_no_table_tells_nothing() -> None:
    answer = error_answer(StoreRefusedError("SURPRISE", "secrets of the store"))

    assert answer.status == 500
    assert orjson.loads(answer.body)["detail"] == "internal error"


def test_a_wrong_method_is_told_the_right_ones() -> None:
    answer = error_answer(MethodNotAllowedError("PUT", allowed="GET, HEAD"))

    assert (answer.status, answer.headers) == (405, ((b"allow", b"GET, HEAD"),))


def test_a_bad_token_is_challenged() -> None:
    answer = error_answer(InvalidTokenError())

    assert answer.status == 401
    challenge = b'Bearer realm="heliograph", error="invalid_token"'
    assert answer.headers == ((b"www-authenticate", challenge),)


def test_tokens_that_cannot_be_checked_ask_for_patience_and_not_for_a_token() -> None:
    answer = error_answer(TokensUnavailableError("try again"))

    assert (answer.status, answer.headers) == (503, ((b"retry-after", b"2"),))


def test_what_a_brake_holds_may_be_asked_again_after_a_minute() -> None:
    answer = error_answer(StoreRefusedError("BRAKE_ON", "held"))

    assert (answer.status, answer.headers) == (429, ((b"retry-after", b"60"),))


def test_the_table_is_sorted_so_that_a_reason_is_found_at_a_glance() -> None:
    assert list(table.HTTP_ERRORS) == sorted(table.HTTP_ERRORS)
