"""Keys are made once: an RSA key costs half a second."""

from typing import Any

import pytest

from secevent.signing import generate_private_jwk
from secevent.token import SecurityEventToken


@pytest.fixture(scope="session")
def rsa_jwk() -> dict[str, Any]:
    return generate_private_jwk("RS256")


@pytest.fixture(scope="session")
def ec_jwk() -> dict[str, Any]:
    return generate_private_jwk("ES256")


@pytest.fixture(params=["RS256", "ES256"])
def private_jwk(request: pytest.FixtureRequest) -> dict[str, Any]:
    name = {"RS256": "rsa_jwk", "ES256": "ec_jwk"}[request.param]
    jwk: dict[str, Any] = request.getfixturevalue(name)
    return jwk


@pytest.fixture
def token() -> SecurityEventToken:
    return SecurityEventToken(
        iss="https://scim.example.com",
        iat=1458505044,
        jti="6164f3bbf6ff41a88dc94f18cb0620e8",
        aud=("https://receiver.example.com",),
        sub_id={"format": "scim", "uri": "/Users/2b2f880af6674ac284bae9381673d462"},
        events={"urn:ietf:params:scim:event:prov:delete": {}},
        txn="b7b953f11cc6489bbfb87834747cc4c1",
        provenance=None,
    )
