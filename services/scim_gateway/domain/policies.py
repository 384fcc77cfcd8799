"""How a tenant's requests are taken: as is configured for it, or else as settings say."""

from dataclasses import dataclass
from typing import Final

from scim.profile import PROFILES, TOLERANT, Profile
from scim_gateway.domain.tenants import TenantConfiguration


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for the requests of one tenant."""

    profile: Profile = TOLERANT
    """How literally they are taken."""


USUAL: Final = Policy()


def policy_of(configuration: TenantConfiguration, usual: Policy) -> Policy:
    """Return the policy of a tenant; `usual` has what is not configured for it."""
    if configuration.profile is None:
        return usual
    # A name that only a newer registrar knows is no reason to let nobody in.
    return Policy(PROFILES.get(configuration.profile, usual.profile))
