"""Attributes with several values: at most one of them is primary."""

from typing import Any

import pytest
from support.custom_schemas import DEVICES, device, registry_with
from support.scim_resources import patch_message

from scim.errors import InvalidValueError
from scim.patch import parse_patch, patched
from scim.profile import STRICT
from scim.resource_type import ResourceType
from scim.validation import created, replaced

_WIRED = {"value": "1", "type": "wired", "primary": True}
_WIRELESS = {"value": "2", "type": "wireless"}


@pytest.fixture(scope="module")
def kind(tmp_path_factory: pytest.TempPathFactory) -> ResourceType:
    found = registry_with(tmp_path_factory.mktemp("schemas"), *DEVICES).resource_type("Device")
    assert found is not None
    return found


def _with(*addresses: dict[str, Any]) -> dict[str, Any]:
    return device(addresses=list(addresses))


def test_two_primary_values_are_refused(kind: ResourceType) -> None:
    body = _with(_WIRED, {**_WIRELESS, "primary": True})

    for write in (
        lambda: created(kind, body, profile=STRICT),
        lambda: replaced(kind, _with(), body, profile=STRICT),
    ):
        with pytest.raises(InvalidValueError) as refused:
            write()
        assert refused.value.attribute_path == "addresses.primary"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "addresses", "value": [{**_WIRELESS, "primary": True}]},
        {"op": "replace", "path": 'addresses[type eq "wireless"].primary', "value": True},
        {"op": "add", "path": 'addresses[value eq "2"]', "value": {"primary": True}},
    ],
)
def test_a_new_primary_value_takes_the_place_of_the_old(
    kind: ResourceType, operation: dict[str, Any]
) -> None:
    elements = [_WIRED] if operation["path"] == "addresses" else [_WIRED, _WIRELESS]
    operations = parse_patch(patch_message(operation), kind, profile=STRICT)

    after = patched(kind, _with(*elements), operations, profile=STRICT)

    assert [(each["value"], each["primary"]) for each in after["addresses"]] == [
        ("1", False),
        ("2", True),
    ]


def test_a_value_is_not_kept_twice(kind: ResourceType) -> None:
    body = _with(_WIRELESS, _WIRELESS) | {"colors": ["black", "black"]}

    after = created(kind, body, profile=STRICT)

    assert (after["addresses"], after["colors"]) == ([_WIRELESS], ["black"])
