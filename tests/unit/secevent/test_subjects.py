from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.errors import InvalidRequestError
from secevent.subjects import (
    ScimSubject,
    resource_of,
    scim_sub_id,
    scim_subject,
    scim_uri,
    validate_subject,
)

EMAIL = {"format": "email", "email": "user@example.com"}
OPAQUE = {"format": "opaque", "id": "11112222333344445555"}

VALID: list[dict[str, Any]] = [
    {"format": "account", "uri": "acct:example.user@service.example.com"},
    EMAIL,
    {"format": "iss_sub", "iss": "https://issuer.example.com/", "sub": "145234573"},
    OPAQUE,
    {"format": "phone_number", "phone_number": "+12065550100"},
    {"format": "did", "url": "did:example:123456"},
    {"format": "uri", "uri": "urn:uuid:4e851e98-83c4-4743-a5da-150ecb53042f"},
    {"format": "jwt_id", "iss": "https://idp.example.com/", "jti": "B70BA622"},
    {"format": "saml_assertion_id", "issuer": "https://idp.example.com/", "assertion_id": "_8e8d"},
    {"format": "ip-addresses", "ip-addresses": ["10.29.37.75", "2001:db8::8a2e:370:7334"]},
    {"format": "aliases", "identifiers": [EMAIL, OPAQUE]},
    {"format": "complex", "user": EMAIL, "tenant": OPAQUE, "printer": OPAQUE},
    {"format": "complex", "user": {"format": "aliases", "identifiers": [EMAIL]}},
    {"format": "scim", "uri": "/Users/2b2f"},
    {"format": "scim", "uri": "/Users/2b2f", "externalId": "a", "id": "2b2f", "userName": "a"},
]


def _name(subject: dict[str, Any]) -> str:
    return str(subject["format"])


@pytest.mark.parametrize("subject", VALID, ids=_name)
def test_every_format_is_understood(subject: dict[str, Any]) -> None:
    assert validate_subject(subject) == subject


@pytest.mark.parametrize("subject", VALID, ids=_name)
def test_a_format_without_its_members_is_refused(subject: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        validate_subject({"format": subject["format"]})


@pytest.mark.parametrize("subject", VALID, ids=_name)
@pytest.mark.parametrize("value", ["", None, 7], ids=["empty", "null", "a number"])
def test_a_member_has_a_value(subject: dict[str, Any], value: object) -> None:
    name = next(member for member in subject if member != "format")

    with pytest.raises(InvalidRequestError):
        validate_subject({**subject, name: value})


@pytest.mark.parametrize(
    "subject",
    [subject for subject in VALID if subject["format"] not in {"scim", "complex"}],
    ids=_name,
)
def test_a_member_that_the_format_does_not_have_is_refused(subject: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="has only"):
        validate_subject({**subject, "note": "x"})


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param({"format": "account", "uri": "https://example.com"}, id="no acct URI"),
        pytest.param({"format": "email", "email": "user"}, id="an address without a domain"),
        pytest.param({"format": "phone_number", "phone_number": "2065550100"}, id="no plus"),
        pytest.param({"format": "did", "url": "https://example.com"}, id="no DID URL"),
        pytest.param({"format": "uri", "uri": "no uri"}, id="no URI"),
        pytest.param({"format": "aliases", "identifiers": []}, id="no aliases"),
        pytest.param({"format": "aliases", "identifiers": EMAIL}, id="aliases without an array"),
        pytest.param({"format": "aliases", "identifiers": ["a"]}, id="an alias that is a string"),
        pytest.param({"format": "aliases", "identifiers": [EMAIL, EMAIL]}, id="an alias twice"),
        pytest.param({"format": "ip-addresses", "ip-addresses": []}, id="no addresses"),
        pytest.param({"format": "ip-addresses", "ip-addresses": ["10.0.0"]}, id="no IP address"),
        pytest.param({"format": "complex", "user": "a"}, id="a complex member that is a string"),
        pytest.param({"format": "scim", "uri": "/Users/1", "userName": None}, id="a null name"),
        pytest.param({"format": 5}, id="a format that is a number"),
        pytest.param([EMAIL], id="an array"),
    ],
)
def test_a_malformed_identifier_is_refused(subject: object) -> None:
    with pytest.raises(InvalidRequestError):
        validate_subject(subject)


