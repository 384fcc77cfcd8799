"""Reading a service's log for why it ended."""

from pathlib import Path

import orjson

_TAIL_BYTES = 64 * 1024


def last_error(log: Path, *, since: int) -> str:
    """Return the last line at or after byte `since` that tells of an error; empty when none does.

    That is a JSON line of level error or critical, or a line that is no JSON: the end of a
    traceback, or the one line of a service that cannot start.
    """
    with log.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(since, end - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    errors = (_error_of(line.strip()) for line in reversed(lines))
    return next((error for error in errors if error), "")


def _error_of(line: str) -> str:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    if not isinstance(entry, dict) or entry.get("level") not in {"error", "critical"}:
        return ""
    traceback = str(entry.get("exception", "")).strip().splitlines()
    return ": ".join([str(entry.get("event", "error")), *traceback[-1:]])
