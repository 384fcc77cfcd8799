"""What receivers do with their streams, beside changing them."""

from typing import Protocol

from ssf_registrar.domain.streams import Stream
from ssf_registrar.domain.verifications import Verification


class Activity(Protocol):
    """Keeps when each stream was last managed, and last asked to be verified.

    Times are microseconds since 1970-01-01T00:00:00Z.
    """

    async def request_verification(self, stream: Stream, verification: Verification) -> None:
        """Journal VERIFICATION_REQUESTED, and note when, in one transaction.

        Raises `VerificationTooSoonError` or `StreamNotFoundError`, storing nothing.
        """

    async def note_managed(self, tenant: str, stream_id: str, *, at: int) -> None:
        """Note that a management call names a stream; the latest time stays. Journals nothing."""

    async def managed(self, tenant: str, stream_id: str) -> int:
        """Return when one did; 0 for never, or when there is no such stream."""
