"""RFC 8935 section 2.1: transmitting a SET."""

import pytest
from support.compact_jws import base64url

from secevent.errors import InvalidRequestError
from secevent.push import MEDIA_TYPE
from secevent.verification import ExpectedToken, KeySet, unverified_jti, verify

# the example's header, with the line break that is encoded in it, and its claims set
HEADER = "eyJ0eXAiOiJzZWNldmVudCtqd3QiLCJhbGciOiJIUzI1NiJ9Cg"
CLAIMS = (
    b'{"iss":"https://idp.example.com/","jti":"756E69717565206964656E746966696572",'
    b'"iat":1508184845,"aud":"636C69656E745F6964","events":{"https://schemas.openid.net/secevent/'
    b'risc/event-type/account-disabled":{"subject":{"subject_type":"iss-sub","iss":'
    b'"https://idp.example.com/","sub":"7375626A656374"},"reason":"hijacking"}}}'
)
EXAMPLE = f"{HEADER}.{base64url(CLAIMS)}.Y4rXxMD406P2edv00cr9Wf3_XwNtLjB9n-jTqN1_lLc"


def test_the_media_type_is_the_registered_one() -> None:
    assert MEDIA_TYPE == "application/secevent+jwt"


def test_the_example_is_read() -> None:
    assert unverified_jti(EXAMPLE) == "756E69717565206964656E746966696572"


def test_the_example_is_refused_for_its_shared_secret() -> None:
    expected = ExpectedToken(
        iss="https://idp.example.com/", audiences=frozenset({"636C69656E745F6964"})
    )

    with pytest.raises(InvalidRequestError, match="alg must be one of"):
        verify(EXAMPLE, expected=expected, keys=KeySet(()), now=1508184845)
