"""A JWS in compact serialization, and its signature (RFC 7515 sections 5.2 and 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from secevent.base64url import decoded
from secevent.errors import AuthenticationFailedError, InvalidKeyError, InvalidRequestError
from secevent.json_members import optional_text_member, parse_json_object
from secevent.keys import KeySet
from secevent.signatures import verifies

_SHORT_HEADER: Final = 512


@dataclass(frozen=True, slots=True)
class CompactJws:
    """Its parts, of which nothing is verified."""

    segments: tuple[bytes, bytes, bytes]
    header: Mapping[str, object]
    payload: bytes


def split_compact(compact: str, *, longest: int) -> CompactJws:
    """Return the parts of a JWS of at most `longest` characters. Raises `SetError`."""
    segments = _segments(compact, longest)
    header, payload, _ = segments
    # an issuer's headers are alike, and short; nobody fills the memory with long ones
    parse = _short_header if len(header) <= _SHORT_HEADER else _header
    return CompactJws(segments, parse(header), _decoded(payload))


def check_signature(jws: CompactJws, algorithm: str, keys: KeySet) -> None:
    """Raise `SetError` unless the key that kid names made the signature.

    `algorithm` is one that the caller allows: keys.py knows which there are.
    """
    key = keys.select(optional_text_member(jws.header, "kid"), algorithm)
    header, payload, signature = jws.segments
    if not verifies(key, algorithm, header + b"." + payload, _decoded(signature)):
        raise AuthenticationFailedError("The signature does not verify.")


def _header(segment: bytes) -> Mapping[str, object]:
    return MappingProxyType(parse_json_object(_decoded(segment)))


_short_header = lru_cache(maxsize=256)(_header)


def _segments(compact: str, longest: int) -> tuple[bytes, bytes, bytes]:
    stripped = compact.strip()
    if len(stripped) > longest:
        raise InvalidRequestError(f"It may have at most {longest} characters here.")
    match stripped.encode(errors="replace").split(b".", 5):
        case [header, payload, signature]:
            return header, payload, signature
        case [_, _, _, _, _]:
            raise InvalidKeyError("It is encrypted (RFC 7516), and there is no key to decrypt it.")
        case _:
            raise InvalidRequestError("It is not a JWS in compact serialization (RFC 7515).")


def _decoded(segment: bytes) -> bytes:
    try:
        return decoded(segment)
    except ValueError as error:
        raise InvalidRequestError("It is not base64url without padding (RFC 7515).") from error
