"""Setting a stream back."""

from typing import Protocol

from set_transmitter.domain.resets import Reset, ResetOutcome
from set_transmitter.domain.streams import Stream


class Resets(Protocol):
    """Makes pending again what a stream has had."""

    async def reset(self, stream: Stream, reset: Reset) -> ResetOutcome:
        """Set an opened stream back, in one transaction; durable on return.

        Everything of the stream from the target to the end of the log is pending again, also what
        was set aside, whose dead letters go. What was pending before the target stays so. A SET
        that is kept is sent as it was, unless the reset is `anew`, and counts as handed out only
        once it is kept again. Where events from the target on were removed, a snapshot begins.
        """
        ...
