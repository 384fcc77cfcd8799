"""The issuers of JWTs of a tenant's configuration (RFC 7519; RFC 9068; RFC 7517 section 5)."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from secevent.keys import KeySet
from ssf_registrar.domain.endpoints import Endpoint, parse_endpoint
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.members import (
    check_members,
    object_member,
    optional_text,
    printable,
    text,
    texts,
)
from ssf_registrar.domain.tenants import JwtIssuer

ME_ATTRIBUTES: Final = ("id", "userName", "externalId", "emails.value")
MOST_ISSUERS: Final = 20
MOST_AUDIENCES: Final = 50
MOST_KEYS: Final = 50
_LONGEST: Final = 2_000
_MEMBERS: Final = (
    "issuer",
    "audiences",
    "jwks_uri",
    "jwks",
    "required_scope",
    "me_claim",
    "me_attribute",
)
_KEY_TYPES: Final = ("RSA", "EC")
# RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def jwt_issuers(members: Mapping[str, object], *, place: str) -> tuple[JwtIssuer, ...]:
    """Return the issuers of a configuration object, in their order."""
    value = members.get("jwt_issuers")
    if value is None:
        return ()
    place = f"{place}.jwt_issuers"
    if not isinstance(value, list) or len(value) > MOST_ISSUERS:
        raise InvalidRequestError(f"{place} must be an array of at most {MOST_ISSUERS} objects")
    issuers = tuple(_issuer(each, f"{place}[{index}]") for index, each in enumerate(value))
    if len({each.issuer for each in issuers}) < len(issuers):
        raise InvalidRequestError(f"{place} must not name an issuer twice")
    return issuers


def issuer_members(issuer: JwtIssuer) -> dict[str, object]:
    """Return the JSON object of an issuer."""
    members: dict[str, object] = {
        "issuer": issuer.issuer,
        "audiences": list(issuer.audiences),
        "jwks_uri": issuer.jwks_uri,
        "jwks": issuer.jwks,
        "required_scope": issuer.required_scope,
        "me_claim": issuer.me_claim,
        "me_attribute": issuer.me_attribute,
    }
    return {name: value for name, value in members.items() if value}


def key_urls(issuers: tuple[JwtIssuer, ...]) -> dict[str, str]:
    """Return the URLs that the issuers make this cluster call, by the member that gave each."""
    return {
        f"configuration.jwt_issuers[{index}].jwks_uri": each.jwks_uri
        for index, each in enumerate(issuers)
        if each.jwks_uri
    }


def _issuer(value: object, place: str) -> JwtIssuer:
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{place} must be a JSON object")
    check_members(value, _MEMBERS, place=place)
    jwks_uri = _text(value, "jwks_uri", place)
    jwks = object_member(value, "jwks", place=place)
    if bool(jwks_uri) is (jwks is not None):
        raise InvalidRequestError(
            f"{place} must have either jwks_uri, where the issuer's keys are, or jwks, the keys"
        )
    me_claim, me_attribute = _text(value, "me_claim", place), _text(value, "me_attribute", place)
    _check_me(me_claim, me_attribute, place)
    if jwks_uri:
        _check_url(jwks_uri, f"{place}.jwks_uri")
    if jwks is not None:
        _check_keys(jwks, f"{place}.jwks")
    return JwtIssuer(
        _checked_issuer(value, place),
        _audiences(value, place),
        jwks_uri,
        jwks,
        _required_scope(value, place),
        me_claim,
        me_attribute,
    )


def _checked_issuer(value: Mapping[str, object], place: str) -> str:
    issuer = printable(text(value, "issuer", place=place), f"{place}.issuer", longest=_LONGEST)
    _check_url(issuer, f"{place}.issuer")
    return issuer


def _check_url(url: str, member: str) -> None:
    endpoint = parse_endpoint(url, member=member)
    if endpoint.scheme != "https" and not _is_loopback(endpoint):
        raise InvalidRequestError(f"{member} must be https: http is for loopback addresses alone")


def _is_loopback(endpoint: Endpoint) -> bool:
    try:
        return ip_address(endpoint.host).is_loopback
    except ValueError:
        return endpoint.host == "localhost"


def _audiences(value: Mapping[str, object], place: str) -> tuple[str, ...]:
    audiences = texts(value, "audiences", place=place)
    if not audiences or len(audiences) > MOST_AUDIENCES:
        raise InvalidRequestError(
            f"{place}.audiences must be an array of 1 to {MOST_AUDIENCES} strings:"
            " a token is let in when one of them is in its aud"
        )
    return tuple(printable(each, f"{place}.audiences", longest=_LONGEST) for each in audiences)


def _required_scope(value: Mapping[str, object], place: str) -> str:
    scope = _text(value, "required_scope", place)
    if " " in scope:
        raise InvalidRequestError(f"{place}.required_scope must be one scope, without spaces")
    return scope


def _check_me(claim: str, attribute: str, place: str) -> None:
    if bool(claim) is not bool(attribute):
        raise InvalidRequestError(
            f"{place} must have both me_claim and me_attribute, or neither: /Me is the User whose"
            " me_attribute is the value of me_claim"
        )
    if attribute and attribute not in ME_ATTRIBUTES:
        raise InvalidRequestError(f"{place}.me_attribute must be one of {', '.join(ME_ATTRIBUTES)}")


def _check_keys(jwks: Mapping[str, object], place: str) -> None:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise InvalidRequestError(
            f"{place} must be a JWK Set of 1 to {MOST_KEYS} keys (RFC 7517 section 5):"
            ' {"keys": [{"kty": …}, …]}'
        )
    for index, key in enumerate(keys):
        _check_key(key, f"{place}.keys[{index}]")
    if not KeySet.from_jwks(jwks).keys:
        raise InvalidRequestError(
            f"{place} has no key that can verify a signature: RSA of 2,048 bits and more, or EC on"
            " P-256, P-384 or P-521"
        )


def _check_key(key: object, place: str) -> None:
    if not isinstance(key, dict) or key.get("kty") not in _KEY_TYPES:
        raise InvalidRequestError(
            f"{place} must be a public key, with a kty of {' or '.join(_KEY_TYPES)}"
        )
    private = [name for name in _PRIVATE if name in key]
    if private:
        raise InvalidRequestError(
            f"{place} has the member {private[0]}, which is private: send the public key alone,"
            " and make the issuer a new key, as this one has left it"
        )


def _text(value: Mapping[str, object], name: str, place: str) -> str:
    given = optional_text(value, name, place=place) or ""
    return printable(given, f"{place}.{name}", longest=_LONGEST)
