"""What tenants may be called, and how they change and end."""

from dataclasses import replace

import pytest

from ssf_registrar.domain.errors import (
    DefaultTenantError,
    InvalidRequestError,
    TenantDeletingError,
    TenantNotDeletingError,
)
from ssf_registrar.domain.tenants import (
    PURGING_SERVICES,
    Tenant,
    TenantConfiguration,
    TenantState,
    changed,
    check_name,
    closed,
    issuer_of,
    purged,
)

ACME = Tenant("acme", "Acme", TenantConfiguration(profile="okta"), revision=4)


@pytest.mark.parametrize("name", ["a", "acme", "a-1", "a" * 63, "default"])
def test_a_name_of_good_form_is_let_through(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "Acme", "1a", "-a", "a_b", "a.b", "a" * 64, "a/b", "a b", "a\n", "ä", "a\u0660"],
)
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError, match="a letter first"):
        check_name(name)


def test_what_changes_nothing_is_the_very_same() -> None:
    same = changed(ACME, display_name="Acme", configuration=TenantConfiguration(profile="okta"))

    assert same is ACME


def test_a_change_is_one_revision_on() -> None:
    new = changed(ACME, display_name="", configuration=TenantConfiguration())

    assert new == Tenant("acme", revision=5)


def test_a_tenant_that_is_being_deleted_does_not_change() -> None:
    with pytest.raises(TenantDeletingError):
        changed(closed(ACME), display_name="x", configuration=ACME.configuration)


def test_a_deletion_begins_once() -> None:
    deleting = closed(ACME)

    assert deleting == replace(ACME, state=TenantState.DELETING, revision=5)
    assert closed(deleting) is deleting


def test_the_default_tenant_is_not_deleted() -> None:
    with pytest.raises(DefaultTenantError):
        closed(Tenant("default"))


def test_a_tenant_waits_for_each_service_that_has_not_purged() -> None:
    tenant = closed(ACME)
    waits = []
    for service in PURGING_SERVICES:
        waits.append(tenant.waits_for)
        tenant = purged(tenant, service)

    assert waits == [PURGING_SERVICES[index:] for index in range(len(PURGING_SERVICES))]
    assert tenant.waits_for == ()
    assert purged(tenant, "scim-gateway") is tenant


def test_an_active_tenant_waits_for_nobody_and_is_not_purged() -> None:
    assert ACME.waits_for == ()
    with pytest.raises(TenantNotDeletingError):
        purged(ACME, "scim-gateway")


@pytest.mark.parametrize("service", ["", "ssf-registrar", "scim_gateway"])
def test_a_service_that_keeps_nothing_of_tenants_cannot_tell(service: str) -> None:
    with pytest.raises(InvalidRequestError, match="service must be one of"):
        purged(closed(ACME), service)


def test_only_the_default_tenants_issuer_is_the_public_url() -> None:
    url = "https://a.example"

    assert issuer_of("default", public_issuer=url) == url
    assert issuer_of("acme", public_issuer=url) == f"{url}/t/acme"
