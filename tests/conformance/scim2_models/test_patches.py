"""PATCHes against what scim2-models, an implementation of others, makes of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.examples import examples
from support.patch_operations import operations
from support.scim2_oracle import TOLERANT as LENIENT
from support.scim2_oracle import Oracle, folded
from support.scim_resources import after_patch
from support.specimens import EXTRA_SCHEMA, SPECIMEN, specimens

from scim.errors import ScimError
from scim.profile import STRICT, TOLERANT, Profile

Resource: TypeAlias = dict[str, Any]
Operation: TypeAlias = dict[str, Any]

ORACLE = Oracle(SPECIMEN)
MINIMAL: Final[Resource] = {"schemas": [SPECIMEN.schema.id], "id": "s-1", "word": "a"}


def patched(resource: Resource, *given: Operation, profile: Profile = STRICT) -> Resource | None:
    """Return what we make of it, in the form of the oracle; None where we refuse."""
    try:
        return ORACLE.normalized(after_patch(SPECIMEN, resource, *given, profile=profile))
    except ScimError:
        return None


def writes(operation: Operation) -> list[tuple[str, Any]]:
    """Return the paths that an operation leads to, each with what is written there."""
    path, value = operation.get("path"), operation.get("value")
    if path not in (None, EXTRA_SCHEMA) or not isinstance(value, dict):
        return [(path or "", value)]
    prefix = "" if path is None else f"{path}:"
    nested = {n: v for n, v in value.items() if n == EXTRA_SCHEMA}
    own = [(prefix + name, member) for name, member in value.items() if name not in nested]
    return own + [(f"{n}:{name}", member) for n, v in nested.items() for name, member in v.items()]


def elements(resource: Resource, path: str) -> list[Any]:
    """Return the elements of the attribute that the path begins with."""
    holder = resource.get(EXTRA_SCHEMA, {}) if path.startswith(EXTRA_SCHEMA) else resource
    name = path.removeprefix(f"{EXTRA_SCHEMA}:").partition("[")[0].partition(".")[0]
    found = holder.get(name) or []
    return found if isinstance(found, list) else []


def is_part(new: Any, old: Any) -> bool:
    """Whether the element says less than another that agrees with it, or has its fixed value."""
    if not isinstance(new, dict) or new == old:
        return False
    is_peer = set(new) <= {"value", "type"} and new.get("value") == old.get("value")
    return is_peer or all(n in old and meaning(v) == meaning(old[n]) for n, v in new.items())


def meaning(value: Any) -> Any:
    """Return what a value is compared by: an instant, or a text without case."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return folded(value)


def adds_part_of_an_element(resource: Resource, operation: Operation) -> bool:
    return operation["op"] == "add" and any(
        is_part(new, old)
        for path, value in writes(operation)
        if isinstance(value, list)
        for new in value
        for old in elements(resource, path)
    )


def replaces_whole_elements(_: Resource, operation: Operation) -> bool:
    path, value = operation.get("path", ""), operation.get("value")
    return operation["op"] == "replace" and path.endswith("]") and isinstance(value, dict)


def makes_a_first_element(resource: Resource, operation: Operation) -> bool:
    path = operation.get("path", "")
    attribute, _, sub = path.removeprefix(f"{EXTRA_SCHEMA}:").partition(".")
    is_unassigned = attribute in PLURAL and not elements(resource, path)
    return bool(sub) and is_unassigned and operation.get("value") is not None


def makes_several_primary(resource: Resource, operation: Operation) -> bool:
    path, value = operation.get("path", ""), operation.get("value")
    if path.endswith(".primary"):
        is_primary = value is True
    else:
        is_primary = path.endswith("]") and isinstance(value, dict) and value.get("primary") is True
    return is_primary and len(ORACLE.selected(path, resource)) > 1


