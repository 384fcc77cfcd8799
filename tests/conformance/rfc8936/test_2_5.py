"""RFC 8936 section 2.5: poll response."""

import pytest

from secevent.errors import InvalidRequestError
from secevent.poll import PollResponse, parse_poll_response, poll_response_body
from secevent.verification import ExpectedToken, KeySet, unverified_jti, verify

JTI_1 = "4d3559ec67504aaba65d40b0363faad8"
JTI_2 = "3d0c3cf797584bd193bd0fb1bd4e7d30"
SETS = {
    JTI_1: "eyJhbGciOiJub25lIn0."
    "eyJqdGkiOiI0ZDM1NTllYzY3NTA0YWFiYTY1ZDQwYjAzNjNmYWFkOCIsImlhdCI6MTQ1ODQ5NjQwNCwiaXNzIjoiaHR0"
    "cHM6Ly9zY2ltLmV4YW1wbGUuY29tIiwiYXVkIjpbImh0dHBzOi8vc2NpbS5leGFtcGxlLmNvbS9GZWVkcy85OGQ1MjQ2"
    "MWZhNWJiYzg3OTU5M2I3NzU0IiwiaHR0cHM6Ly9zY2ltLmV4YW1wbGUuY29tL0ZlZWRzLzVkNzYwNDUxNmIxZDA4NjQx"
    "ZDc2NzZlZTciXSwiZXZlbnRzIjp7InVybjppZXRmOnBhcmFtczpzY2ltOmV2ZW50OmNyZWF0ZSI6eyJyZWYiOiJodHRw"
    "czovL3NjaW0uZXhhbXBsZS5jb20vVXNlcnMvNDRmNjE0MmRmOTZiZDZhYjYxZTc1MjFkOSIsImF0dHJpYnV0ZXMiOlsi"
    "aWQiLCJuYW1lIiwidXNlck5hbWUiLCJwYXNzd29yZCIsImVtYWlscyJdfX19.",
    JTI_2: "eyJhbGciOiJub25lIn0."
    "eyJqdGkiOiIzZDBjM2NmNzk3NTg0YmQxOTNiZDBmYjFiZDRlN2QzMCIsImlhdCI6MTQ1ODQ5NjAyNSwiaXNzIjoiaHR0"
    "cHM6Ly9zY2ltLmV4YW1wbGUuY29tIiwiYXVkIjpbImh0dHBzOi8vamh1Yi5leGFtcGxlLmNvbS9GZWVkcy85OGQ1MjQ2"
    "MWZhNWJiYzg3OTU5M2I3NzU0IiwiaHR0cHM6Ly9qaHViLmV4YW1wbGUuY29tL0ZlZWRzLzVkNzYwNDUxNmIxZDA4NjQx"
    "ZDc2NzZlZTciXSwic3ViIjoiaHR0cHM6Ly9zY2ltLmV4YW1wbGUuY29tL1VzZXJzLzQ0ZjYxNDJkZjk2YmQ2YWI2MWU3"
    "NTIxZDkiLCJldmVudHMiOnsidXJuOmlldGY6cGFyYW1zOnNjaW06ZXZlbnQ6cGFzc3dvcmRSZXNldCI6eyJpZCI6IjQ0"
    "ZjYxNDJkZjk2YmQ2YWI2MWU3NTIxZDkifSwiaHR0cHM6Ly9leGFtcGxlLmNvbS9zY2ltL2V2ZW50L3Bhc3N3b3JkUmVz"
    "ZXRFeHQiOnsicmVzZXRBdHRlbXB0cyI6NX19fQ.",
}
EXPECTED = ExpectedToken(iss="https://scim.example.com", audiences=frozenset({"a"}))


def test_the_recipient_reads_the_example() -> None:
    response = parse_poll_response({"sets": SETS})

    assert response == PollResponse(sets=SETS, more_available=False)


def test_each_set_is_found_under_its_jti() -> None:
    assert {jti: unverified_jti(compact) for jti, compact in SETS.items()} == {
        JTI_1: JTI_1,
        JTI_2: JTI_2,
    }


@pytest.mark.parametrize("jti", [JTI_1, JTI_2])
def test_the_sets_of_the_example_are_refused_as_unsigned(jti: str) -> None:
    with pytest.raises(InvalidRequestError, match="alg must be one of"):
        verify(SETS[jti], expected=EXPECTED, keys=KeySet(()), now=1458496404)


def test_the_transmitter_writes_the_example() -> None:
    response = PollResponse(sets=SETS, more_available=False)

    assert poll_response_body(response) == {"sets": SETS}


def test_nothing_to_transmit_is_an_empty_object() -> None:
    assert poll_response_body(PollResponse(sets={}, more_available=False)) == {"sets": {}}


def test_more_may_be_available() -> None:
    response = PollResponse(sets=SETS, more_available=True)

    assert parse_poll_response({"sets": SETS, "moreAvailable": True}) == response
    assert poll_response_body(response) == {"sets": SETS, "moreAvailable": True}
