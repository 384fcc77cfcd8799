"""What the registrar refuses, and why: `reason` is stable, the message is for the caller."""

from typing import ClassVar


class RegistrarError(Exception):
    """The registrar refuses."""

    reason: ClassVar[str]


class InvalidRequestError(RegistrarError):
    """A request cannot be parsed, or asks for what cannot be."""

    reason = "INVALID_REQUEST"


class MissingScopeError(RegistrarError):
    """The caller's token does not reach as far as the request."""

    reason = "INSUFFICIENT_SCOPE"

    def __init__(self, scope: str, *, purpose: str) -> None:
        super().__init__(f"{purpose} takes a bearer token with the scope {scope}")
        self.scope = scope


class StreamNotFoundError(RegistrarError):
    """There is no such stream for this caller."""

    reason = "STREAM_NOT_FOUND"

    def __init__(self, stream_id: str) -> None:
        super().__init__(f"there is no stream {stream_id!r} of yours")


class StreamChangedError(RegistrarError):
    """A stream was changed by others each time that this change was about to be stored."""

    reason = "STREAM_CHANGED"

    def __init__(self, stream_id: str) -> None:
        super().__init__(f"stream {stream_id!r} is being changed by others: send this again")


class KeyNotFoundError(RegistrarError):
    """The tenant does not sign by this algorithm, or does not exist."""

    reason = "KEY_NOT_FOUND"

    def __init__(self, tenant: str, algorithm: str) -> None:
        super().__init__(f"tenant {tenant!r} has no signing key for {algorithm!r}")


class TokenNotFoundError(RegistrarError):
    """A token is unknown, expired or revoked."""

    reason = "TOKEN_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("the token is unknown, expired or revoked")


class InvalidCursorError(RegistrarError):
    """What was given as a journal cursor is none."""

    reason = "INVALID_CURSOR"

    def __init__(self) -> None:
        super().__init__("the cursor is none that this registrar gave: list the streams anew")


class EpochChangedError(RegistrarError):
    """A journal cursor is of a journal that has since been restored."""

    reason = "EPOCH_CHANGED"

    def __init__(self) -> None:
        super().__init__("the journal was restored since that cursor: list the streams anew")