PLURAL: Final = ("parts", "peers", "labels")
A: Final = {"value": "a", "type": "work"}
B: Final = {"value": "b", "primary": True}
DIFFERENCES: Final = [
    pytest.param(
        adds_part_of_an_element,
        {"op": "add", "path": "parts", "value": [{"value": "A"}]},
        {"parts": [A, B]},
        {"parts": [A, B, {"value": "A"}]},
        id="an element is there already if one has all that it says (section 3.5.2.1)",
    ),
    pytest.param(
        adds_part_of_an_element,
        {"op": "add", "path": "peers", "value": [{"value": "p", "type": "x"}]},
        {"peers": [{"value": "p"}]},
        {"peers": [{"value": "p"}, {"value": "p", "type": "x"}]},
        id="a value that cannot change says which element it is (RFC 7643 section 4.2, members)",
    ),
    pytest.param(
        replaces_whole_elements,
        {"op": "replace", "path": 'parts[type eq "work"]', "value": {"value": "c"}},
        {"parts": [{"value": "c"}, B]},
        {"parts": [{"value": "c", "type": "work"}, B]},
        id="the whole of the selected elements is replaced (section 3.5.2.3)",
    ),
    pytest.param(
        makes_a_first_element,
        {"op": "add", "path": f"{EXTRA_SCHEMA}:labels.type", "value": "x"},
        {
            "schemas": [SPECIMEN.schema.id, EXTRA_SCHEMA],
            EXTRA_SCHEMA: {"labels": [{"type": "x"}]},
        },
        {},
        id="what is not there is added (sections 3.5.2.1 and 3.5.2.3, of attributes)",
    ),
    pytest.param(
        makes_several_primary,
        {"op": "add", "path": "parts.primary", "value": True},
        None,
        {"parts": [{**A, "primary": True}, {**B, "primary": False}]},
        id="nobody can say which of several is primary (RFC 7643 section 2.4)",
    ),
]
"""How they differ, by which condition it is left out below, and why we keep to ours."""

CONDITIONS: Final = {each.values[0] for each in DIFFERENCES}
FULL: Final[Resource] = {**MINIMAL, "parts": [A, B], "peers": [{"value": "p"}]}


def is_known_difference(resource: Resource, operation: Operation) -> bool:
    return any(condition(resource, operation) for condition in CONDITIONS)


@pytest.mark.parametrize(("condition", "operation", "ours", "theirs"), DIFFERENCES)
def test_a_known_difference_is_one(
    condition: Callable[[Resource, Operation], bool],
    operation: Operation,
    ours: Resource | None,
    theirs: Resource,
) -> None:
    assert condition(FULL, operation)
    assert patched(FULL, operation) == (ours and {**shown(FULL), **ours})
    assert ORACLE.patched(FULL, operation) == {**shown(FULL), **theirs}


def shown(resource: Resource) -> Resource:
    return ORACLE.normalized(resource)


@examples(400)
@given(specimens, st.lists(operations(), min_size=2, max_size=4))
def test_an_operation_comes_to_the_same(resource: Resource, made: list[Operation]) -> None:
    for operation in made:
        if not is_known_difference(resource, operation):
            ours, theirs = patched(resource, operation), ORACLE.patched(resource, operation)
            assert (operation, ours) == (operation, theirs)


@examples(200)
@given(specimens, st.lists(operations(), min_size=2, max_size=4))
def test_what_clients_really_send_comes_to_the_same(
    resource: Resource, made: list[Operation]
) -> None:
    for operation in made:
        if not (is_known_difference(resource, operation) or creates(resource, operation)):
            ours = patched(resource, operation, profile=TOLERANT)
            theirs = ORACLE.patched(resource, operation, policy=LENIENT)
            assert (operation, ours) == (operation, theirs)


def creates(resource: Resource, operation: Operation) -> bool:
    """Whether a filter that selects nothing describes a simple value, which we alone create."""
    path, value = operation.get("path", ""), operation.get("value")
    is_simple = path.endswith("]") and not isinstance(value, dict | None)
    return is_simple and not ORACLE.selected(path, resource)


def test_a_known_difference_is_a_simple_value_that_a_filter_describes() -> None:
    """RFC 7644 section 3.5.2.3 says nothing of add, and Entra ID counts on the element."""
    operation = {"op": "add", "path": 'tags[value eq "t"]', "value": "t"}

    assert creates(FULL, operation)
    assert patched(FULL, operation, profile=TOLERANT) == {**shown(FULL), "tags": ["t"]}
    assert ORACLE.patched(FULL, operation, policy=LENIENT) is None


@examples(200)
@given(specimens, st.lists(operations(), min_size=2, max_size=5))
def test_a_sequence_comes_to_the_same_or_as_a_whole_to_nothing(
    resource: Resource, made: list[Operation]
) -> None:
    kept: list[Operation] = []
    state = resource
    for operation in made:
        if is_known_difference(state, operation):
            continue
        kept.append(operation)
        try:
            state = after_patch(SPECIMEN, state, operation, profile=STRICT)
        except ScimError:
            break
    assume(kept)

    assert patched(resource, *kept) == ORACLE.patched(resource, *kept)
