"""RFC 9493 section 3.2: identifier format definitions, and their examples."""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.subjects import validate_subject

EXAMPLES = [
    pytest.param(
        {"format": "account", "uri": "acct:example.user@service.example.com"}, id="3.2.1 account"
    ),
    pytest.param({"format": "email", "email": "user@example.com"}, id="3.2.2 email"),
    pytest.param(
        {"format": "iss_sub", "iss": "https://issuer.example.com/", "sub": "145234573"},
        id="3.2.3 iss_sub",
    ),
    pytest.param({"format": "opaque", "id": "11112222333344445555"}, id="3.2.4 opaque"),
    pytest.param(
        {"format": "phone_number", "phone_number": "+12065550100"}, id="3.2.5 phone_number"
    ),
    pytest.param({"format": "did", "url": "did:example:123456"}, id="3.2.6 a bare DID"),
    pytest.param(
        {"format": "did", "url": "did:example:123456/did/url/path?versionId=1"},
        id="3.2.6 a DID URL",
    ),
    pytest.param({"format": "uri", "uri": "https://user.example.com/"}, id="3.2.7 a website"),
    pytest.param(
        {"format": "uri", "uri": "urn:uuid:4e851e98-83c4-4743-a5da-150ecb53042f"},
        id="3.2.7 a random URN",
    ),
    pytest.param(
        {
            "format": "aliases",
            "identifiers": [
                {"format": "email", "email": "user@example.com"},
                {"format": "phone_number", "phone_number": "+12065550100"},
                {"format": "email", "email": "user+qualifier@example.com"},
            ],
        },
        id="3.2.8 aliases",
    ),
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_is_a_subject_identifier(example: dict[str, Any]) -> None:
    assert validate_subject(example) == example


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_member_that_the_format_does_not_describe_is_prohibited(example: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        validate_subject({**example, "other": "x"})


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("value", [None, ""], ids=["null", "empty"])
def test_a_required_member_is_neither_null_nor_empty(
    example: dict[str, Any], value: str | None
) -> None:
    with pytest.raises(InvalidRequestError):
        validate_subject(dict.fromkeys(example, value) | {"format": example["format"]})


def test_aliases_are_not_nested() -> None:
    inner = {"format": "aliases", "identifiers": [{"format": "opaque", "id": "1"}]}

    with pytest.raises(InvalidRequestError, match="aliases"):
        validate_subject({"format": "aliases", "identifiers": [inner]})
