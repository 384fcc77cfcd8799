"""If-Match and If-None-Match (RFC 9110 section 13.1, RFC 7644 section 3.14)."""

import re

# Nothing is gone back over, and each match reaches to the next comma: a header may be long.
_ENTITY_TAG = re.compile(r'\s*+(?:W/)?+(?:"([^"]*+)"|([^\s",]++))?+([^,]*+),?+')


def if_match_holds(header: str, version: str) -> bool:
    """Whether the current version is among those that the header names.

    Weak tags count: SCIM's examples use them with If-Match, so the opaque parts are compared.
    """
    return header.strip() == "*" or _opaque(version) in _opaque_tags(header)


def if_none_match_holds(header: str, version: str) -> bool:
    """Whether the current version is none of those that the header names."""
    return not if_match_holds(header, version)


def _opaque(version: str) -> str:
    return version.strip().removeprefix("W/").strip('"')


def _opaque_tags(header: str) -> set[str]:
    """Clients leave the quotes out at times, which does no harm."""
    listed = _ENTITY_TAG.findall(header)
    return {quoted or bare for quoted, bare, more in listed if not more.strip()}
