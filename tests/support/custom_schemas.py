"""Definitions that an operator could bring: a new resource type, and changes to the standard's."""

import json
from pathlib import Path
from typing import Any

from scim.messages import LIST_RESPONSE, USER_SCHEMA
from scim.registry import Registry, registry_of

DEVICE_SCHEMA = "urn:example:schemas:2.0:Device"
WARRANTY_SCHEMA = "urn:example:schemas:extension:warranty:2.0:Device"
BADGE_SCHEMA = "urn:example:schemas:extension:badge:2.0:User"


def attribute(name: str, kind: str = "string", **characteristics: Any) -> dict[str, Any]:
    """Return the definition of an attribute."""
    return {"name": name, "type": kind, "multiValued": False, **characteristics}


def schema(uri: str, *attributes: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return the definition of a schema."""
    return {"id": uri, "name": uri.rpartition(":")[2], "attributes": list(attributes), **members}


def resource_type(name: str, base: str, *extensions: str, required: bool = False) -> dict[str, Any]:
    """Return the definition of a resource type, at the plural of its name."""
    return {
        "name": name,
        "endpoint": f"/{name}s",
        "schema": base,
        "schemaExtensions": [{"schema": each, "required": required} for each in extensions],
    }


DEVICE = schema(
    DEVICE_SCHEMA,
    attribute("serialNumber", required=True, uniqueness="server", caseExact=True),
    attribute("assetTag", uniqueness="global"),
    attribute("displayName"),
    attribute("model", mutability="immutable"),
    attribute("pin", mutability="writeOnly", returned="never"),
    attribute("unlockCode", mutability="writeOnly"),
    attribute("firmware", mutability="readOnly"),
    attribute("notes", returned="request"),
    attribute("site", returned="always"),
    attribute("weight", "decimal"),
    attribute("ports", "integer"),
    attribute("active", "boolean"),
    attribute("bought", "dateTime"),
    attribute("certificate", "binary"),
    attribute("manual", "reference", referenceTypes=["external"]),
    attribute("colors", multiValued=True, canonicalValues=["black", "white"]),
    attribute(
        "owner",
        "complex",
        subAttributes=[
            attribute("value", required=True),
            attribute("$ref", "reference", referenceTypes=["User"], caseExact=True),
        ],
    ),
    attribute(
        "addresses",
        "complex",
        multiValued=True,
        subAttributes=[
            attribute("value", uniqueness="server"),
            attribute("type", canonicalValues=["wired", "wireless"]),
            attribute("primary", "boolean"),
            attribute("key", mutability="writeOnly"),
        ],
    ),
    description="A thing that people carry.",
)
WARRANTY = schema(
    WARRANTY_SCHEMA,
    attribute("contract", required=True, uniqueness="server"),
    attribute("ends", "dateTime"),
)
BADGE = schema(BADGE_SCHEMA, attribute("number", required=True, uniqueness="server"))

DEVICES = (DEVICE, WARRANTY, resource_type("Device", DEVICE_SCHEMA, WARRANTY_SCHEMA))
BADGES = (
    BADGE,
    {
        "name": "User",
        "endpoint": "/Users",
        "schema": USER_SCHEMA,
        "schemaExtensions": [{"schema": BADGE_SCHEMA, "required": True}],
    },
)


def device(serial_number: str = "s-1", **attributes: Any) -> dict[str, Any]:
    """Return a valid Device."""
    return {"schemas": [DEVICE_SCHEMA], "serialNumber": serial_number, **attributes}


def list_response(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return what /Schemas or /ResourceTypes of another server answers."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": len(resources),
        "Resources": list(resources),
    }


def written(folder: Path, *documents: Any) -> Path:
    """Write each document into a file of its own, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents, start=1):
        (folder / f"{number}.json").write_text(json.dumps(document))
    return folder


def registry_with(folder: Path, *documents: Any) -> Registry:
    """Return the registry of these definitions."""
    return registry_of(written(folder, *documents))
