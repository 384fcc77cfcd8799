"""Keeps one client from taking all there is: each credential may ask at a certain rate."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from scim_gateway.domain.rates import Rate

_REMEMBERED: Final = 10_000


class RateLimit:
    """Knows the credentials of this process's latest requests, by their hashes.

    One that is forgotten, as so many others came since, begins anew.
    """

    def __init__(self, rate: Rate, *, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._full_at: OrderedDict[bytes, float] = OrderedDict()

    def let_through(self, credential: bytes) -> None:
        """Count a request of the credential with this hash; raises `RateExceededError`."""
        now = self._clock()
        full_at = self._full_at.get(credential, now)
        self._full_at[credential] = self._rate.let_through(full_at, now=now)
        self._full_at.move_to_end(credential)
        if len(self._full_at) > _REMEMBERED:
            self._full_at.popitem(last=False)
