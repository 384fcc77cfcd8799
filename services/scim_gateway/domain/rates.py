"""How fast one client may ask: so many requests a second, and so many at once (a token bucket)."""

from dataclasses import dataclass
from math import ceil

from scim_gateway.domain.errors import RateExceededError


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `burst` requests, into which `per_second` come back; both are above 0.

    All that is to be known of a bucket is when it will be full again.
    """

    per_second: float
    burst: int

    def let_through(self, full_at: float, *, now: float) -> float:
        """Return when a bucket that is full at `full_at` will be so after one request more.

        Times are in seconds of any one clock. Raises `RateExceededError` where it is empty.
        """
        after = max(full_at, now) + 1 / self.per_second
        excess = after - now - self.burst / self.per_second
        # Less than this is what adding up leaves, and nothing that anybody could wait for.
        if excess > 1e-6:
            raise self._exceeded(max(1, ceil(excess)))
        return after

    def _exceeded(self, seconds: int) -> RateExceededError:
        return RateExceededError(
            f"a token may send {self.per_second:g} requests a second, and {self.burst} at once:"
            f" try again in {seconds} s",
            seconds=seconds,
        )
