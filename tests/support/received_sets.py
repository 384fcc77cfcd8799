"""SETs as a remote issuer signs them, and the stream that expects them."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from secevent.provenance import Provenance
from secevent.scim_events import DELETE
from secevent.signing import Signer, generate_private_jwk, public_jwk
from secevent.token import SecurityEventToken
from set_receiver.domain.streams import Delivery, ReceiveStream, Status

ISSUER = "https://issuer.example"
AUDIENCE = "https://receiver.example"
IAT = 1_780_000_000

TOKEN = SecurityEventToken(
    iss=ISSUER,
    iat=IAT,
    jti="jti-1",
    aud=(AUDIENCE,),
    sub_id={"format": "scim", "uri": "/Users/ann"},
    events={DELETE: {}},
    txn="txn-1",
    provenance=None,
)
STREAM = ReceiveStream(
    tenant="default",
    stream_id="stream-a",
    iss=ISSUER,
    audiences=frozenset({AUDIENCE}),
    delivery=Delivery.PUSH,
    endpoint_url="",
    authorization_header="Bearer a-secret-of-the-stream",
    status=Status.ENABLED,
    jwks_uri="https://issuer.example/jwks.json",
)


def provenance(clock: int) -> Provenance:
    return Provenance(clock, cluster="aaaaaaaa", lineage=("aaaaaaaa",), version_before="")


@dataclass
class Issuer:
    """Signs with keys that it can change; ES256, whose keys are quick to make."""

    iss: str = ISSUER
    signer: Signer = field(init=False)
    jwks: dict[str, Any] = field(init=False)
    _jtis: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.rotate()

    def rotate(self) -> None:
        private = generate_private_jwk("ES256")
        self.signer = Signer(private)
        self.jwks = {"keys": [public_jwk(private)]}

    def forge(self, token: SecurityEventToken) -> str:
        """Sign as one who has not got the issuer's key, under its kid."""
        return Signer({**generate_private_jwk("ES256"), "kid": self.signer.kid}).sign(token)

    def token(
        self, uri: str, payload: Mapping[str, object], *, subject: str, **claims: Any
    ) -> SecurityEventToken:
        number = next(self._jtis)
        named = replace(TOKEN, iss=self.iss, jti=f"jti-{number}", txn=f"txn-{number}")
        sub_id = {"format": "scim", "uri": subject}
        return replace(named, events={uri: payload}, sub_id=sub_id, **claims)

    def sign(self, token: SecurityEventToken) -> str:
        return self.signer.sign(token)
