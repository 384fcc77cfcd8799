"""What the receiver of a transmit stream may see: an administrator decides it (ADR 0036)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scim.attributes import AttributePath
from scim.errors import ScimError
from scim.filter_tokens import Token, TokenKind, tokens
from scim.filters import And, Comparison, Filter, Not, Or, Present, ValuePath, parse_filter
from scim.resource_type import ResolvedPath, ResourceType
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.members import optional_text, texts

MEMBERS: Final = ("filter", "attributes")
_MOST_ATTRIBUTES: Final = 1_000
_LONGEST_SHOWN: Final = 100
_NOT_JUDGED: Final = frozenset({"members", "groups", "meta"})
_JUDGED: Final = AttributePath(None, "meta", "resourceType")


@dataclass(frozen=True, slots=True)
class Feed:
    """The resources that match `filter`, and of these `attributes`; empty, either means all.

    The filter is as it was given, the paths are in canonical names.
    """

    filter: str = ""
    attributes: tuple[str, ...] = ()

    @property
    def members(self) -> dict[str, object | None]:
        """The members of a configuration, None for one that is not there."""
        return {"filter": self.filter or None, "attributes": list(self.attributes) or None}


def parse_feed(members: Mapping[str, object], resource_types: Sequence[ResourceType]) -> Feed:
    """Return the feed that a body's members ask for; null and absent mean everything."""
    return changed_feed(Feed(), members, resource_types)


def changed_feed(
    feed: Feed, members: Mapping[str, object], resource_types: Sequence[ResourceType]
) -> Feed:
    """Return a feed with those of its members that the body has; null deletes one."""
    if "filter" in members:
        feed = replace(feed, filter=_filter(members, resource_types))
    if "attributes" in members:
        feed = replace(feed, attributes=_attributes(members, resource_types))
    return feed


def _filter(members: Mapping[str, object], resource_types: Sequence[ResourceType]) -> str:
    text = optional_text(members, "filter")
    if text is None:
        return ""
    try:
        parsed = [
            parse_filter(text, resource_type, unknown_is_unassigned=True)
            for resource_type in resource_types
        ]
    except ScimError as error:
        raise InvalidRequestError(f"filter: {error.detail}") from error
    for path in _paths(parsed[0]):
        _check_judged(text, path)
    unknown = [
        {str(path) for path in _paths(each) if str(path).lower() not in resource_type.paths}
        for each, resource_type in zip(parsed, resource_types, strict=True)
    ]
    for name in sorted(set[str].intersection(*unknown)):
        raise _wrong_name(text, name, "no resource type has such an attribute")
    return text


def _check_judged(text: str, path: AttributePath) -> None:
    """Refuse what the record of a change does not have of the resource before and after it."""
    if path.schema is None and path.attribute in _NOT_JUDGED and path != _JUDGED:
        raise _wrong_name(
            text,
            str(path),
            "a feed cannot be made by members, groups or meta, but for meta.resourceType",
        )


def _wrong_name(text: str, name: str, why: str) -> InvalidRequestError:
    at = next((word.position for word in tokens(text) if _names(word, name.lower())), 0)
    shown = name[:_LONGEST_SHOWN]
    return InvalidRequestError(f"filter: {shown}: {why} (at character {at + 1} of the filter)")


def _names(word: Token, name: str) -> bool:
    """Tell whether a word of a filter names an attribute, or leads to it."""
    if word.kind is not TokenKind.WORD:
        return False
    text = word.text.lower()
    return text == name or text.rpartition(":")[2].partition(".")[0] == name.partition(".")[0]


def _paths(parsed: Filter) -> Iterator[AttributePath]:
    """Yield the paths that a filter names, of those with brackets what stands before them."""
    match parsed:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _paths(term)
        case Not(term):
            yield from _paths(term)
        case Comparison(path=path) | Present(path=path) | ValuePath(path=path):
            yield path


def _attributes(
    members: Mapping[str, object], resource_types: Sequence[ResourceType]
) -> tuple[str, ...]:
    given = texts(members, "attributes")
    if len(given) > _MOST_ATTRIBUTES:
        raise InvalidRequestError(
            f"attributes must be at most {_MOST_ATTRIBUTES:,} paths: a complex attribute stands for"
            " its sub-attributes, and an extension's URN for its attributes"
        )
    if not given and members["attributes"] is not None:
        raise InvalidRequestError(
            "attributes must name at least one attribute; leave it out, or send null, for all"
        )
    return tuple(dict.fromkeys(_canonical(path, resource_types) for path in given))


def _canonical(path: str, resource_types: Sequence[ResourceType]) -> str:
    for resource_type in resource_types:
        if extension := resource_type.extension(path):
            return extension.schema.id
        if resolved := resource_type.paths.get(path.lower()):
            _check_whole(resolved)
            return str(resolved.path)
    raise InvalidRequestError(
        f"attributes: {path[:_LONGEST_SHOWN]!a} is no attribute of a resource type, such as"
        " name.familyName, or the URN of an extension"
    )


def _check_whole(resolved: ResolvedPath) -> None:
    """Refuse part of an element: its receiver could not tell which one a change is about."""
    if resolved.path.sub_attribute is not None and resolved.top.multi_valued:
        raise InvalidRequestError(
            f"attributes: {resolved.top.path} has several values, of which all or nothing can be"
            f" seen: name {resolved.top.path}"
        )
