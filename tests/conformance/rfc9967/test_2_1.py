"""RFC 9967 section 2.1: identifying the subject of an event."""

import pytest

from secevent.errors import InvalidRequestError
from secevent.subjects import (
    ScimSubject,
    resource_of,
    scim_sub_id,
    scim_subject,
    validate_subject,
)

FIGURE_1 = {
    "format": "scim",
    "uri": "/Users/2b2f880af6674ac284bae9381673d462",
    "externalId": "alice@example.com",
}


def test_figure_1_names_a_resource() -> None:
    subject = scim_subject(validate_subject(FIGURE_1))

    assert subject == ScimSubject("/Users/2b2f880af6674ac284bae9381673d462", "alice@example.com")
    assert scim_sub_id(subject) == FIGURE_1
    assert resource_of(FIGURE_1) == ("/Users", "2b2f880af6674ac284bae9381673d462")


def test_unique_attributes_may_be_added() -> None:
    with_more = {**FIGURE_1, "id": "2b2f880af6674ac284bae9381673d462", "userName": "alice"}

    assert validate_subject(with_more) == with_more


def test_the_uri_is_required() -> None:
    with pytest.raises(InvalidRequestError, match="uri"):
        validate_subject({"format": "scim", "externalId": "alice@example.com"})


def test_the_uri_is_relative_to_the_base_uri() -> None:
    absolute = "https://scim.example.com/v2/Users/2b2f880af6674ac284bae9381673d462"

    with pytest.raises(InvalidRequestError, match="relative"):
        validate_subject({"format": "scim", "uri": absolute})
