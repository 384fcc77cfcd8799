"""Erasing what the store has of one resource (docs/lifecycle.md)."""

from collections.abc import Callable
from dataclasses import dataclass

from resource_store.commands.carrying_out import carry_out
from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.causes import Cause
from resource_store.domain.client_writes import ClientDelete
from resource_store.domain.decisions import Transition
from resource_store.domain.erasures import Erasure
from resource_store.domain.errors import ResourceNotFoundError
from resource_store.domain.resources import Ref
from resource_store.ports.erasures import Erasures
from resource_store.ports.resources import Resources


@dataclass(frozen=True, slots=True)
class EraseResource:
    """Deletes what lives, then removes what is left. Each step may be repeated after a crash."""

    resources: Resources
    resource_types: ResourceTypes
    erasures: Erasures
    now: Callable[[], int]

    async def __call__(self, cause: Cause, resource_id: str, *, requested_by: str) -> Erasure:
        """Return the report."""
        tenant = cause.tenant
        ref = await self.erasures.ref_of(tenant, resource_id)
        await self.erasures.begin(
            Erasure(
                tenant=tenant,
                id=resource_id,
                resource_type=ref.resource_type if ref else "",
                requested_by=requested_by,
                begun=self.now(),
            )
        )
        if ref is not None:
            await self._delete(cause, ref)
        erasure = await self.erasures.scrub(tenant, resource_id)
        await self.erasures.make_unreadable()
        return erasure

    async def _delete(self, cause: Cause, ref: Ref) -> None:
        (result,) = await carry_out(self.resources, [self._deletion(cause, ref)])
        if isinstance(result, Exception) and not isinstance(result, ResourceNotFoundError):
            raise result

    async def _deletion(self, cause: Cause, ref: Ref) -> Transition:
        resource_type = self.resource_types[ref.resource_type]
        return Transition(
            tenant=cause.tenant,
            ref=ref,
            resource_type=resource_type,
            # A repetition must not be taken for done where the resource has come back.
            identity=None,
            named_members=frozenset(),
            needs_every_member=False,
            shown=None,
            decide=ClientDelete(cause, resource_type, ref, if_match=None, retention_days=0),
        )
