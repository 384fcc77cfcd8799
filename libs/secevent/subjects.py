"""Subject identifiers and their formats (RFC 9493; SSF 1.0 section 3; RFC 9967 section 2.1)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, unquote

from secevent.errors import InvalidRequestError
from secevent.json_members import object_value, optional_text_member, text_member, texts_value

_ANY: Final = re.compile(r".+", re.DOTALL)
_RELATIVE_URI: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_SEGMENT_CHARACTERS: Final = "!$&'()*+,;=:@"

# format -> member -> what its value looks like
_TEXT_FORMATS: Final[Mapping[str, Mapping[str, re.Pattern[str]]]] = MappingProxyType(
    {
        "account": {"uri": re.compile(r"acct:[^@\s]+@[^@\s]+")},
        "email": {"email": re.compile(r".+@[^@\s]+", re.DOTALL)},
        "iss_sub": {"iss": _ANY, "sub": _ANY},
        "opaque": {"id": _ANY},
        "phone_number": {"phone_number": re.compile(r"\+[0-9]{1,15}")},
        "did": {"url": re.compile(r"did:\S+")},
        "uri": {"uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")},
        "jwt_id": {"iss": _ANY, "jti": _ANY},
        "saml_assertion_id": {"issuer": _ANY, "assertion_id": _ANY},
    }
)


@dataclass(frozen=True, slots=True)
class ScimSubject:
    """A SCIM resource; `uri` is relative to the base URI, e.g. "/Users/2b2f"."""

    uri: str
    external_id: str | None


def scim_uri(endpoint: str, resource_id: str) -> str:
    """Return the relative URI of a resource, e.g. of the endpoint "/Users" and the id "2b2f"."""
    return f"{endpoint}/{quote(resource_id, safe=_SEGMENT_CHARACTERS)}"


def scim_sub_id(subject: ScimSubject) -> dict[str, object]:
    """Return the subject identifier that names a SCIM resource (RFC 9967 section 2.1)."""
    sub_id: dict[str, object] = {"format": "scim", "uri": subject.uri}
    return {**sub_id, "externalId": subject.external_id} if subject.external_id else sub_id


def check_is_scim(sub_id: Mapping[str, object]) -> None:
    """Raise `InvalidRequestError` when a subject identifier names no SCIM resource."""
    if sub_id.get("format") != "scim":
        raise InvalidRequestError('sub_id must have the format "scim" (RFC 9967 section 2.1).')


def scim_subject(sub_id: Mapping[str, object]) -> ScimSubject:
    """Return the SCIM resource that a subject identifier names."""
    check_is_scim(sub_id)
    uri = text_member(sub_id, "uri")
    if not _RELATIVE_URI.fullmatch(uri):
        raise InvalidRequestError('uri must be relative to the SCIM base URI, e.g. "/Users/2b2f".')
    return ScimSubject(uri, optional_text_member(sub_id, "externalId"))


def resource_of(sub_id: Mapping[str, object]) -> tuple[str, str]:
    """Return the endpoint, e.g. "/Users", and the id of the resource that `sub_id` names."""
    endpoint, _, segment = scim_subject(sub_id).uri.rpartition("/")
    if not endpoint:
        raise InvalidRequestError('uri must name one resource, e.g. "/Users/2b2f".')
    return endpoint, _resource_id(segment)


def _resource_id(segment: str) -> str:
    try:
        resource_id = unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequestError("uri must be percent-encoded UTF-8 (RFC 3986).") from error
    if resource_id in {".", ".."}:
        raise InvalidRequestError("uri must not have dot segments (RFC 3986 section 3.3).")
    return resource_id


def validate_subject(value: object) -> dict[str, object]:
    """Return `value` if it is a subject identifier.

    A format that is not known here is one by agreement, so nothing more is asked of it.
    """
    identifier = object_value(value, "A subject identifier")
    name = text_member(identifier, "format")
    if name in _TEXT_FORMATS:
        _check_text_format(identifier, _TEXT_FORMATS[name])
    elif name in _STRUCTURED_FORMATS:
        _STRUCTURED_FORMATS[name](identifier)
    return identifier


def _check_text_format(
    identifier: Mapping[str, object], patterns: Mapping[str, re.Pattern[str]]
) -> None:
    _check_no_others(identifier, *patterns)
    for name, pattern in patterns.items():
        if not pattern.fullmatch(text_member(identifier, name)):
            raise InvalidRequestError(
                f"{name} does not fit the format {identifier['format']} (RFC 9493 section 3.2)."
            )


def _check_no_others(identifier: Mapping[str, object], *names: str) -> None:
    if identifier.keys() - {"format", *names}:
        raise InvalidRequestError(
            f"The format {identifier['format']} has only {', '.join(names)} (RFC 9493 section 3)."
        )


def _check_aliases(identifier: Mapping[str, object]) -> None:
    _check_no_others(identifier, "identifiers")
    aliases = identifier.get("identifiers")
    if not isinstance(aliases, list) or not aliases:
        raise InvalidRequestError("identifiers must be a non-empty array (RFC 9493 section 3.2.8).")
    for number, alias in enumerate(aliases):
        if alias in aliases[:number]:
            raise InvalidRequestError(f"identifiers[{number}] is there twice (RFC 9493, 3.2.8).")
        _check_simple(alias, within="aliases", path=f"identifiers[{number}]")


def _check_complex(identifier: Mapping[str, object]) -> None:
    members = {name: value for name, value in identifier.items() if name != "format"}
    if not members:
        raise InvalidRequestError(
            "A complex subject has at least one member (SSF 1.0 section 3.2)."
        )
    for name, member in members.items():
        _check_simple(member, within="complex", path=name)


def _check_simple(value: object, *, within: str, path: str) -> None:
    name = object_value(value, path).get("format")
    if name in {within, "complex"}:
        raise InvalidRequestError(f"{path}.format: {within} must not contain {name}.")
    try:
        validate_subject(value)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{path}: {error.description}") from None


def _check_ip_addresses(identifier: Mapping[str, object]) -> None:
    _check_no_others(identifier, "ip-addresses")
    addresses = texts_value(identifier.get("ip-addresses"), "ip-addresses")
    if not addresses:
        raise InvalidRequestError("ip-addresses must not be empty.")
    for number, address in enumerate(addresses):
        try:
            ip_address(address)
        except ValueError:
            raise InvalidRequestError(
                f"ip-addresses[{number}] must be an IPv4 or IPv6 address."
            ) from None


def _check_scim(identifier: Mapping[str, object]) -> None:
    scim_subject(identifier)
    if any(value is None for value in identifier.values()):
        raise InvalidRequestError("A member of a subject identifier must not be null.")


_STRUCTURED_FORMATS: Final[Mapping[str, Callable[[Mapping[str, object]], None]]] = MappingProxyType(
    {
        "aliases": _check_aliases,
        "complex": _check_complex,
        "ip-addresses": _check_ip_addresses,
        "scim": _check_scim,
    }
)
