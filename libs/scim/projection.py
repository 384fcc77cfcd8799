"""Which attributes a response holds (RFC 7644 section 3.9, RFC 7643 section 7 "returned")."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from scim.attributes import Attribute, Returned
from scim.errors import InvalidValueError
from scim.resource_type import ResourceType

MAX_NAMES: Final = 1_000
"""So many attributes may be asked for by name; a User has about 100, sub-attributes and all."""
_Names: TypeAlias = tuple[str, ...]
"""An attribute's canonical names from the top down, an extension's URN first."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What `attributes` and `excludedAttributes` name, in lower case; None for an absent one."""

    attributes: frozenset[str] | None
    excluded_attributes: frozenset[str] | None


def parse_projection(attributes: Sequence[str], excluded: Sequence[str]) -> Projection:
    """Return the projection; each item is a name, or several with commas between them.

    Raises `InvalidValueError` where both are given, or more names than are worth looking up.
    """
    wanted, unwanted = _split(attributes), _split(excluded)
    _refuse_many(wanted, "attributes")
    _refuse_many(unwanted, "excludedAttributes")
    if wanted and unwanted:
        raise InvalidValueError(
            "attributes and excludedAttributes cannot be given together",
            clause="RFC 7644 section 3.4.2.5",
        )
    return Projection(wanted or None, unwanted or None)


def _refuse_many(names: frozenset[str], parameter: str) -> None:
    if len(names) > MAX_NAMES:
        raise InvalidValueError(
            f"names {len(names)} attributes and may name {MAX_NAMES}: a complex attribute stands"
            " for its sub-attributes, and an extension's URN for its attributes",
            attribute_path=parameter,
            clause="RFC 7644 section 3.9",
        )


def _split(given: Iterable[str]) -> frozenset[str]:
    names = (name.strip().lower() for item in given for name in item.split(","))
    return frozenset(name for name in names if name)


class _Part(Enum):
    """How much of an attribute is shown; SOME is for its sub-attributes to say."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


_Rule: TypeAlias = Callable[[Attribute, _Names], _Part]


@dataclass(frozen=True, slots=True)
class _Selection:
    """Attributes that are named, and those that have a named one in them."""

    named: frozenset[_Names]
    around: frozenset[_Names]


def projected(
    resource_type: ResourceType,
    representation: Mapping[str, Any],
    projection: Projection,
    *,
    supplied: Iterable[str] = (),
) -> dict[str, Any]:
    """Return what of the representation is shown; unknown names are ignored.

    `supplied` are the paths that the client set in this request, which shows it what is otherwise
    returned on request only.
    """
    rule = _rule(resource_type, projection, _split(supplied))
    return _shown_members(resource_type.members, representation, (), rule=rule)


def _rule(resource_type: ResourceType, projection: Projection, supplied: frozenset[str]) -> _Rule:
    if projection.attributes is not None:
        return _only(_selection(resource_type, projection.attributes))
    given = _selection(resource_type, supplied)
    if projection.excluded_attributes is not None:
        return _all_but(_selection(resource_type, projection.excluded_attributes), given)
    return _by_default(given)


def _only(wanted: _Selection) -> _Rule:
    def rule(attribute: Attribute, names: _Names) -> _Part:
        if attribute.returned is Returned.ALWAYS:
            return _Part.ALL
        if attribute.returned is Returned.NEVER:
            return _Part.NONE
        if names in wanted.named:
            return _Part.ALL
        return _Part.SOME if names in wanted.around else _Part.NONE

    return rule


def _all_but(unwanted: _Selection, supplied: _Selection) -> _Rule:
    by_default = _by_default(supplied)

    def rule(attribute: Attribute, names: _Names) -> _Part:
        if attribute.returned is Returned.ALWAYS:
            return _Part.ALL
        if names in unwanted.named:
            return _Part.NONE
        shown = by_default(attribute, names)
        return _Part.SOME if shown is _Part.ALL and names in unwanted.around else shown

    return rule


def _by_default(supplied: _Selection) -> _Rule:
    def rule(attribute: Attribute, names: _Names) -> _Part:
        if attribute.returned_as_stored:
            return _Part.ALL
        if attribute.returned is Returned.NEVER:
            return _Part.NONE
        if attribute.returned is Returned.REQUEST and names not in supplied.named:
            return _Part.SOME if names in supplied.around else _Part.NONE
        return _Part.SOME

    return rule


_DEFAULT = _by_default(_Selection(frozenset(), frozenset()))


def _shown_members(
    attributes: Mapping[str, Attribute],
    members: Mapping[str, Any],
    holder: _Names,
    *,
    rule: _Rule,
) -> dict[str, Any]:
    shown = {}
    for name, value in members.items():
        attribute = attributes.get(name)
        if attribute is None:
            continue
        part = _shown(attribute, value, (*holder, name), rule=rule)
        if part is not None:
            shown[name] = part
    return shown


def _shown(attribute: Attribute, value: Any, names: _Names, *, rule: _Rule) -> Any:  # noqa: ANN401 JSON
    part = rule(attribute, names)
    if part is _Part.NONE:
        return None
    if not attribute.sub_attributes or (part is _Part.ALL and attribute.returned_as_stored):
        return value
    inner = _DEFAULT if part is _Part.ALL else rule
    if isinstance(value, list):
        elements = [_shown_members(attribute.members, e, names, rule=inner) for e in value]
        return [element for element in elements if element] or None
    return _shown_members(attribute.members, value, names, rule=inner) or None


def _selection(resource_type: ResourceType, paths: frozenset[str]) -> _Selection:
    named = frozenset(names for path in paths if (names := _names(resource_type, path)))
    around = frozenset(names[:depth] for names in named for depth in range(1, len(names)))
    return _Selection(named, around)


def _names(resource_type: ResourceType, path: str) -> _Names | None:
    if extension := resource_type.extension(path):
        return (extension.schema.id,)
    resolved = resource_type.paths.get(path)
    if resolved is None:
        return None
    steps = (resolved.path.schema, resolved.path.attribute, resolved.path.sub_attribute)
    return tuple(step for step in steps if step)
