"""Events that were received: what the log keeps of them beside what every event has."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final
from urllib.parse import urlsplit

import orjson

_DIGEST_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an event came from, and what its SET said of it.

    `issuer`, `jti` and `aud` are those of the SET; `sub_id` is a JSON object (RFC 9493), empty for
    a signal, which has it as its subject, and once it has been erased. `event_uri` is the type; of
    a forwarded SET, all types with spaces between.
    """

    key: str
    """The same for whatever says the same: the log has each only once, and copies without key."""
    event_uri: str
    sub_id: bytes = field(repr=False)
    issuer: str
    jti: str
    aud: tuple[str, ...]

    @property
    def event_uris(self) -> frozenset[str]:
        """The types."""
        return frozenset(self.event_uri.split())

    def comes_from(self, *, aud: Sequence[str], endpoint_url: str) -> bool:
        """Tell whether a stream with these leads back to where the event came from.

        It does where one of its audiences is the issuer, or is below it, or its endpoint is at the
        issuer's origin. A cluster that is led to all the same knows its own by their lineage.
        """
        if not self.issuer:
            return False
        below = f"{self.issuer.rstrip('/')}/"
        is_audience = any(each == self.issuer or each.startswith(below) for each in aud)
        return is_audience or _origin(endpoint_url) in {_origin(self.issuer)} - {None}


def routed_members(routed: Routed) -> dict[str, object]:
    """Return what is stored of it, but the key."""
    return {
        "event_uri": routed.event_uri,
        "sub_id": routed.sub_id.decode(),
        "issuer": routed.issuer,
        "jti": routed.jti,
        "aud": list(routed.aud),
    }


def stored_routed(key: str, members: Mapping[str, object] | None) -> Routed | None:
    """Return what was stored; without members it was erased, and without a key it is a copy."""
    if not key and not members:
        return None
    found = dict.fromkeys(_TEXTS, "") | {
        name: str(value) for name, value in (members or {}).items() if name in _TEXTS
    }
    aud = (members or {}).get("aud", ())
    return Routed(
        key=key,
        event_uri=found["event_uri"],
        sub_id=found["sub_id"].encode(),
        issuer=found["issuer"],
        jti=found["jti"],
        aud=tuple(aud) if isinstance(aud, list) else (),
    )


def statement_key(mode: str, *, names: Sequence[str], statement: object) -> str:
    """Return the key of what is known by names and says this, routed in a mode."""
    text = orjson.dumps([mode, *names, statement], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:_DIGEST_CHARACTERS]


def _origin(url: str) -> tuple[str, str] | None:
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc) if parts.scheme and parts.netloc else None


_TEXTS: Final = tuple(each.name for each in fields(Routed) if each.name not in {"key", "aud"})
