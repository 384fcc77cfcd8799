"""RFC 8417 section 2.1: the illustrative examples.

They are older than sub_id, which SSF 1.0 and RFC 9967 ask for: each is refused as it stands for
that one reason, and taken once its subject is named as RFC 9493 does.
"""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.token import claims, parse_claims

SCIM = {
    "iss": "https://scim.example.com",
    "iat": 1458496404,
    "jti": "4d3559ec67504aaba65d40b0363faad8",
    "aud": [
        "https://scim.example.com/Feeds/98d52461fa5bbc879593b7754",
        "https://scim.example.com/Feeds/5d7604516b1d08641d7676ee7",
    ],
    "events": {
        "urn:ietf:params:scim:event:create": {
            "ref": "https://scim.example.com/Users/44f6142df96bd6ab61e7521d9",
            "attributes": ["id", "name", "userName", "password", "emails"],
        }
    },
}
LOGOUT = {
    "iss": "https://server.example.com",
    "sub": "248289761001",
    "aud": "s6BhdRkqt3",
    "iat": 1471566154,
    "jti": "bWJq",
    "sid": "08a5019c-17e1-4977-8f42-65a12843ea02",
    "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
}
CONSENT = {
    "iss": "https://my.med.example.org",
    "iat": 1458496025,
    "jti": "fb4e75b5411e4e19b6c0fe87950f7749",
    "aud": ["https://rp.example.com"],
    "events": {
        "https://openid.net/heart/specs/consent.html": {
            "iss": "https://connect.example.com",
            "sub": "248289761001",
            "consentUri": ["https://terms.med.example.org/labdisclosure.html#Agree"],
        }
    },
}
RISC = {
    "iss": "https://idp.example.com/",
    "jti": "756E69717565206964656E746966696572",
    "iat": 1508184845,
    "aud": "636C69656E745F6964",
    "events": {
        "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {
            "subject": {
                "subject_type": "iss-sub",
                "iss": "https://idp.example.com/",
                "sub": "7375626A656374",
            },
            "reason": "hijacking",
        }
    },
}

examples = pytest.mark.parametrize(
    "example",
    [
        pytest.param(SCIM, id="2.1.1 SCIM"),
        pytest.param(LOGOUT, id="2.1.2 logout"),
        pytest.param(CONSENT, id="2.1.3 consent"),
        pytest.param(RISC, id="2.1.4 RISC"),
    ],
)


def _with_sub_id(example: dict[str, Any]) -> dict[str, Any]:
    subject = {"format": "iss_sub", "iss": example["iss"], "sub": "248289761001"}
    return {name: value for name, value in example.items() if name != "sub"} | {"sub_id": subject}


@examples
def test_an_example_lacks_only_its_subject_identifier(example: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match=r"sub_id is missing|sub must not be present"):
        parse_claims(example)


@examples
def test_an_example_with_its_subject_identifier_is_taken(example: dict[str, Any]) -> None:
    token = parse_claims(_with_sub_id(example))

    assert (token.iss, token.iat, token.jti) == (example["iss"], example["iat"], example["jti"])
    assert token.events == example["events"]
    assert claims(token)["aud"] in (example["aud"], example["aud"][0])
