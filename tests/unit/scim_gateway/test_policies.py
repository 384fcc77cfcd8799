"""What holds for a tenant: its own configuration, and the gateway's settings for the rest."""

import pytest

from scim.profile import ENTRA, STRICT
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.policies import Lifecycle, Policy, policy_of
from scim_gateway.domain.tenants import DeletionBrake, TenantConfiguration

USUAL = Policy(STRICT, Lifecycle(7, reuses_ids=True), DeletionLimit(9, within_seconds=60))


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        pytest.param(TenantConfiguration(), USUAL, id="nothing"),
        pytest.param(
            TenantConfiguration(profile="entra"),
            Policy(ENTRA, USUAL.lifecycle, USUAL.limit),
            id="a profile",
        ),
        pytest.param(TenantConfiguration(profile="of 2030"), USUAL, id="an unknown profile"),
        pytest.param(
            TenantConfiguration(retention_days=0),
            Policy(STRICT, Lifecycle(0, reuses_ids=True), USUAL.limit),
            id="no retention",
        ),
        pytest.param(
            TenantConfiguration(reuses_ids=False),
            Policy(STRICT, Lifecycle(7, reuses_ids=False), USUAL.limit),
            id="new ids",
        ),
        pytest.param(
            TenantConfiguration(deletion_brake=DeletionBrake(5, minutes=10)),
            Policy(STRICT, USUAL.lifecycle, DeletionLimit(5, within_seconds=600)),
            id="a brake",
        ),
        pytest.param(
            TenantConfiguration(deletion_brake=DeletionBrake(0, minutes=10)),
            Policy(STRICT, USUAL.lifecycle, None),
            id="no brake",
        ),
    ],
)
def test_what_is_configured_comes_before_the_settings(
    configured: TenantConfiguration, expected: Policy
) -> None:
    assert policy_of(configured, USUAL) == expected
