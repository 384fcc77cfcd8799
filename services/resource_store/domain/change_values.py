"""The values before and after a change, as its record has them beside what it tells (ADR 0036).

They are for whoever reads the feed for somebody that may see some resources alone: was this one of
them before, and is it after? Members are never among them, however big or small a group is.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from resource_store.domain.changes import ChangeKind
from resource_store.domain.resources import Resource
from resource_store.domain.secrets import to_tell
from scim.resource_type import ResourceType
from scim.secrets import without_secrets


def state_after(kind: ChangeKind, resource_type: ResourceType, resource: Resource) -> bytes | None:
    """Return the resource as it is after a PATCH; a create and a PUT have it as their data."""
    return to_tell(resource_type, resource.attributes) if kind is ChangeKind.PATCH else None


def replaced_values(
    resource_type: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> bytes:
    """Return what the attributes that changed were before, a JSON object: null for unassigned.

    An extension is one attribute, named by its URN.
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was = without_secrets(
        resource_type.members, {name: before[name] for name in names if name in before}
    )
    told = [name for name in names if not _is_secret(resource_type, name)]
    return orjson.dumps({name: was.get(name) for name in told})


def _is_secret(resource_type: ResourceType, name: str) -> bool:
    attribute = resource_type.members.get(name)
    return attribute is not None and attribute.is_secret
