"""A JWS in compact serialization, and its signature (RFC 7515 sections 5.2 and 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from joserfc.util import urlsafe_b64decode

from secevent.errors import AuthenticationFailedError, InvalidKeyError, InvalidRequestError
from secevent.json_members import optional_text_member, parse_json_object
from secevent.keys import REGISTRY, KeySet, joserfc_name


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
    return CompactJws(segments, parse_json_object(_decoded(header)), _decoded(payload))


def check_signature(jws: CompactJws, algorithm: str, keys: KeySet) -> None:
    """Raise `SetError` unless the key that kid names made the signature.

    `algorithm` is one that the caller allows: keys.py knows which there are.
    """
    key = keys.select(optional_text_member(jws.header, "kid"), algorithm)
    header, payload, signature = jws.segments
    # the algorithm alone: nothing else in the header can steer the verification, nor cost time
    model = REGISTRY.get_alg(joserfc_name(algorithm))
    if not model.verify(header + b"." + payload, _decoded(signature), key):
        raise AuthenticationFailedError("The signature does not verify.")


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
        return urlsafe_b64decode(segment)
    except ValueError as error:
        raise InvalidRequestError("It is not base64url without padding (RFC 7515).") from error
