"""A tenant's configuration, from JSON and to it, and each way in which it can be wrong."""

from collections.abc import Mapping
from typing import Any

import pytest

from secevent.signing import generate_private_jwk, public_jwk
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.tenant_configuration import configuration_members, parsed, patched
from ssf_registrar.domain.tenants import DeletionBrake, JwtIssuer, Tenant, TenantConfiguration

PRIVATE_KEY = generate_private_jwk("ES256")
KEY = public_jwk(PRIVATE_KEY)
WHOLE: dict[str, Any] = {
    "profile": "strict",
    "deletion_brake": {"changes": 0, "minutes": 0},
    "retention_days": 0,
    "reuses_ids": False,
    "jwt_issuers": [
        {
            "issuer": "https://idp.example/a?b=c",
            "audiences": ["x", "y"],
            "jwks": {"keys": [KEY]},
            "required_scope": "scim",
            "me_claim": "https://idp.example/claims/user",
            "me_attribute": "emails.value",
        },
        {"issuer": "http://[::1]:9/", "audiences": ["x"], "jwks_uri": "http://localhost:9/keys"},
    ],
}
ISSUER: dict[str, Any] = {
    "issuer": "https://idp.example",
    "audiences": ["x"],
    "jwks_uri": "https://idp.example/keys",
}


def issuer(**changes: Any) -> dict[str, Any]:
    members = {name: value for name, value in {**ISSUER, **changes}.items() if value is not None}
    return {"jwt_issuers": [members]}


def keys(*jwks: Any) -> dict[str, Any]:
    return issuer(jwks_uri=None, jwks={"keys": list(jwks)})


def test_a_configuration_is_read_whole_and_shown_as_it_was() -> None:
    configuration = parsed(WHOLE)

    assert configuration == TenantConfiguration(
        "strict",
        DeletionBrake(0, 0),
        retention_days=0,
        reuses_ids=False,
        jwt_issuers=(
            JwtIssuer(
                "https://idp.example/a?b=c",
                ("x", "y"),
                jwks={"keys": [KEY]},
                required_scope="scim",
                me_claim="https://idp.example/claims/user",
                me_attribute="emails.value",
            ),
            JwtIssuer("http://[::1]:9/", ("x",), jwks_uri="http://localhost:9/keys"),
        ),
    )
    assert configuration_members(configuration) == WHOLE


