"""Schemas and resource types that an operator brings (RFC 7643 sections 6 and 7).

They are joined with those of RFC 7643: what a definition says of a standard schema, attribute or
resource type changes it, and what it does not name stays.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scim.attribute_definitions import Document, joined_attributes
from scim.definition_errors import Place
from scim.definition_files import Definition
from scim.messages import (
    GROUP_SCHEMA,
    RESOURCE_TYPE_SCHEMA,
    SCHEMA_SCHEMA,
    SERVICE_PROVIDER_CONFIG_SCHEMA,
    USER_SCHEMA,
)
from scim.simple_values import json_type

_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\[\]\"'\\\x00-\x1f]*[^\s\[\]\"'\\:\x00-\x1f]"
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ENDPOINT: Final = re.compile(r"/[A-Za-z][A-Za-z0-9_-]*")
_RESERVED: Final = frozenset(
    {"/bulk", "/me", "/schemas", "/resourcetypes", "/serviceproviderconfig"}
)
_COMMON: Final = frozenset({"schemas", "id", "externalid", "meta"})
# Discovery is the service provider's own, and messages have no schemas that are published.
_PASSED_OVER: Final = frozenset(
    uri.lower() for uri in (SERVICE_PROVIDER_CONFIG_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA)
)
_MESSAGES: Final = "urn:ietf:params:scim:api:"
_COMMON_SCHEMAS: Final = "urn:ietf:params:scim:schemas:core:2.0:common"
_FIXED: Final = {"members": GROUP_SCHEMA, "groups": USER_SCHEMA, "password": USER_SCHEMA}
"""The store keeps these by their names, whatever type has them: as this schema defines them."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Schemas by their ids and resource types by their names, as JSON and without mistakes."""

    schemas: Mapping[str, Document]
    resource_types: Mapping[str, Document]


def joined(standard: Documents, definitions: Iterable[Definition]) -> Documents:
    """Return the standard's documents as the definitions change them, and what is new.

    Raises `DefinitionError`.
    """
    given = list(definitions)
    types = _joined_types(standard, [each for each in given if not each.is_schema])
    bases = {document["schema"].lower() for document in types.values()}
    schemas = _joined_schemas(standard, [each for each in given if each.is_schema], bases)
    types = _resolved_types(schemas, types, given)
    _refuse_unused(schemas, types, given)
    return Documents(schemas, types)


def _joined_schemas(
    standard: Documents, given: Iterable[Definition], bases: set[str]
) -> dict[str, Document]:
    schemas = dict(standard.schemas)
    canonical = {uri.lower(): uri for uri in schemas}
    seen: dict[str, str] = {}
    for definition in given:
        uri = _uri(definition)
        key = uri.lower()
        if key in _PASSED_OVER or key.startswith((_MESSAGES, _COMMON_SCHEMAS)):
            continue
        _refuse_second(definition.place, key, seen)
        uri = canonical.get(key, uri)
        is_base = key in bases
        schemas[uri] = _schema(definition, uri, standard, is_base=is_base)
    return schemas


def _uri(definition: Definition) -> str:
    uri = definition.document.get("id")
    if not isinstance(uri, str) or not _URI.fullmatch(uri):
        raise definition.place.wrong("a schema's id must be a URI, e.g. urn:example:2.0:Device")
    return uri


def _schema(
    definition: Definition, uri: str, standard: Documents, *, is_base: bool
) -> dict[str, Any]:
    document, place = definition.document, definition.place
    known: Document = standard.schemas.get(uri, {})
    attributes = document["attributes"]
    fixed: dict[str, Document] = {}
    if is_base:
        attributes = _without_common(attributes)
        fixed = {n: _own(standard, n, schema) for n, schema in _FIXED.items()}
    before = list(known.get("attributes", ()))
    before += [own for own in fixed.values() if _names(attributes, own) and own not in before]
    return {
        "id": uri,
        "name": _text(document, "name", place) or known.get("name") or uri.rpartition(":")[2],
        "description": _text(document, "description", place) or known.get("description", ""),
        "attributes": joined_attributes(attributes, before, place, fixed=frozenset(fixed)),
    }


def _without_common(attributes: object) -> object:
    """RFC 7643 section 3.1 defines these for all resources, and outweighs older schemas."""
    if not isinstance(attributes, list):
        return attributes
    return [each for each in attributes if not _is_named(each, _COMMON)]


def _is_named(attribute: object, names: Iterable[str]) -> bool:
    name = attribute.get("name") if isinstance(attribute, dict) else None
    return isinstance(name, str) and name.lower() in names


def _names(attributes: object, own: Document) -> bool:
    return isinstance(attributes, list) and any(
        _is_named(each, (own["name"].lower(),)) for each in attributes
    )


def _own(standard: Documents, name: str, schema: str) -> Document:
    attributes: list[Document] = standard.schemas[schema]["attributes"]
    return next(each for each in attributes if each["name"] == name)


