"""RFC 8417 sections 2.3 and 2.4: explicit typing, and the construction of a SET."""

import json

import pytest
from support.compact_jws import base64url, decoded, opened

from secevent.errors import InvalidRequestError
from secevent.signing import Signer, generate_private_jwk, public_jwk
from secevent.token import parse_claims
from secevent.verification import ExpectedToken, KeySet, verify

EXPECTED = ExpectedToken(
    iss="https://scim.example.com",
    audiences=frozenset({"https://scim.example.com/Feeds/98d52461fa5bbc879593b7754"}),
)
TOKEN = parse_claims(
    {
        "iss": "https://scim.example.com",
        "iat": 1458496404,
        "jti": "4d3559ec67504aaba65d40b0363faad8",
        "aud": ["https://scim.example.com/Feeds/98d52461fa5bbc879593b7754"],
        "sub_id": {"format": "scim", "uri": "/Users/44f6142df96bd6ab61e7521d9"},
        "events": {"urn:ietf:params:scim:event:prov:delete": {}},
    }
)
EXAMPLE_HEADER = "eyJ0eXAiOiJzZWNldmVudCtqd3QiLCJhbGciOiJub25lIn0"


def test_a_set_says_that_it_is_one() -> None:
    jwk = generate_private_jwk("ES256")

    header, _ = opened(Signer(jwk).sign(TOKEN), public_jwk(jwk))

    assert header["typ"] == "secevent+jwt"


def test_the_unsecured_example_is_refused() -> None:
    """The example of section 2.4 has no signature; here nothing else would protect it."""
    assert json.loads(decoded(EXAMPLE_HEADER)) == {"typ": "secevent+jwt", "alg": "none"}

    with pytest.raises(InvalidRequestError, match="alg must be one of ES256, RS256"):
        verify(
            f"{EXAMPLE_HEADER}.{base64url(b'{}')}.",
            expected=EXPECTED,
            keys=KeySet(()),
            now=1458496404,
        )
