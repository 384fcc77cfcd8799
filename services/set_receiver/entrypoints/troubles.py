"""The last trouble with each stream, for those who ask why nothing comes."""


class Troubles:
    """What last went wrong with each stream, until something goes right."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def note(self, stream_id: str, error: str) -> None:
        """Remember an error: a sentence without secrets."""
        self._last[stream_id] = error

    def clear(self, stream_id: str) -> None:
        """Forget it: the stream works."""
        self._last.pop(stream_id, None)

    def last_error(self, stream_id: str) -> str:
        """Return the last error; empty when there is none."""
        return self._last.get(stream_id, "")
