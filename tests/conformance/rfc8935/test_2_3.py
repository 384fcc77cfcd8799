"""RFC 8935 section 2.3: failure response."""

import orjson
import pytest

from secevent.errors import AuthenticationFailedError, InvalidKeyError, SetError
from secevent.push import Outcome, Refused, Unauthorized, classify, error_body

HEADERS = {"Content-Language": "en-US", "Content-Type": "application/json"}
INVALID_KEY = b"""
{
  "err": "invalid_key",
  "description": "Key ID 12345 has been revoked."
}
"""
AUTHENTICATION_FAILED = b"""
{
  "err": "authentication_failed",
  "description": "Access token has expired."
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            INVALID_KEY,
            Refused("invalid_key", "Key ID 12345 has been revoked."),
            id="figure 3: a revoked key",
        ),
        pytest.param(
            AUTHENTICATION_FAILED,
            Unauthorized("Access token has expired."),
            id="figure 4: an expired access token",
        ),
    ],
)
def test_the_transmitter_understands_the_examples(body: bytes, expected: Outcome) -> None:
    assert classify(400, HEADERS, body) == expected


@pytest.mark.parametrize(
    ("error", "example"),
    [
        (InvalidKeyError("Key ID 12345 has been revoked."), INVALID_KEY),
        (AuthenticationFailedError("Access token has expired."), AUTHENTICATION_FAILED),
    ],
)
def test_the_recipient_writes_the_examples(error: SetError, example: bytes) -> None:
    assert error_body(error) == orjson.loads(example)
