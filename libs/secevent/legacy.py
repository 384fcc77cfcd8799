"""SETs of the drafts before RFC 9967, and of what was built by them, read as the RFC has them."""

from collections.abc import Mapping
from typing import Final

_PREFIX: Final = "urn:ietf:params:scim:event:"
# drafts 00 and 01; the capitals of drafts 02 to 09 differ in case alone
_OLD_PREFIXES: Final = ("urn:ietf:params:event:scim:", _PREFIX)
_WITHOUT_FORM: Final = frozenset({"prov:create", "prov:put", "prov:patch"})
_FULL: Final = frozenset({"prov:create:full", "prov:put:full", "prov:patch:full"})
_NOTICE: Final = frozenset({"prov:create:notice", "prov:put:notice", "prov:patch:notice"})
_RENAMED: Final[Mapping[str, str]] = {"misc:asyncResp": "misc:asyncresp"}


def modern_claims(claims_set: Mapping[str, object], *, received: int) -> dict[str, object]:
    """Return a claims set as RFC 9967 has it; what is so already, and what is none, stays.

    A missing iat becomes `received`, in seconds since 1970. Event types and their payloads are
    those of the RFC; the subject identifier has the RFC's names.
    """
    modern: dict[str, object] = {"iat": received, **claims_set}
    if isinstance(events := modern.get("events"), dict):
        modern["events"] = _modern_events(events)
    if isinstance(sub_id := modern.get("sub_id"), dict):
        modern["sub_id"] = _modern_sub_id(sub_id)
    return modern


def _modern_events(events: Mapping[str, object]) -> dict[str, object]:
    modern: dict[str, object] = {}
    for uri, payload in events.items():
        if isinstance(payload, dict) and (kind := _kind(uri, payload)) is not None:
            # of two spellings of one type in one SET the first is as good as the other
            modern.setdefault(_PREFIX + kind, _modern_payload(kind, payload))
        else:
            modern[uri] = payload
    return modern


def _kind(uri: str, payload: Mapping[str, object]) -> str | None:
    """Return what follows the prefix of the RFC's event type; None for any other type."""
    for prefix in _OLD_PREFIXES:
        if uri.lower().startswith(prefix):
            rest = uri[len(prefix) :]
            if rest in _WITHOUT_FORM:
                return f"{rest}:full" if "data" in payload else f"{rest}:notice"
            return _RENAMED.get(rest, rest)
    return None


def _modern_payload(kind: str, payload: Mapping[str, object]) -> dict[str, object]:
    """Return a payload with data or attributes; before draft 12 it could have both or neither."""
    if kind in _FULL:
        return {name: value for name, value in payload.items() if name != "attributes"}
    if kind in _NOTICE:
        named = {name: value for name, value in payload.items() if name != "data"}
        return {"attributes": [], **named}
    return dict(payload)


def _modern_sub_id(sub_id: Mapping[str, object]) -> dict[str, object]:
    modern = {name: value for name, value in sub_id.items() if value is not None}
    if "username" in modern and "userName" not in modern:
        modern["userName"] = modern.pop("username")
    # RISC as it was before RFC 9493
    if "format" not in modern and isinstance(subject_type := modern.get("subject_type"), str):
        modern["format"] = subject_type.replace("-", "_")
        del modern["subject_type"]
    if modern.get("format") == "phone":
        modern["format"] = "phone_number"
    return modern
