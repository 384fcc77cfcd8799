"""Looking at a service provider before anything is read from it or sent to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from helio.migration.capabilities import Capabilities, capabilities_of
from helio.migration.client import ScimClient
from helio.migration.type_rules import TypeRules, rules_of, standard_types

# What a server answers that does not have an endpoint of discovery.
_ABSENT: Final = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Provider:
    """A service provider, what it can do, and what it keeps."""

    client: ScimClient
    capabilities: Capabilities
    types: tuple[TypeRules, ...]
    """Those that may refer to others come last."""

    def type_named(self, name: str) -> TypeRules | None:
        """Return the resource type of a name."""
        return next((each for each in self.types if each.name == name), None)

    def type_of(self, resource: Mapping[str, Any]) -> TypeRules | None:
        """Return the resource type of a resource: by its `schemas`, else by its `meta`."""
        given = resource.get("schemas")
        listed = given if isinstance(given, list) else ()
        for each in self.types:
            if each.schema in listed:
                return each
        urns = {urn.lower() for urn in listed if isinstance(urn, str)}
        for each in self.types:
            if each.schema.lower() in urns:
                return each
        meta = resource.get("meta")
        name = meta.get("resourceType") if isinstance(meta, dict) else None
        return self.type_named(name) if isinstance(name, str) else None


async def discovered(client: ScimClient) -> Provider:
    """Return what a service provider tells of itself (RFC 7644 section 4).

    Raises `ProviderError` when it cannot be reached, or does not take the token.
    """
    config = await _document(client, "/ServiceProviderConfig")
    types = await _resources(client, "/ResourceTypes")
    schemas = await _resources(client, "/Schemas")
    return Provider(
        client=client,
        capabilities=Capabilities() if config is None else capabilities_of(config),
        types=rules_of(types or standard_types(), schemas or ()),
    )


async def _document(client: ScimClient, path: str) -> Mapping[str, Any] | None:
    answer = await client.get(path)
    if answer.status in _ABSENT:
        return None
    if not answer.ok:
        raise client.failure("GET", path, answer)
    return answer.body if isinstance(answer.body, dict) else None


async def _resources(client: ScimClient, path: str) -> Sequence[Mapping[str, Any]] | None:
    answer = await client.get(path)
    if answer.status in _ABSENT:
        return None
    if not answer.ok:
        raise client.failure("GET", path, answer)
    # Some servers answer with the bare array.
    listed = answer.body.get("Resources") if isinstance(answer.body, dict) else answer.body
    found = listed if isinstance(listed, list) else ()
    return [each for each in found if isinstance(each, dict)]
