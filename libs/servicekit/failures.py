"""What can go wrong between services and at their start."""

from collections.abc import Iterator
from contextlib import contextmanager


class StartError(Exception):
    """A service cannot start; the message is one line that says what to do."""


@contextmanager
def refusing_to_start(*errors: type[Exception]) -> Iterator[None]:
    """Let a service not start because of these, whose texts are one line that says what to do."""
    try:
        yield
    except errors as error:
        raise StartError(str(error)) from None


class RemoteError(Exception):
    """Another service refused a call. `reason` is the stable reason of its ErrorInfo.

    `attribute_path` and `clause` say where and by which rule, as in heliograph.common.v1.Failure.
    """

    def __init__(
        self, reason: str, detail: str, *, attribute_path: str = "", clause: str = ""
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.attribute_path = attribute_path
        self.clause = clause


class RemoteUnavailableError(RemoteError):
    """Another service is away or did not answer in time; what was asked may have happened."""


class StorageError(Exception):
    """The database could not make a write durable, so the write did not happen."""


class CursorLostError(Exception):
    """A feed no longer knows a cursor: read its present state, and go on from there."""
