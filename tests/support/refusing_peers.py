"""What a whole call to a peer fails with."""


class RefusedError(Exception):
    """Fails a whole call, with a reason as a real peer gives it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused for {reason}")
        self.reason = reason


class NotHereError(RefusedError):
    """NOT_FOUND."""


class CutOffError(RefusedError):
    """UNAVAILABLE, as when a connection breaks."""
