"""What the index keys of a resource type follow from, and what must hold when that changes."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from resource_store.domain.keys import IndexKey, index_keys, indexed_paths, is_unique, sorted_paths
from resource_store.domain.passwords import PASSWORD
from resource_store.domain.resources import Resource
from scim.resource_type import ResourceType


class LayoutError(Exception):
    """What is stored is at odds with the definitions in force; its text says what to do."""


def layout_of(resource_type: ResourceType) -> str:
    """Return what is the same as long as the keys of a resource would be.

    After a digest of what they follow from, it has the paths of what is told to nobody.
    """
    digest = hashlib.sha256(orjson.dumps(sorted(_parts(resource_type)))).hexdigest()
    return " ".join([digest, *sorted(_secret_paths(resource_type))])


def refuse_forgotten_secrets(resource_type: ResourceType, kept: str | None) -> None:
    """Raise `LayoutError` where what was told to nobody by the layout kept is not defined any more.

    Nothing would then say that it is a secret.
    """
    _, *secrets = (kept or "").split(" ")
    for path in secrets:
        if path.lower() not in resource_type.paths:
            raise LayoutError(
                f"{path} of a {resource_type.name} was never to be returned, and is not defined any"
                " more, so that it would be shown: put its definition back"
            )


def _secret_paths(resource_type: ResourceType) -> set[str]:
    return {
        str(resolved.path)
        for resolved in resource_type.paths.values()
        if resolved.attribute.is_secret and str(resolved.path) != PASSWORD
    }


def _parts(resource_type: ResourceType) -> Iterator[tuple[str, str, bool, bool, bool]]:
    for path, resolved in indexed_paths(resource_type).items():
        attribute = resolved.attribute
        is_sorted = path in sorted_paths(resource_type)
        yield path, attribute.type.value, attribute.case_exact, is_unique(attribute), is_sorted


def keys_of_stored(resource_type: ResourceType, resource: Resource) -> frozenset[IndexKey]:
    """Return the keys that a stored resource has by the definitions in force."""
    attributes: dict[str, Any] = orjson.loads(resource.attributes)
    return index_keys(resource_type, attributes)


class Claims:
    """The unique keys of a tenant's resources of one type, each of which one resource may have."""

    def __init__(self, resource_type: ResourceType) -> None:
        self._name = resource_type.name
        self._holders: dict[tuple[str, IndexKey], str] = {}

    def claim(self, tenant: str, key: IndexKey, resource_id: str) -> None:
        """Note that a resource has a key. Raises `LayoutError` where another has it too."""
        holder = self._holders.setdefault((tenant, key), resource_id)
        if holder != resource_id:
            raise shared(self._name, key, tenant, holder, resource_id)


def shared(name: str, key: IndexKey, tenant: str, *ids: str) -> LayoutError:
    """Return the error for two resources with one value of what is to be unique from now on."""
    both = " and ".join(ids)
    return LayoutError(
        f"{key.path} of a {name} is to be unique, and {both} (tenant {tenant}) have the same:"
        " change one of them first, with the definitions as they were"
    )


def left_over(names: Iterable[str]) -> LayoutError:
    """Return the error for resources of types that are no longer defined."""
    listed = ", ".join(names)
    return LayoutError(
        f"there are resources of a type that HELIOGRAPH_SCHEMAS does not define: {listed}."
        " Put its definition back, or delete them first"
    )
