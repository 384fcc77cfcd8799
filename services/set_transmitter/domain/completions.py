"""What became of the operation of an asynchronous request, as a SET (RFC 9967 section 2.5)."""

from dataclasses import dataclass

import orjson

from secevent.scim_events import ASYNC_RESPONSE
from secevent.subjects import ScimSubject, scim_sub_id
from secevent.token import SecurityEventToken


@dataclass(frozen=True, slots=True)
class Completion:
    """An operation by its txn, the resource or endpoint it was for, and the payload as JSON."""

    txn: str
    subject_uri: str
    response: bytes

    @property
    def jti(self) -> str:
        """The jti of the SET that whoever sent the request fetches, the same every time."""
        return f"{self.txn}-completion"


def completion_token(
    completion: Completion, *, iss: str, aud: tuple[str, ...], jti: str, iat: int
) -> SecurityEventToken:
    """Return the token; it has no provenance, as nothing was changed by a completion."""
    return SecurityEventToken(
        iss=iss,
        iat=iat,
        jti=jti,
        aud=aud,
        sub_id=scim_sub_id(ScimSubject(completion.subject_uri, None)),
        events={ASYNC_RESPONSE: orjson.loads(completion.response)},
        txn=completion.txn,
        provenance=None,
    )