@pytest.mark.parametrize("members", [{}, {"profile": None, "jwt_issuers": None}])
def test_what_is_not_configured_is_left_to_the_services(members: Mapping[str, object]) -> None:
    assert parsed(members) == TenantConfiguration()
    assert configuration_members(TenantConfiguration()) == {}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"profil": "okta"}, "configuration.profil is no member of this: there are profile"),
        ({"profile": "azure"}, "configuration.profile must be one of strict, tolerant, entra"),
        ({"profile": 1}, "configuration.profile must be a string"),
        ({"deletion_brake": 5}, "configuration.deletion_brake must be a JSON object"),
        ({"deletion_brake": {"changes": 5}}, "must have both changes and minutes"),
        ({"deletion_brake": {"minutes": 5}}, "must have both changes and minutes"),
        ({"deletion_brake": {"changes": 5, "minutes": 0}}, "must have both changes and minutes"),
        ({"deletion_brake": {"changes": -1}}, "deletion_brake.changes must be a whole number"),
        ({"deletion_brake": {"changes": 1, "hours": 1}}, "deletion_brake.hours is no member"),
        ({"retention_days": 1.5}, "configuration.retention_days must be a whole number from 0"),
        ({"retention_days": True}, "configuration.retention_days must be a whole number from 0"),
        ({"retention_days": 10**30}, "configuration.retention_days must be a whole number from 0"),
        ({"reuses_ids": "yes"}, "configuration.reuses_ids must be true or false"),
        ({"jwt_issuers": {}}, "configuration.jwt_issuers must be an array"),
        ({"jwt_issuers": ["x"]}, r"configuration.jwt_issuers\[0\] must be a JSON object"),
        ({"jwt_issuers": [ISSUER, ISSUER]}, "must not name an issuer twice"),
        ({"jwt_issuers": [ISSUER] * 21}, "at most 20"),
        (issuer(iss="x"), r"jwt_issuers\[0\].iss is no member"),
        (issuer(issuer=None), r"jwt_issuers\[0\].issuer is missing"),
        (issuer(issuer="idp"), r"jwt_issuers\[0\].issuer must be a URL"),
        (issuer(issuer="ftp://idp.example"), r"jwt_issuers\[0\].issuer must be a URL"),
        (issuer(issuer="http://idp.example"), r"jwt_issuers\[0\].issuer must be https"),
        (issuer(issuer="http://127.0.0.1.example"), "must be https"),
        (issuer(issuer="https://idp.example\n"), "control character"),
        (issuer(audiences=None), "audiences must be an array of 1 to 50"),
        (issuer(audiences=[]), "audiences must be an array of 1 to 50"),
        (issuer(audiences="x"), "audiences must be an array of strings"),
        (issuer(audiences=[1]), "audiences must be an array of strings"),
        (issuer(audiences=["\x00"]), "audiences must be at most .* control character"),
        (issuer(jwks={"keys": [KEY]}), "either jwks_uri, where .* or jwks"),
        (issuer(jwks_uri=None), "either jwks_uri, where .* or jwks"),
        (issuer(jwks_uri="http://idp.example/keys"), r"\[0\].jwks_uri must be https"),
        (issuer(required_scope="a b"), "required_scope must be one scope"),
        (issuer(me_claim="sub"), "both me_claim and me_attribute"),
        (issuer(me_attribute="id"), "both me_claim and me_attribute"),
        (issuer(me_claim="sub", me_attribute="name"), "me_attribute must be one of id, userName"),
        (issuer(jwks_uri=None, jwks={}), r"jwks must be a JWK Set of 1 to 50 keys"),
        (keys(), "jwks must be a JWK Set of 1 to 50 keys"),
        (keys("x"), r"jwks.keys\[0\] must be a public key"),
        (keys({"kty": "oct", "k": "c2VjcmV0"}), r"jwks.keys\[0\] must be a public key"),
        (keys(KEY, PRIVATE_KEY), r"jwks.keys\[1\] has the member d, which is private"),
        (keys({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}), "no key that can verify"),
        (keys({"kty": "RSA", "n": "AQAB", "e": "AQAB"}), "no key that can verify"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(members: Mapping[str, object], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        parsed(members)


def test_a_private_key_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parsed(keys(PRIVATE_KEY))

    assert str(PRIVATE_KEY["d"]) not in str(refused.value)


@pytest.mark.parametrize(
    ("patch", "display_name", "profile", "brake"),
    [
        ({}, "Acme", "okta", DeletionBrake(5, 60)),
        ({"display_name": "A"}, "A", "okta", DeletionBrake(5, 60)),
        ({"display_name": None}, "", "okta", DeletionBrake(5, 60)),
        ({"configuration": {"profile": "entra"}}, "Acme", "entra", DeletionBrake(5, 60)),
        ({"configuration": {"profile": None}}, "Acme", None, DeletionBrake(5, 60)),
        (
            {"configuration": {"deletion_brake": {"changes": 9}}},
            "Acme",
            "okta",
            DeletionBrake(9, 60),
        ),
        ({"configuration": {"deletion_brake": None}}, "Acme", "okta", None),
        ({"configuration": None}, "Acme", None, None),
    ],
)
def test_a_merge_patch_changes_what_it_names(
    patch: Mapping[str, object],
    display_name: str,
    profile: str | None,
    brake: DeletionBrake | None,
) -> None:
    tenant = Tenant("acme", "Acme", TenantConfiguration("okta", DeletionBrake(5, 60)))

    assert patched(tenant, patch) == (display_name, TenantConfiguration(profile, brake))


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"tenant": "b"}, "tenant cannot be changed"),
        ({"state": "active"}, "state cannot be changed"),
        ({"display_name": 1}, "display_name must be a string"),
        ({"display_name": "x" * 201}, "at most 200 characters"),
        ({"configuration": []}, "configuration must be a JSON object"),
    ],
)
def test_a_patch_of_what_cannot_be_changed_is_refused(
    patch: Mapping[str, object], words: str
) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        patched(Tenant("acme"), patch)
