"""Data types: what each takes, what each refuses, and how its values come back."""

from typing import Any

import pytest
from support.custom_schemas import DEVICES, device, registry_with

from scim.errors import InvalidValueError
from scim.profile import STRICT
from scim.resource_type import ResourceType
from scim.validation import created


@pytest.fixture(scope="module")
def kind(tmp_path_factory: pytest.TempPathFactory) -> ResourceType:
    found = registry_with(tmp_path_factory.mktemp("schemas"), *DEVICES).resource_type("Device")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("displayName", "Ζωή"),
        ("active", False),
        ("weight", 1.5),
        ("weight", 2),
        ("ports", 0),
        ("ports", 2**63 - 1),
        ("bought", "2008-01-23T04:56:22Z"),
        ("bought", "2008-01-23T04:56:22.123+01:00"),
        ("certificate", "aGVsbG8="),
        ("certificate", "-_8"),
        ("manual", "https://example.com/manual"),
        ("manual", "Manuals/1"),
        ("colors", ["black", "white"]),
        ("owner", {"value": "ann"}),
    ],
)
def test_a_value_of_the_type_is_kept_as_it_came(
    kind: ResourceType, name: str, value: object
) -> None:
    assert created(kind, device(**{name: value}), profile=STRICT)[name] == value


@pytest.mark.parametrize(
    ("name", "value", "section"),
    [
        ("displayName", 1, "2.3.1"),
        ("displayName", "\x00", "2.3.1"),
        ("active", "true", "2.3.2"),
        ("active", 1, "2.3.2"),
        ("weight", "1.5", "2.3.3"),
        ("weight", True, "2.3.3"),
        ("ports", 1.5, "2.3.4"),
        ("ports", 2**63, "2.3.4"),
        ("bought", "2008-01-23", "2.3.5"),
        ("bought", "2008-13-23T04:56:22Z", "2.3.5"),
        ("certificate", "a b", "2.3.6"),
        ("manual", "a b", "2.3.7"),
        ("owner", "ann", "2.3.8"),
        ("colors", "black", "2.4"),
        ("displayName", ["a"], "2.4"),
    ],
)
def test_a_value_of_another_type_is_refused(
    kind: ResourceType, name: str, value: Any, section: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        created(kind, device(**{name: value}), profile=STRICT)

    assert refused.value.attribute_path == name
    assert refused.value.clause == f"RFC 7643 section {section}"
