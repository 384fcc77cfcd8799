"""What is to be done over SCIM, with references that are known only when it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of the resource that the demo knows by `key`, e.g. "Users/17"."""

    key: str


@dataclass(frozen=True, slots=True)
class MemberPath:
    """Stands for a PATCH path to one member of a group (RFC 7644 section 3.5.2)."""

    key: str


@dataclass(frozen=True, slots=True)
class Create:
    """A POST."""

    key: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replace:
    """A PUT."""

    key: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Patch:
    """A PATCH."""

    key: str
    operations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Delete:
    """A DELETE."""

    key: str


Change = Create | Replace | Patch | Delete


def endpoint_of(key: str) -> str:
    """Return "/Users" or "/Groups"."""
    return "/" + key.partition("/")[0]


def external_id_of(key: str) -> str:
    """Return the externalId by which a resource is found again."""
    return "demo-" + key.lower().replace("/", "-")


def body_of(change: Change) -> Any:  # noqa: ANN401  JSON
    """Return the request body of a change, with references in it; None for a DELETE."""
    match change:
        case Create(_, attributes) | Replace(_, attributes):
            return attributes
        case Patch(_, operations):
            return {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": list(operations),
            }
        case Delete():
            return None


def references(value: object) -> Iterator[str]:
    """Give the keys that a body refers to."""
    match value:
        case Ref(key) | MemberPath(key):
            yield key
        case Mapping():
            for member in value.values():
                yield from references(member)
        case list() | tuple():
            for element in value:
                yield from references(element)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:  # noqa: ANN401  JSON
    """Return a body with ids in the place of references."""
    match value:
        case Ref(key):
            return ids[key]
        case MemberPath(key):
            return f'members[value eq "{ids[key]}"]'
        case Mapping():
            return {name: resolved(member, ids) for name, member in value.items()}
        case list() | tuple():
            return [resolved(element, ids) for element in value]
        case _:
            return value
