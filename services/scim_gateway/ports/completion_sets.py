"""Who signs what became of a request."""

from collections.abc import Mapping
from typing import Protocol

from scim_gateway.domain.async_requests import Promise


class CompletionSets(Protocol):
    """Signs with the tenant's key."""

    async def sign(self, promise: Promise, *, tenant: str) -> Mapping[str, str]:
        """Return a SET for each completion, by its jti, which is the same every time.

        Raises `StoreUnavailableError` while nobody can sign.
        """
