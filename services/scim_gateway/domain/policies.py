"""How a tenant's requests are taken: as is configured for it, or else as settings say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self, TypeAlias

from scim.profile import PROFILES, TOLERANT, Profile
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.tenants import DeletionBrake, TenantConfiguration


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What becomes of what is deleted."""

    retention_days: int
    """For so long it can be restored; 0 keeps nothing of it."""
    reuses_ids: bool
    """Whether what is created with its externalId gets its id, and nothing else of it."""


_KEPT_FOR_A_MONTH: Final = Lifecycle(retention_days=30, reuses_ids=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for the requests of one tenant."""

    profile: Profile = TOLERANT
    """How literally they are taken."""
    lifecycle: Lifecycle = _KEPT_FOR_A_MONTH
    limit: DeletionLimit | None = None
    """None: deletions and deactivations are not counted."""

    def of_undoing(self) -> Self:
        """Return what holds where a resource is taken back that its client never had."""
        return replace(self, lifecycle=replace(self.lifecycle, retention_days=0), limit=None)


USUAL: Final = Policy()
PolicyOf: TypeAlias = Callable[[str], Policy]
"""Gives what holds for the requests of a tenant now, by its name."""


def policy_of(configuration: TenantConfiguration, usual: Policy) -> Policy:
    """Return the policy of a tenant; `usual` has what is not configured for it."""
    return Policy(
        # A name that only a newer registrar knows is no reason to let nobody in.
        PROFILES.get(configuration.profile or "", usual.profile),
        _lifecycle_of(configuration, usual.lifecycle),
        _limit_of(configuration.deletion_brake, usual.limit),
    )


def _lifecycle_of(configuration: TenantConfiguration, usual: Lifecycle) -> Lifecycle:
    days, reuses_ids = configuration.retention_days, configuration.reuses_ids
    return Lifecycle(
        usual.retention_days if days is None else days,
        usual.reuses_ids if reuses_ids is None else reuses_ids,
    )


def _limit_of(brake: DeletionBrake | None, usual: DeletionLimit | None) -> DeletionLimit | None:
    if brake is None:
        return usual
    return DeletionLimit(brake.changes, brake.minutes * 60) if brake.changes else None
