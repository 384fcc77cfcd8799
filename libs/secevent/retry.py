"""How long to wait before a delivery is tried again (RFC 8935 section 4.1)."""

FIRST_DELAY = 0.25
LONGEST_DELAY = 300.0
LONGEST_RETRY_AFTER = 3600.0


def delay(attempt: int, *, retry_after: float | None, jitter: float) -> float:
    """Return the seconds between failed attempt number `attempt` (from 1) and the next.

    Doubles from a quarter of a second to five minutes, less up to half of it by `jitter` in [0, 1).
    What the recipient asks for with Retry-After is a lower bound, up to an hour.
    """
    doublings = min(max(attempt, 1) - 1, 16)
    backoff = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY) * (1 - jitter / 2)
    return max(backoff, min(retry_after or 0.0, LONGEST_RETRY_AFTER))
