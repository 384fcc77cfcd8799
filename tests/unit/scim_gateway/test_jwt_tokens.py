"""JWTs at the door: verified once in a while, and never by what was configured before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from support.jwt_signer import JwtSigner

from scim_gateway.commands.verify_jwt import VerifyJwt
from scim_gateway.domain.access_tokens import AccessToken, key_set
from scim_gateway.domain.errors import KeysUnavailableError
from scim_gateway.domain.tenants import JwtIssuer, Tenant, TenantConfiguration
from scim_gateway.entrypoints.jwt_tokens import JwtTokens
from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from secevent.keys import KeySet
from servicekit.bearer import InvalidTokenError, TokensUnavailableError, token_hash

NOW = 1_700_000_000
ISS = "https://idp.example.org"
SIGNER = JwtSigner("ES256")
CONFIGURED = TenantConfiguration(
    jwt_issuers=(JwtIssuer(ISS, frozenset({"scim"}), jwks_uri="https://idp.example.org/keys"),)
)


@dataclass
class Issuer:
    """Implements `IssuerKeys`, and counts how often it is asked."""

    keys: KeySet = field(default_factory=lambda: key_set(SIGNER.jwks))
    asked: int = 0
    is_away: bool = False

    def known(self, jwks_uri: str) -> KeySet:
        assert jwks_uri == "https://idp.example.org/keys"
        self.asked += 1
        return KeySet(()) if self.is_away else self.keys

    async def having(self, _kid: str | None, *, jwks_uri: str) -> KeySet:
        if self.is_away:
            raise KeysUnavailableError(f"nobody answers at {jwks_uri}")
        return self.keys


class Acme:
    """Implements `Tenants`."""

    async def all(self) -> tuple[Sequence[Tenant], str]:
        return [Tenant("acme", is_active=True, configuration=CONFIGURED)], "1"

    async def get(self, _name: str) -> Tenant | None:
        return None


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def jwts(issuer: Issuer, clock: Clock) -> JwtTokens:
    directory = TenantDirectory(Acme(), patience=0)
    await directory.load()
    directory.is_current = True
    return JwtTokens(VerifyJwt(issuer, clock), directory, clock=clock)


def jwt(*, lifetime: int = 3600, **header: str) -> str:
    claims = {"iss": ISS, "aud": "scim", "sub": "hr", "exp": NOW + lifetime}
    return SIGNER.sign(claims, **header)


async def admitted(jwts: JwtTokens, token: str, tenant: str = "acme") -> AccessToken | None:
    return await jwts.admit(token, token_hash(token), tenant=tenant)


async def test_a_jwt_is_verified_once_in_ten_minutes(
    jwts: JwtTokens, issuer: Issuer, clock: Clock
) -> None:
    token = jwt()
    for _ in range(3):
        assert await admitted(jwts, token) == AccessToken(f"{ISS} hr", NOW + 3600, None)
    assert issuer.asked == 1

    clock.now += 600
    await admitted(jwts, token)

    assert issuer.asked == 2


async def test_a_jwt_that_is_remembered_ends_when_it_expires(jwts: JwtTokens, clock: Clock) -> None:
    token = jwt(lifetime=100)
    await admitted(jwts, token)

    clock.now += 159
    assert await admitted(jwts, token) is not None
    clock.now += 1
    with pytest.raises(InvalidTokenError) as caught:
        await admitted(jwts, token)

    assert caught.value.reason == "exp has passed (RFC 7519 section 4.1.4)."
    assert caught.value.reason not in str(caught.value)


async def test_a_jwt_is_remembered_for_one_tenant(jwts: JwtTokens) -> None:
    token = jwt()
    await admitted(jwts, token)

    assert await admitted(jwts, token, tenant="other") is None


async def test_what_is_forgotten_is_verified_again(jwts: JwtTokens, issuer: Issuer) -> None:
    token = jwt()
    await admitted(jwts, token)

    jwts.forget_all()
    await admitted(jwts, token)

    assert issuer.asked == 2


async def test_a_key_that_its_issuer_does_not_have_is_refused(jwts: JwtTokens) -> None:
    with pytest.raises(InvalidTokenError):
        await admitted(jwts, jwt(kid="made-up"))


async def test_an_issuer_that_is_away_is_told_to_the_admin_alone(
    jwts: JwtTokens, issuer: Issuer
) -> None:
    issuer.is_away = True

    with pytest.raises(TokensUnavailableError) as caught:
        await admitted(jwts, jwt())

    assert caught.value.reason == "nobody answers at https://idp.example.org/keys"
    assert ISS not in str(caught.value)


async def test_what_is_known_is_not_asked_for_while_the_issuer_is_away(
    jwts: JwtTokens, issuer: Issuer
) -> None:
    token = jwt()
    await admitted(jwts, token)
    issuer.is_away = True

    assert await admitted(jwts, token) is not None