def test_aliases_are_not_nested() -> None:
    inner = {"format": "aliases", "identifiers": [EMAIL]}

    with pytest.raises(InvalidRequestError, match="aliases must not contain aliases"):
        validate_subject({"format": "aliases", "identifiers": [inner]})


@pytest.mark.parametrize("outer", ["aliases", "complex"])
def test_a_complex_subject_is_not_nested(outer: str) -> None:
    inner = {"format": "complex", "user": EMAIL}
    member: dict[str, object] = {"identifiers": [inner]} if outer == "aliases" else {"user": inner}

    with pytest.raises(InvalidRequestError, match="must not contain complex"):
        validate_subject({"format": outer, **member})


def test_a_wrong_member_of_a_complex_subject_is_named() -> None:
    with pytest.raises(InvalidRequestError, match=r"^device: id must be a non-empty string"):
        validate_subject({"format": "complex", "user": EMAIL, "device": {"format": "opaque"}})


def test_a_format_by_agreement_is_let_through() -> None:
    subject = {"format": "badge.example.com", "badge": 7}

    assert validate_subject(subject) == subject


def test_a_scim_subject_is_read_as_it_was_written() -> None:
    subject = ScimSubject(uri="/Users/2b2f", external_id="alice@example.com")

    sub_id = scim_sub_id(subject)

    assert sub_id == {"format": "scim", "uri": "/Users/2b2f", "externalId": "alice@example.com"}
    assert scim_subject(sub_id) == subject


@pytest.mark.parametrize("external_id", [None, ""])
def test_an_external_id_that_is_not_known_is_left_out(external_id: str | None) -> None:
    sub_id = scim_sub_id(ScimSubject("/Users/2b2f", external_id))

    assert sub_id == {"format": "scim", "uri": "/Users/2b2f"}


def test_a_uri_names_the_endpoint_and_the_id() -> None:
    assert resource_of({"format": "scim", "uri": "/Groups/7a1"}) == ("/Groups", "7a1")


@given(st.text(min_size=1, max_size=30).filter(lambda text: text not in {".", ".."}))
def test_any_id_survives_the_uri(resource_id: str) -> None:
    sub_id = scim_sub_id(ScimSubject(scim_uri("/Users", resource_id), None))

    assert resource_of(validate_subject(sub_id)) == ("/Users", resource_id)


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("Users/1", id="without the leading slash"),
        pytest.param("https://example.com/Users/1", id="with a host"),
        pytest.param("//example.com/1", id="with a host and no scheme"),
        pytest.param("/Users/../1", id="with a dot segment"),
        pytest.param("/Users/..", id="with a dot segment at the end"),
        pytest.param("/Users/1?x=1", id="with a query"),
        pytest.param("/Users/1#x", id="with a fragment"),
        pytest.param("/Users/a b", id="with a space"),
        pytest.param("/Users/1\n", id="with a line break"),
        pytest.param("/Users/", id="with an empty id"),
    ],
)
def test_a_uri_is_a_plain_path_below_the_base_uri(uri: str) -> None:
    with pytest.raises(InvalidRequestError, match="relative to the SCIM base URI"):
        scim_subject({"format": "scim", "uri": uri})


def test_an_endpoint_alone_is_no_resource() -> None:
    with pytest.raises(InvalidRequestError, match="one resource"):
        resource_of({"format": "scim", "uri": "/Users"})


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("/Users/%2e%2E", id="an encoded dot segment"),
        pytest.param("/Users/a%ff", id="octets that are not UTF-8"),
    ],
)
def test_an_id_is_unambiguous(uri: str) -> None:
    with pytest.raises(InvalidRequestError, match="uri must"):
        resource_of({"format": "scim", "uri": uri})


def test_another_format_names_no_resource() -> None:
    with pytest.raises(InvalidRequestError, match='"scim"'):
        resource_of(EMAIL)
