"""Where the resources that a receive stream tells of are fetched (RFC 9967 appendix A)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.members import check_members, header_value, object_member, text
from ssf_registrar.domain.streams import ADMIN, Caller, Direction, Publisher, Stream

MEMBER: Final = "publisher"
BASE_URL: Final = f"{MEMBER}.scim_base_url"
_HEADER: Final = "authorization_header"


def parse_publisher(body: Mapping[str, object]) -> Publisher | None:
    """Return the publisher that a body names; None where it has none."""
    given = object_member(body, MEMBER)
    if given is None:
        return None
    check_members(given, ("scim_base_url", _HEADER), place=MEMBER)
    # so that an error names the whole path
    members = {f"{MEMBER}.{name}": value for name, value in given.items()}
    url = text(members, BASE_URL)
    if "?" in url:
        raise InvalidRequestError(f"{BASE_URL} must not have a query (?…): paths are put behind it")
    return Publisher(url.rstrip("/"), header_value(members, f"{MEMBER}.{_HEADER}"))


def with_publisher(
    stream: Stream, changed: Stream, body: Mapping[str, object], caller: Caller
) -> Stream:
    """Return `changed`, which is `stream` or its next revision, with the body's publisher, if any.

    Sent back as it is it changes nothing, and null removes it. Raises `MissingScopeError`.
    """
    if MEMBER not in body:
        return changed
    publisher = parse_publisher(body)
    if publisher == stream.publisher:
        return changed
    if not caller.is_admin:
        raise MissingScopeError(ADMIN, purpose=MEMBER)
    if stream.direction is Direction.TRANSMIT:
        raise InvalidRequestError(f"{MEMBER} is for streams that receive, which this one does not")
    return replace(changed, publisher=publisher, revision=stream.revision + 1)


def publisher_member(publisher: Publisher | None) -> dict[str, object] | None:
    """Return the member of a configuration object, for its owner's eyes."""
    if publisher is None:
        return None
    members: dict[str, object] = {"scim_base_url": publisher.scim_base_url}
    header = publisher.authorization_header
    return members if header is None else {**members, _HEADER: header}
