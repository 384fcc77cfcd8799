"""Reading a push: what HTTP itself asks of the request (RFC 8935 section 2.1; RFC 9110)."""

import hmac
from collections.abc import Iterable

import structlog
from starlette.requests import Request

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

_log = structlog.get_logger()


def check_authorization(request: Request, stream: ReceiveStream) -> None:
    """Raise `Answered` unless the Authorization header is the stream's, to the letter."""
    given = request.headers.get("authorization", "").encode("latin-1")
    expected = stream.authorization_header.encode()
    # an empty header would let everybody in
    if not expected or not hmac.compare_digest(given, expected):
        _log.warning("set.unauthorized", stream_id=stream.stream_id)
        raise Answered(unauthorized())


def check_headers(request: Request) -> None:
    """Raise `Answered` unless a SET is announced, and an answer in JSON would be understood."""
    media_type, _, _ = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != MEDIA_TYPE:
        raise Answered(unsupported_media_type())
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Answered(unsupported_encoding())
    accept = ",".join(request.headers.getlist("accept"))
    if accept.strip() and not _accepts_json(accept.split(",")):
        raise Answered(not_acceptable())


def _accepts_json(ranges: Iterable[str]) -> bool:
    return any(_is_json(*each.lower().replace(" ", "").split(";")) for each in ranges)


def _is_json(media_range: str, *parameters: str) -> bool:
    # RFC 9110 section 12.4.2: a weight of 0 refuses
    refuses = any(each.startswith("q=") and not each[2:].strip("0.") for each in parameters)
    return media_range in _ACCEPTABLE and not refuses


async def read_set(request: Request) -> str:
    """Return the body, as long as a SET may be; an encrypted one is longer than what is in it."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > LONGEST_ENCRYPTED:
        raise Answered(too_large(LONGEST_ENCRYPTED))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_ENCRYPTED:
            raise Answered(too_large(LONGEST_ENCRYPTED))
    try:
        compact = body.decode("ascii")
    except UnicodeDecodeError:
        error = InvalidRequestError("A SET in compact serialization is ASCII (RFC 7515).")
        raise Answered(refused(error)) from None
    if len(compact) > LONGEST_TOKEN and not is_encrypted(compact):
        raise Answered(too_large(LONGEST_TOKEN))
    return compact
