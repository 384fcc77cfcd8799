"""What is kept of a resource and told to nobody, beside its password, which is kept apart."""

from functools import cache

import orjson

from resource_store.domain.passwords import PASSWORD
from scim.resource_type import ResourceType
from scim.secrets import without_secrets


def to_tell(resource_type: ResourceType, attributes: bytes) -> bytes:
    """Return of a resource's attributes, a JSON object, what an event may tell."""
    if not _has_secrets(resource_type):
        return attributes
    return orjson.dumps(without_secrets(resource_type.members, orjson.loads(attributes)))


@cache
def _has_secrets(resource_type: ResourceType) -> bool:
    attributes = set(resource_type.members.values())
    return any(each.holds_secrets and each.name != PASSWORD for each in attributes)