def _joined_types(standard: Documents, given: Iterable[Definition]) -> dict[str, Document]:
    types = dict(standard.resource_types)
    names = {name.lower(): name for name in types}
    endpoints = {document["endpoint"].lower(): name for name, document in types.items()}
    seen: dict[str, str] = {}
    for definition in given:
        document, place = definition.document, definition.place
        if str(document.get("schema", "")).lower() in _PASSED_OVER:
            continue
        name = _type_name(document, place)
        _refuse_second(place, name.lower(), seen)
        if name.lower() in names:
            name = names[name.lower()]
            types[name] = _changed_type(document, types[name], place)
        else:
            types[name] = _new_type(document, name, place)
            endpoint = types[name]["endpoint"]
            owner = endpoints.setdefault(endpoint.lower(), name)
            if owner != name:
                raise place.within("endpoint").wrong(f"{endpoint} is the endpoint of {owner}")
    return types


def _type_name(document: Document, place: Place) -> str:
    name = document.get("name") or document.get("id")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise place.within("name").wrong(
            "must be a letter, and then letters, digits, hyphens and underscores"
        )
    return name


def _changed_type(document: Document, known: Document, place: Place) -> dict[str, Any]:
    for member in ("endpoint", "schema"):
        given = _text(document, member, place)
        if given and given.lower() != known[member].lower():
            raise place.within(member).wrong(f"must be {known[member]} for a {known['name']}")
    description = _text(document, "description", place) or known["description"]
    extensions = {each["schema"].lower(): each for each in known.get("schemaExtensions", ())}
    extensions |= {each["schema"].lower(): each for each in _extensions(document, place)}
    return {**known, "description": description, "schemaExtensions": list(extensions.values())}


def _new_type(document: Document, name: str, place: Place) -> dict[str, Any]:
    endpoint, schema = _text(document, "endpoint", place), _text(document, "schema", place)
    if not endpoint or not _ENDPOINT.fullmatch(endpoint):
        raise place.within("endpoint").wrong(
            "must be a slash and one word, e.g. /Devices: it is below the base URI"
        )
    if endpoint.lower() in _RESERVED:
        raise place.within("endpoint").wrong(f"{endpoint} is an endpoint of the protocol")
    if not schema:
        raise place.within("schema").wrong("is missing: it must be the id of the base schema")
    return {
        "name": name,
        "description": _text(document, "description", place) or "",
        "endpoint": endpoint,
        "schema": schema,
        "schemaExtensions": _extensions(document, place),
    }


def _extensions(document: Document, place: Place) -> list[dict[str, Any]]:
    given = document.get("schemaExtensions") or []
    at = place.within("schemaExtensions")
    if isinstance(given, dict):
        given = [given]  # printed so in RFC 7643 section 8.6, before erratum 7522
    if not isinstance(given, list):
        raise at.wrong(f"must be an array, not {json_type(given)}")
    return [_extension(each, at) for each in given]


def _extension(given: object, place: Place) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("schema"), str):
        raise place.wrong("each must be an object with a schema: the id of the extension")
    required = given.get("required", False)
    if not isinstance(required, bool):
        raise place.within("required").wrong(f"must be true or false, not {json_type(required)}")
    return {"schema": given["schema"], "required": required}


def _text(document: Document, member: str, place: Place) -> str | None:
    value = document.get(member)
    if not isinstance(value, str | None):
        raise place.within(member).wrong(f"must be a string, not {json_type(value)}")
    return value


def _refuse_second(place: Place, key: str, seen: dict[str, str]) -> None:
    if key in seen:
        raise place.wrong(f"is defined in {seen[key]} too: leave one of the two")
    seen[key] = place.file


def _resolved_types(
    schemas: Mapping[str, Document], types: Mapping[str, Document], given: Iterable[Definition]
) -> dict[str, Document]:
    """Return the types with the schemas' own spellings; each must name schemas that there are."""
    canonical = {uri.lower(): uri for uri in schemas}
    places = {_name_of(each): each.place for each in given if not each.is_schema}
    resolved: dict[str, Document] = {}
    for name, document in types.items():
        place = places.get(name.lower(), Place(name))
        uses = [document["schema"], *(e["schema"] for e in document.get("schemaExtensions", ()))]
        if unknown := [uri for uri in uses if uri.lower() not in canonical]:
            raise place.wrong(f"names the schema {unknown[0]}, which no file defines")
        if len({uri.lower() for uri in uses}) < len(uses):
            raise place.wrong("names one schema twice: an extension must be another schema")
        base, *extensions = (canonical[uri.lower()] for uri in uses)
        required = [each["required"] for each in document.get("schemaExtensions", ())]
        resolved[name] = {
            **document,
            "schema": base,
            "schemaExtensions": [
                {"schema": uri, "required": is_required}
                for uri, is_required in zip(extensions, required, strict=True)
            ],
        }
    return resolved


def _name_of(definition: Definition) -> str:
    document = definition.document
    return str(document.get("name") or document.get("id")).lower()


def _refuse_unused(
    schemas: Mapping[str, Document], types: Mapping[str, Document], given: Iterable[Definition]
) -> None:
    documents = types.values()
    used = {document["schema"] for document in documents}
    used |= {each["schema"] for document in documents for each in document["schemaExtensions"]}
    unused = {uri.lower() for uri in schemas.keys() - used}
    for definition in given:
        if definition.is_schema and str(definition.document.get("id")).lower() in unused:
            raise definition.place.wrong(
                "is a schema that no resource type has: name it as the schema, or among the"
                " schemaExtensions, of a ResourceType in a file here"
            )
