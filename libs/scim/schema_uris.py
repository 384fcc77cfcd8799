"""The attribute `schemas` (RFC 7643 section 3, RFC 7644 section 3.1)."""

from collections.abc import Mapping
from typing import Any

from scim.errors import InvalidSyntaxError
from scim.profile import Profile
from scim.quirks import Quirk
from scim.resource_type import ResourceType
from scim.simple_values import json_type

_CLAUSE = "RFC 7643 section 3"


def check_schemas(
    resource_type: ResourceType, body: Mapping[str, object], profile: Profile
) -> None:
    """Raise unless `schemas` names the base schema; to the letter, also for any foreign one."""
    given = [uri.lower() for uri in given_schemas(body)]
    base = resource_type.schema.id
    if base.lower() not in given:
        raise _wrong(f"schemas must name {base}, the schema of a {resource_type.name}")
    if profile.has(Quirk.UNKNOWN_SCHEMAS_IGNORED):
        return
    if foreign := _foreign(resource_type, given):
        raise _wrong(f"schemas names {len(foreign)} that a {resource_type.name} does not have")


def given_schemas(body: Mapping[str, object]) -> list[str]:
    """Return the URIs that a body names, whatever the case of the member's name."""
    schemas = body.get("schemas")
    if schemas is None:
        schemas = next((body[name] for name in body if name.lower() == "schemas"), None)
    if schemas is None:
        raise _wrong("schemas is missing: it names the schemas of the body by their URIs")
    if not isinstance(schemas, list):
        raise _wrong(f"schemas must be an array of URIs, not {json_type(schemas)}")
    for uri in schemas:
        if not isinstance(uri, str):
            raise _wrong(f"schemas must hold URIs, not {json_type(uri)}")
    return schemas


def _foreign(resource_type: ResourceType, given: list[str]) -> set[str]:
    own = {resource_type.schema.id, *(e.schema.id for e in resource_type.extensions)}
    return set(given) - {uri.lower() for uri in own}


def _wrong(detail: str) -> InvalidSyntaxError:
    return InvalidSyntaxError(detail, attribute_path="schemas", clause=_CLAUSE)


def with_schemas(resource_type: ResourceType, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes under `schemas`, which names the base and each extension with data."""
    schemas = [resource_type.schema.id]
    schemas += [e.schema.id for e in resource_type.extensions if attributes.get(e.schema.id)]
    result = {"schemas": schemas, **attributes}
    result["schemas"] = schemas
    return result
