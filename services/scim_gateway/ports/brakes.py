"""Where brakes are kept."""

from collections.abc import Sequence
from typing import Protocol

from scim_gateway.domain.brakes import AppliedPage, HeldPage, Standing


class Brakes(Protocol):
    """The brake of every tenant on mass deletion; each method raises as `ResourceStore` does."""

    async def standing(self, tenant: str) -> Standing:
        """Return where a brake stands."""

    async def release(self, tenant: str, *, seconds: int, changes: int | None) -> Standing:
        """Let changes through uncounted, at most so many; None: any number."""

    async def held(self, tenant: str, *, beyond: str, limit: int) -> HeldPage:
        """Return a page of what is held."""

    async def apply(
        self,
        tenant: str,
        ids: Sequence[str],
        *,
        beyond: str,
        limit: int,
        retention_days: int,
        traceparent: str,
    ) -> AppliedPage:
        """Carry out what is held of these resources, or where none is named a page of all.

        What is deleted by it can be restored for `retention_days`.
        """

    async def dismiss(self, tenant: str, ids: Sequence[str]) -> int:
        """Forget what is held of these resources, or all; return how much that was."""
