"""Attribute definitions as a file gives them: checked, and joined with what is known of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, TypeAlias

from scim.attributes import AttributeType, Mutability, Returned, Uniqueness
from scim.definition_errors import Place
from scim.simple_values import json_type

Document: TypeAlias = Mapping[str, Any]
_Reader: TypeAlias = Callable[[object, Place], object]

_NAME: Final = re.compile(r"\$?[A-Za-z][A-Za-z0-9_$-]*")
_KEPT: Final = (
    "type",
    "multiValued",
    "required",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
)
_WITHOUT_UNIQUENESS: Final = ("boolean", "complex")
_CASE_EXACT: Final = ("binary", "reference")  # RFC 7643 sections 2.3.6 and 2.3.7
# RFC 7643 section 2.4: what an attribute with several values has where nothing else is defined.
_DEFAULT_SUB_ATTRIBUTES: Final[Sequence[Document]] = (
    {"name": "value", "type": "string"},
    {"name": "display", "type": "string"},
    {"name": "type", "type": "string"},
    {"name": "primary", "type": "boolean"},
    {"name": "$ref", "type": "reference", "caseExact": True},
)


def joined_attributes(
    given: object, known: Sequence[Document], place: Place, *, fixed: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """Return a schema's known attributes as the given ones change them, then those that are new.

    What is given of an attribute outweighs what is known of it, characteristic by characteristic.
    Of those whose names, in lower case, are `fixed` the service provider keeps the values itself:
    they stay what they are, but for what is told of them and what they may refer to.
    Raises `DefinitionError`.
    """
    return _joined_all(given, known, place, separator=":", fixed=fixed)


def _joined_all(
    given: object,
    known: Sequence[Document],
    place: Place,
    *,
    separator: str,
    fixed: frozenset[str],
) -> list[dict[str, Any]]:
    joined = {document["name"].lower(): dict(document) for document in known}
    seen: set[str] = set()
    for document in _objects(given, place):
        name = _name(document, place)
        at, key = place.within(name, separator=separator), name.lower()
        if key in seen:
            raise at.wrong("is defined twice: names that differ in case only are the same")
        seen.add(key)
        is_fixed = key in fixed and key in joined
        joined[key] = _joined(document, joined.get(key), at, is_fixed=is_fixed)
        if separator == "." and joined[key]["type"] == AttributeType.COMPLEX:
            raise at.wrong("must not be complex, as it is a sub-attribute: use several simple ones")
    return list(joined.values())


def _objects(given: object, place: Place) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        raise place.wrong(f"its attributes must be an array, not {json_type(given)}")
    for item in given:
        if not isinstance(item, dict):
            raise place.wrong(f"its attributes must be objects, not {json_type(item)}")
    return given


def _name(document: Document, place: Place) -> str:
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise place.wrong(
            f"an attribute has the name {str(name)[:60]!a}: it must be a letter, and then letters,"
            " digits, hyphens and underscores"
        )
    return name


def _joined(
    given: Document, known: Document | None, place: Place, *, is_fixed: bool
) -> dict[str, Any]:
    read = _characteristics(given, place)
    if known is None:
        return _new(given, read, place)
    _refuse_another_shape(read, known, place)
    joined = {**known, **read, "name": known["name"]}
    if is_fixed:
        joined |= _kept(known)
    if subs := known.get("subAttributes"):
        names = frozenset(sub["name"].lower() for sub in subs) if is_fixed else frozenset()
        given_subs = _objects(given.get("subAttributes") or [], place)
        if is_fixed:
            given_subs = [each for each in given_subs if str(each.get("name")).lower() in names]
        joined["subAttributes"] = _joined_all(given_subs, subs, place, separator=".", fixed=names)
    return _consistent(joined, place)


def _kept(known: Document) -> dict[str, Any]:
    """Return what a file cannot change of what the service provider keeps itself."""
    return {name: known[name] for name in _KEPT if name in known}


def _new(given: Document, read: dict[str, Any], place: Place) -> dict[str, Any]:
    if "type" not in read:
        raise place.wrong(f"has no type: it must be one of {_listed(AttributeType)}")
    joined = {"multiValued": False, **read, "name": given["name"]}
    if read["type"] in _CASE_EXACT:
        joined.setdefault("caseExact", True)
    if read["type"] == AttributeType.COMPLEX:
        subs = given.get("subAttributes") or (
            list(_DEFAULT_SUB_ATTRIBUTES) if joined["multiValued"] else []
        )
        if not subs:
            raise place.wrong("is complex, so it must have subAttributes")
        joined["subAttributes"] = _joined_all(subs, (), place, separator=".", fixed=frozenset())
    elif given.get("subAttributes"):
        raise place.wrong(f"has subAttributes, so its type must be complex, not {read['type']}")
    return _consistent(joined, place)


def _refuse_another_shape(read: Document, known: Document, place: Place) -> None:
    """Raise where the type or plurality changes: what is stored, and what is done, depend on it."""
    if _shape(read.get("type", known["type"])) != _shape(known["type"]):
        raise place.wrong(f"must be of type {known['type']}, which a file cannot change")
    if read.get("multiValued", known["multiValued"]) is not known["multiValued"]:
        word = "true" if known["multiValued"] else "false"
        raise place.wrong(f"must have multiValued {word}, which a file cannot change")


def _shape(attribute_type: str) -> str:
    return "text" if attribute_type in ("string", "reference", "binary") else attribute_type


def _consistent(joined: dict[str, Any], place: Place) -> dict[str, Any]:
    if joined["type"] in _WITHOUT_UNIQUENESS:
        if joined.pop("uniqueness", "none") != "none":
            raise place.wrong(
                f"cannot be unique, as it is {joined['type']}: uniqueness must be none"
            )
        joined.pop("caseExact", None)
    if joined.get("required") and joined.get("mutability") == Mutability.READ_ONLY:
        raise place.wrong(
            "is required and readOnly, so that nobody could set it: let required be false, or"
            " mutability another"
        )
    if joined.get("mutability") == Mutability.WRITE_ONLY:
        joined["returned"] = Returned.NEVER.value  # RFC 7643 section 7: it is never returned
    if joined.get("required") and joined.get("returned") == Returned.NEVER:
        raise place.wrong(
            "is required and never returned, so that no event may tell it and no other cluster"
            " could make the resource: let required be false"
        )
    return joined


def _characteristics(given: Document, place: Place) -> dict[str, Any]:
    """Return what is given and known by name, each checked; null counts as absent."""
    read: dict[str, Any] = {}
    for name, value in given.items():
        canonical = _SPELLINGS.get(name.lower())
        if canonical is None:
            _refuse_misspelling(name, place)
        elif value is not None and canonical in _READERS:
            read[canonical] = _READERS[canonical](value, place.within(canonical))
    return read


def _refuse_misspelling(name: str, place: Place) -> None:
    """Other servers have members of their own; what is close to one of ours is a mistake."""
    if close := get_close_matches(name.lower(), _SPELLINGS, n=1, cutoff=0.8):
        raise place.wrong(f"has {name[:60]!a}, which is no characteristic: {_SPELLINGS[close[0]]}?")


def _one_of(kinds: type[StrEnum]) -> _Reader:
    def read(value: object, place: Place) -> str:
        known = {kind.value.lower(): kind.value for kind in kinds}
        found = known.get(value.lower()) if isinstance(value, str) else None
        if found is None:
            raise place.wrong(f"must be one of {_listed(kinds)}, not {_shown(value)}")
        return found

    return read


def _listed(kinds: type[StrEnum]) -> str:
    return ", ".join(kind.value for kind in kinds)


def _shown(value: object) -> str:
    return f"{value[:60]!a}" if isinstance(value, str) else json_type(value)


def _boolean(value: object, place: Place) -> bool:
    if not isinstance(value, bool):
        raise place.wrong(f"must be true or false, not {_shown(value)}")
    return value


def _text(value: object, place: Place) -> str:
    if not isinstance(value, str):
        raise place.wrong(f"must be a string, not {json_type(value)}")
    return value


def _texts(value: object, place: Place) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.wrong("must be an array of strings")
    return value


_READERS: Final[Mapping[str, _Reader]] = {
    "type": _one_of(AttributeType),
    "multiValued": _boolean,
    "description": _text,
    "required": _boolean,
    "canonicalValues": _texts,
    "caseExact": _boolean,
    "mutability": _one_of(Mutability),
    "returned": _one_of(Returned),
    "uniqueness": _one_of(Uniqueness),
    "referenceTypes": _texts,
}
_SPELLINGS: Final = {name.lower(): name for name in (*_READERS, "name", "subAttributes")}
