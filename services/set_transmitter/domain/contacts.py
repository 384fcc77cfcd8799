"""When the receivers of streams were last heard of."""

from collections.abc import Collection


class Contacts:
    """The last poll of each stream, or the last push that its receiver accepted.

    Microseconds since 1970, as far as this process has seen it.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def note(self, stream_id: str, *, at: int) -> None:
        """Note that a stream's receiver has polled, or accepted a SET."""
        self._last[stream_id] = at

    def last(self, stream_id: str) -> int:
        """Return when; 0 for not since this process began."""
        return self._last.get(stream_id, 0)

    def keep_only(self, stream_ids: Collection[str]) -> None:
        """Forget the streams that are not among these."""
        self._last = {each: at for each, at in self._last.items() if each in stream_ids}
