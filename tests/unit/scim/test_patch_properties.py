"""What holds of any PATCH."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import (
    USER,
    after_patch,
    users,
)

from scim.errors import (
    ScimError,
)
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.profile import STRICT, TOLERANT
from scim.schema import ResourceType

_words = "title name name.givenName emails emails.type password manager userName id groups emails["
_value_paths = 'emails[type eq "a"]', 'emails[type eq "a"].value', 'emails[value sw "b"].primary'
_paths = st.sampled_from([*_words.split(), *_value_paths, ENTERPRISE_USER_SCHEMA, "shoeSize"])
_scalars = st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "True", "", "\ud800"])
_names = st.sampled_from(["value", "type", "primary", "givenName", "title", "emails", "name.x"])
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3)
)
_any_operation = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace"])}, optional={"path": _paths, "value": _json}
)


@given(users, st.lists(_any_operation, min_size=1, max_size=4))
def test_any_patch_gives_a_valid_resource_or_a_scim_error(
    current: dict[str, Any], operations: list[dict[str, Any]]
) -> None:
    untouched = deepcopy(current)

    for profile in (STRICT, TOLERANT):
        try:
            result = after_patch(USER, current, *operations, profile=profile)
        except ScimError:
            continue
        finally:
            assert current == untouched
        assert _is_valid(USER, result)


def _is_valid(resource_type: ResourceType, resource: dict[str, Any]) -> bool:
    """Whether the resource holds nothing empty, and no two primary elements."""
    extensions = [extension.schema.id for extension in resource_type.extensions]
    assert resource["schemas"] == [USER_SCHEMA, *(urn for urn in extensions if urn in resource)]
    for value in resource.values():
        assert value not in (None, [], {})
        if isinstance(value, list) and isinstance(value[0], dict):
            assert {} not in value
            assert sum(element.get("primary") is True for element in value) <= 1
    return bool(resource["userName"])


@given(users, st.lists(_paths, min_size=1, max_size=3))
def test_removals_done_twice_are_the_same_as_once(
    current: dict[str, Any], paths: list[str]
) -> None:
    removals = [{"op": "remove", "path": path} for path in paths]
    try:
        once = after_patch(USER, current, *removals)
    except ScimError:
        return

    assert after_patch(USER, once, *removals) == once
