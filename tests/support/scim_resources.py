"""Resource types, and made-up resources that are valid."""

from typing import Any

from hypothesis import strategies as st

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, PATCH_OP, USER_SCHEMA
from scim.patch import parse_patch, patched
from scim.profile import TOLERANT, Profile
from scim.registry import standard_registry
from scim.schema import ResourceType
from scim.validation import created

USER, GROUP = standard_registry().resource_types


def user(**attributes: Any) -> dict[str, Any]:
    """Return a stored User."""
    return {"schemas": [USER_SCHEMA], "id": "2819c223", "userName": "bjensen"} | attributes


def group(*members: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """Return a stored Group."""
    stored = {"schemas": [GROUP_SCHEMA], "id": "e9e30dba", "displayName": "Tour Guides"}
    return stored | ({"members": list(members)} if members else {}) | attributes


def enterprise(**attributes: Any) -> dict[str, Any]:
    """Return the members of a User that has the enterprise extension."""
    return {"schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], ENTERPRISE_USER_SCHEMA: attributes}


def patch_message(*operations: dict[str, Any]) -> dict[str, Any]:
    """Return a PATCH request's body."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def after_patch(
    resource_type: ResourceType,
    current: dict[str, Any],
    *operations: dict[str, Any],
    profile: Profile = TOLERANT,
) -> dict[str, Any]:
    """Return what the operations make of the resource."""
    parsed = parse_patch(patch_message(*operations), resource_type, profile=profile)
    return patched(resource_type, current, parsed, profile=profile)


texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=8
)
# Few and alike, so that elements meet, also in other upper and lower case.
_words = st.sampled_from(["a", "A", "b", "ß", "é", "x y", 'q"]', "back\\slash"]) | texts


def _objects(*names: str, **others: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, _words) | others)


def _one_primary(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first = next((n for n, element in enumerate(elements) if element.get("primary")), None)
    return [
        e if n == first or "primary" not in e else e | {"primary": False}
        for n, e in enumerate(elements)
    ]


def _arrays(elements: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(elements, max_size=4).map(_one_primary)


_references = st.sampled_from(["../Users/1", "https://example.com/Users/1"])
_manager = _objects("value", "displayName", **{"$ref": _references})
_plural = _arrays(_objects("value", "type", "display", primary=st.booleans()))
_user_bodies = st.fixed_dictionaries(
    {"schemas": st.just([USER_SCHEMA]), "userName": _words},
    optional={
        "externalId": _words,
        "displayName": _words,
        "active": st.booleans(),
        "password": _words,
        "name": _objects("givenName", "familyName", "formatted"),
        "emails": _plural,
        "roles": _plural,
        "addresses": _arrays(_objects("locality", "country", "type", primary=st.booleans())),
        ENTERPRISE_USER_SCHEMA: _objects("department", "employeeNumber", manager=_manager),
    },
)
users = _user_bodies.map(lambda body: created(USER, body, profile=TOLERANT))

_members = st.fixed_dictionaries(
    {"value": _words}, optional={"type": st.just("User"), "$ref": _references}
)
groups = st.fixed_dictionaries(
    {"schemas": st.just([GROUP_SCHEMA]), "displayName": _words},
    optional={"members": st.lists(_members, max_size=6)},
).map(lambda body: created(GROUP, body, profile=TOLERANT))
