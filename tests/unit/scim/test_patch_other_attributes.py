"""PATCH on kinds of attributes that users and groups do not have."""

from typing import Any

import pytest
from support.scim_resources import after_patch

from scim.errors import (
    InvalidPathError,
    InvalidValueError,
    MutabilityError,
    NoTargetError,
    ScimError,
)
from scim.profile import STRICT, TOLERANT
from scim.registry import common_attributes
from scim.schema import Attribute, AttributeType, Mutability, ResourceType, Schema

_DEVICE = ResourceType(
    name="Device",
    endpoint="/Devices",
    description="",
    schema=Schema(
        "urn:x:Device",
        "Device",
        "",
        (
            Attribute("serial", mutability=Mutability.IMMUTABLE),
            Attribute("tags", multi_valued=True),
            Attribute("owners", multi_valued=True, required=True),
            Attribute(
                "place",
                type=AttributeType.COMPLEX,
                sub_attributes=(
                    Attribute("room", required=True),
                    Attribute("building", mutability=Mutability.IMMUTABLE),
                    Attribute("labels", multi_valued=True),
                ),
            ),
        ),
    ),
    extensions=(),
    common=common_attributes(),
)


def _device(**attributes: Any) -> dict[str, Any]:
    return {"schemas": ["urn:x:Device"], "owners": ["a"]} | attributes


def _after(current: dict[str, Any], **operation: Any) -> dict[str, Any]:
    return after_patch(_DEVICE, current, operation, profile=TOLERANT)


@pytest.mark.parametrize(
    ("operation", "tags"),
    [
        pytest.param({"op": "add", "value": ["C", "B"]}, ["a", "b", "C"], id="values are added"),
        pytest.param({"op": "add", "value": "c"}, ["a", "b", "c"], id="one is added"),
        pytest.param({"op": "replace", "value": ["c", "c"]}, ["c"], id="all are replaced"),
        pytest.param({"op": "remove", "value": ["A"]}, ["b"], id="a listed one is removed"),
        pytest.param({"op": "remove", "path": 'tags[value eq "a"]'}, ["b"], id="a selected one"),
        pytest.param({"op": "remove", "path": 'tags eq "a"'}, ["b"], id="as in erratum 7122"),
        pytest.param(
            {"op": "replace", "path": 'tags[value eq "a"]', "value": "c"},
            ["c", "b"],
            id="a selected one is replaced",
        ),
        pytest.param(
            {"op": "add", "path": 'tags[value eq "c"]', "value": "c"},
            ["a", "b", "c"],
            id="one that is described is added",
        ),
    ],
)
def test_simple_values_in_an_array(operation: dict[str, Any], tags: list[str]) -> None:
    result = _after(_device(tags=["a", "b"]), **({"path": "tags"} | operation))

    assert result == _device(tags=tags)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param('tags[value eq "c" or value eq "d"]', id="one of two"),
        pytest.param('tags[value sw "c"]', id="a beginning"),
        pytest.param('tags[value eq "c"]', id="another one than is added"),
    ],
)
def test_a_filter_that_does_not_describe_the_element_has_no_target(path: str) -> None:
    with pytest.raises(NoTargetError):
        _after(_device(tags=["a"]), op="add", path=path, value="x")


def test_a_bare_filter_is_no_path_to_the_letter() -> None:
    operation = {"op": "remove", "path": 'tags eq "a"'}

    with pytest.raises(InvalidPathError):
        after_patch(_DEVICE, _device(tags=["a"]), operation, profile=STRICT)


def test_an_immutable_attribute_is_set_once() -> None:
    current = _after(_device(), op="add", path="serial", value="A1")

    assert current == _device(serial="A1")
    assert _after(current, op="replace", path="serial", value="A1") == current
    for operation in ({"op": "replace", "value": "B2"}, {"op": "remove"}):
        with pytest.raises(MutabilityError):
            _after(current, path="serial", **operation)


def test_an_immutable_part_of_a_complex_value_is_set_once() -> None:
    current = _after(_device(place={"room": "1"}), op="add", path="place.building", value="A")

    assert _after(current, op="add", path="place", value={"room": "2"}) == _device(
        place={"room": "2", "building": "A"}
    )
    with pytest.raises(MutabilityError):
        _after(current, op="add", path="place", value={"building": "B"})


def test_the_last_of_required_values_cannot_be_removed() -> None:
    with pytest.raises(MutabilityError):
        _after(_device(), op="remove", path='owners[value eq "a"]')


def test_required_values_cannot_be_replaced_by_none() -> None:
    with pytest.raises(InvalidValueError):
        _after(_device(), op="replace", path="owners", value=[])


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        pytest.param({"op": "remove", "path": "place.room"}, MutabilityError, id="removed"),
        pytest.param(
            {"op": "replace", "path": "place.room", "value": None}, InvalidValueError, id="null"
        ),
        pytest.param(
            {"op": "replace", "path": "place", "value": {"room": None}},
            InvalidValueError,
            id="null inside",
        ),
    ],
)
def test_a_required_part_must_stay(operation: dict[str, Any], error: type[ScimError]) -> None:
    with pytest.raises(error):
        _after(_device(place={"room": "1", "labels": ["x"]}), **operation)


def test_a_part_may_have_several_values() -> None:
    result = _after(
        _device(place={"room": "1"}), op="replace", path="place.labels", value=["x", "y"]
    )

    assert result == _device(place={"room": "1", "labels": ["x", "y"]})
