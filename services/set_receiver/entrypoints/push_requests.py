"""Reading a push: what HTTP itself asks of the request (RFC 8935 section 2.1; RFC 9110)."""

import hmac
from collections.abc import Iterable, Mapping

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from secevent.encryption import LONGEST_ENCRYPTED, is_encrypted
from secevent.errors import InvalidRequestError
from secevent.push import MEDIA_TYPE
from secevent.verification import LONGEST_TOKEN
from set_receiver.domain.streams import ReceiveStream
from set_receiver.entrypoints.push_answers import (
    Answered,
    not_acceptable,
    refused,
    too_large,
    unauthorized,
    unsupported_encoding,
    unsupported_media_type,
)

_ACCEPTABLE = frozenset({"application/json", "application/*", "*/*"})
_ACCEPTING = frozenset({b"", b"application/json", b"*/*"})
"""What transmitters send, which needs no look into its parts."""
_MEDIA_TYPE = MEDIA_TYPE.encode()
_READ = frozenset(
    {b"accept", b"authorization", b"content-encoding", b"content-length", b"content-type"}
)

_log = structlog.get_logger()


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """Return the headers that count here by their names, those of one name as one (RFC 9110 5.3).

    All at once: to look for each by itself goes through all of them each time.
    """
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            found.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in found.items()}


def check_authorization(headers: Mapping[bytes, bytes], stream: ReceiveStream) -> None:
    """Raise `Answered` unless the Authorization header is the stream's, to the letter."""
    given = headers.get(b"authorization", b"")
    expected = stream.authorization_header.encode()
    # an empty header would let everybody in
    if not expected or not hmac.compare_digest(given, expected):
        _log.warning("set.unauthorized", stream_id=stream.stream_id)
        raise Answered(unauthorized())


def check_headers(headers: Mapping[bytes, bytes]) -> None:
    """Raise `Answered` unless a SET is announced, and an answer in JSON would be understood."""
    media_type, _, _ = headers.get(b"content-type", b"").partition(b";")
    if media_type.strip().lower() != _MEDIA_TYPE:
        raise Answered(unsupported_media_type())
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise Answered(unsupported_encoding())
    accept = headers.get(b"accept", b"").strip()
    if accept not in _ACCEPTING and not _accepts_json(accept.decode("latin-1").split(",")):
        raise Answered(not_acceptable())


def _accepts_json(ranges: Iterable[str]) -> bool:
    return any(_is_json(*each.lower().replace(" ", "").split(";")) for each in ranges)


def _is_json(media_range: str, *parameters: str) -> bool:
    # RFC 9110 section 12.4.2: a weight of 0 refuses
    refuses = any(each.startswith("q=") and not each[2:].strip("0.") for each in parameters)
    return media_range in _ACCEPTABLE and not refuses


async def read_set(headers: Mapping[bytes, bytes], receive: Receive) -> str:
    """Return the body, as long as a SET may be; an encrypted one is longer than what is in it.

    Raises `Answered`, or `ClientDisconnect` where nobody waits for an answer any more.
    """
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > LONGEST_ENCRYPTED:
        raise Answered(too_large(LONGEST_ENCRYPTED))
    body, is_whole = bytearray(), False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LONGEST_ENCRYPTED:
            raise Answered(too_large(LONGEST_ENCRYPTED))
        is_whole = not message.get("more_body", False)
    try:
        compact = body.decode("ascii")
    except UnicodeDecodeError:
        error = InvalidRequestError("A SET in compact serialization is ASCII (RFC 7515).")
        raise Answered(refused(error)) from None
    if len(compact) > LONGEST_TOKEN and not is_encrypted(compact):
        raise Answered(too_large(LONGEST_TOKEN))
    return compact
