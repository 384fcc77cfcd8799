"""JWTs, made by hand over `cryptography`: a second implementation."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256
from support.compact_jws import base64url, compact_jws, json_segment, public_jwk_of

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey


@cache
def rsa_key() -> RSAPrivateKey:
    return generate_rsa_key(65537, 2048)


def _new_key(algorithm: str) -> PrivateKey:
    if algorithm in {"RS256", "PS256"}:
        return rsa_key()
    if algorithm == "ES256":
        return generate_ec_key(SECP256R1())
    return Ed25519PrivateKey.generate()


@dataclass
class JwtSigner:
    """Signs with one key, by one algorithm, whatever it is given."""

    algorithm: str = "ES256"
    kid: str = "k1"
    key: PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = _new_key(self.algorithm)

    @property
    def jwk(self) -> dict[str, Any]:
        if isinstance(self.key, Ed25519PrivateKey):
            x = base64url(self.key.public_key().public_bytes_raw())
            return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": x}
        return public_jwk_of(self.key, kid=self.kid)

    @property
    def jwks(self) -> bytes:
        return json.dumps({"keys": [self.jwk]}).encode()

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Return a JWT; a header parameter that is None is left out."""
        given = {"alg": self.algorithm, "kid": self.kid, "typ": "at+jwt", **header}
        named = {name: value for name, value in given.items() if value is not None}
        if isinstance(self.key, EllipticCurvePrivateKey) or self.algorithm == "RS256":
            assert not isinstance(self.key, Ed25519PrivateKey)
            return compact_jws(named, json.dumps(claims), self.key)
        signing_input = f"{json_segment(named)}.{json_segment(claims)}"
        return f"{signing_input}.{base64url(self._signature(signing_input.encode()))}"

    def _signature(self, signing_input: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(signing_input)
        assert isinstance(self.key, RSAPrivateKey)
        return self.key.sign(signing_input, PSS(MGF1(SHA256()), 32), SHA256())


def unsigned(claims: dict[str, Any]) -> str:
    """Return a JWT of alg "none" (RFC 7519 section 6)."""
    return f"{json_segment({'alg': 'none', 'kid': 'k1'})}.{json_segment(claims)}."


def signed_by_public_key(claims: dict[str, Any], jwks: bytes) -> str:
    """Return a JWT whose HMAC has a public key as its secret (RFC 8725 section 2.1)."""
    signing_input = f"{json_segment({'alg': 'HS256', 'kid': 'k1'})}.{json_segment(claims)}"
    signature = hmac.new(jwks, signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{base64url(signature)}"


@dataclass
class JwksServer:
    """An issuer's server."""

    jwks: bytes
    uri: str = ""
    status: int = 200
    fetches: int = 0


@asynccontextmanager
async def serving_jwks(jwks: bytes) -> AsyncIterator[JwksServer]:
    server = JwksServer(jwks)

    async def answer(_request: web.Request) -> web.Response:
        server.fetches += 1
        return web.Response(body=server.jwks, status=server.status)

    app = web.Application()
    app.router.add_get("/keys", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.uri = f"http://{host}:{port}/keys"
    try:
        yield server
    finally:
        await runner.cleanup()
