"""RFC 9493 section 4.1: the sub_id claim."""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.token import parse_claims

CLAIMS: dict[str, Any] = {
    "iss": "issuer.example.com",
    "iat": 1508184845,
    "jti": "756E69717565206964656E746966696572",
    "events": {"https://secevent.example.com/events/message-interception": {}},
    "sub_id": {"format": "email", "email": "user@example.com"},
}


def test_a_subject_identifier_names_the_subject() -> None:
    assert parse_claims(CLAIMS).sub_id == {"format": "email", "email": "user@example.com"}


def test_the_subject_may_have_another_issuer_than_the_token() -> None:
    sub_id = {"format": "iss_sub", "iss": "client.example.com", "sub": "example_user"}

    assert parse_claims({**CLAIMS, "sub_id": sub_id}).sub_id == sub_id


@pytest.mark.parametrize("sub", ["user@example.com", "elizabeth@example.com"])
def test_a_sub_beside_it_is_refused_as_ssf_asks(sub: str) -> None:
    with pytest.raises(InvalidRequestError, match="sub must not be present"):
        parse_claims({**CLAIMS, "sub": sub})


@pytest.mark.parametrize("sub_id", ["user@example.com", None, [], {}])
def test_its_value_is_a_subject_identifier(sub_id: object) -> None:
    with pytest.raises(InvalidRequestError):
        parse_claims({**CLAIMS, "sub_id": sub_id})
