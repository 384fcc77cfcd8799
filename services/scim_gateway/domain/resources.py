"""Resources as the store gives them, and as a client is shown them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """Names one resource; `resource_type` is the type's name, e.g. "User"."""

    resource_type: str
    id: str


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A resource without its `meta`, which depends on the base URI."""

    ref: ResourceRef
    attributes: bytes
    """A JSON object, not an empty one; its `$ref`s are relative to the base URI."""
    version: str
    """An entity-tag, quotes and W/ included."""
    created: int
    last_modified: int
    """Both in microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found; `total_results` counts the matches of all pages, where that is known.

    The cursors are empty where there is nothing to go on to.
    """

    total_results: int | None
    resources: tuple[StoredResource, ...]
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, slots=True)
class Representation:
    """A resource ready to be sent: `body` is its JSON."""

    location: str
    version: str
    body: bytes


@dataclass(frozen=True, slots=True)
class NotModified:
    """The client holds the current representation already (RFC 7644 section 3.14)."""

    location: str
    version: str
