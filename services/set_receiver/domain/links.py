"""What is known of a publisher's resources: which are in a stream's feed, and at what version."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkKey:
    """One resource, as one stream tells of it."""

    tenant: str
    stream_id: str
    subject_uri: str


@dataclass(frozen=True, slots=True)
class Link:
    """A resource is in a stream's feed, or not (any more)."""

    key: LinkKey
    is_linked: bool
    version: str
    """The publisher's entity-tag of what was applied last; empty when it was not told."""


def is_gap(link: Link | None, *, version_before: str, version: str) -> bool:
    """Tell whether a change was made to another version than the one that was applied last.

    Where one of the two is not known there is no telling. A change that is at hand already, since
    it comes once more, leaves no gap.
    """
    if link is None:
        return False
    last = _opaque(link.version)
    if not last or not version_before or last == _opaque(version):
        return False
    return _opaque(version_before) != last


def _opaque(version: str) -> str:
    # RFC 9967 writes entity-tags with and without W/ and quotes
    return version.removeprefix("W/").strip('"')
