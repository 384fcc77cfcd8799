"""Definitions from files of JSON: as RFC 7643 writes them, or as another server shows them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scim.definition_errors import Place
from scim.simple_values import json_type

_LONGEST = 16 * 1024 * 1024
_MARKS = frozenset({"attributes", "endpoint", "schema", "schemaExtensions"})


@dataclass(frozen=True, slots=True)
class Definition:
    """A Schema or a ResourceType as a file has it."""

    place: Place
    document: Mapping[str, Any]

    @property
    def is_schema(self) -> bool:
        """Whether it defines a schema, and no resource type."""
        return "attributes" in self.document


def read_definitions(folder: Path) -> list[Definition]:
    """Return what the files of a folder define whose names end in .json, in their names' order.

    A file has one Schema or ResourceType, an array of such, or a ListResponse, as /Schemas and
    /ResourceTypes answer (RFC 7644 section 4). Raises `DefinitionError`.
    """
    if not folder.is_dir():
        raise Place(str(folder)).wrong("is no folder: it must be one of JSON files of schemas")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    if not files:
        raise Place(str(folder)).wrong("has no file whose name ends in .json")
    return [found for path in files for found in _definitions(path)]


def _definitions(path: Path) -> Iterator[Definition]:
    place = Place(str(path))
    for number, document in enumerate(_documents(_parsed(path, place), place), start=1):
        if not isinstance(document, dict):
            raise place.wrong(f"definition {number} must be an object, not {json_type(document)}")
        yield _definition(document, place, number)


def _definition(document: dict[str, Any], place: Place, number: int) -> Definition:
    name = document.get("id") or document.get("name")
    if not isinstance(name, str):
        raise place.wrong(f"definition {number} has no id: a schema's is its URI")
    if not _MARKS & document.keys():
        raise place.within(name).wrong(
            "is neither a Schema, which has attributes, nor a ResourceType, which has an endpoint"
            " and a schema"
        )
    return Definition(place.within(name), document)


def _parsed(path: Path, place: Place) -> object:
    try:
        if path.stat().st_size > _LONGEST:
            raise place.wrong(f"is larger than {_LONGEST} bytes")
        return json.loads(path.read_bytes(), object_pairs_hook=_members(place))
    except OSError as error:
        raise place.wrong(f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise place.wrong(f"is not JSON: {error}") from None


def _members(place: Place) -> Any:  # noqa: ANN401  json's own type is no better
    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise place.wrong(f"an object has the member {twice!a} twice")
        return members

    return made


def _documents(parsed: object, place: Place) -> list[object]:
    if isinstance(parsed, dict):
        resources = parsed.get("Resources", parsed)
        if resources is parsed:
            return [parsed]
        if not isinstance(resources, list):
            raise place.wrong(f"Resources must be an array, not {json_type(resources)}")
        return resources
    if isinstance(parsed, list):
        return parsed
    raise place.wrong(f"must hold an object or an array, not {json_type(parsed)}")
