"""Made-up filters (RFC 7644 section 3.4.2.2), each of which its attributes' types allow."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar

from hypothesis import strategies as st
from support.specimens import EXTRA_SCHEMA, SPECIMEN, SPECIMEN_SCHEMA, VALUES

from scim.schema import Attribute, AttributeType

_EQUALITY: Final = ("eq", "ne")
_ORDERING: Final = ("gt", "ge", "lt", "le")
_SUBSTRING: Final = ("co", "sw", "ew")
_OPERATORS: Final = {
    AttributeType.STRING: (*_EQUALITY, *_ORDERING, *_SUBSTRING),
    AttributeType.REFERENCE: (*_EQUALITY, *_ORDERING, *_SUBSTRING),
    AttributeType.BINARY: _EQUALITY,
    AttributeType.BOOLEAN: _EQUALITY,
    AttributeType.INTEGER: (*_EQUALITY, *_ORDERING),
    AttributeType.DECIMAL: (*_EQUALITY, *_ORDERING),
    AttributeType.DATE_TIME: (*_EQUALITY, *_ORDERING),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a filter, the attribute that it names, and the one that it is compared by."""

    text: str
    attribute: Attribute
    compared: Attribute
    is_single: bool
    """Whether a resource, or an element, has one value of it at most."""


def names_of(attributes: Sequence[Attribute], *prefixes: str) -> list[Name]:
    """Return what a filter can name of the attributes, with each of the prefixes."""
    return [
        replace(name, text=f"{prefix}{name.text}")
        for prefix in prefixes
        for attribute in attributes
        for name in _names_of(attribute)
    ]


def _names_of(attribute: Attribute) -> list[Name]:
    """Return the name of an attribute and those of its sub-attributes."""
    name, is_single = attribute.name, not attribute.multi_valued
    if attribute.type is not AttributeType.COMPLEX:
        return [Name(name, attribute, attribute, is_single)]
    subs = [Name(f"{name}.{sub.name}", sub, sub, is_single) for sub in attribute.sub_attributes]
    value = attribute.sub_attribute("value")
    return subs if value is None else [Name(name, attribute, value, is_single), *subs]


NAMES: Final = [
    *names_of(SPECIMEN.schema.attributes, "", f"{SPECIMEN_SCHEMA}:"),
    *names_of(SPECIMEN.extensions[0].schema.attributes, f"{EXTRA_SCHEMA}:"),
    *names_of(SPECIMEN.common, ""),
]


def in_elements(attribute: Attribute) -> list[Name]:
    """Return the names in the brackets after an attribute."""
    subs = attribute.sub_attributes
    if not subs:
        return [Name("value", attribute, attribute, is_single=True)]
    return [Name(sub.name, sub, sub, is_single=True) for sub in subs]


Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
_T = TypeVar("_T")


def chosen(draw: Draw, among: Sequence[_T]) -> _T:
    """Draw one of them; `sampled_from` would be made anew each time, which is most of the cost."""
    return among[draw(st.integers(0, len(among) - 1))]


@st.composite
def filters(draw: Draw, names: Sequence[Name] = NAMES) -> str:
    """Give a filter that names these, by default of a Specimen."""
    return _joined(draw, lambda: _term(draw, names), depth=2)


def _term(draw: Draw, names: Sequence[Name]) -> str:
    name = chosen(draw, names)
    match draw(st.integers(0, 4)):
        case 0:
            return f"{name.text} pr"
        case 1 | 2 if name.attribute.multi_valued:
            return f"{name.text}[{value_filter(draw, name.attribute)}]"
        case _:
            return _comparison(draw, names)


def value_filter(draw: Draw, attribute: Attribute, *, depth: int = 1) -> str:
    """Draw what may stand in the brackets after the attribute."""
    names = in_elements(attribute)

    def term() -> str:
        is_presence = draw(st.integers(0, 5)) == 0
        return f"{chosen(draw, names).text} pr" if is_presence else _comparison(draw, names)

    return _joined(draw, term, depth=depth)


def _comparison(draw: Draw, names: Sequence[Name]) -> str:
    name = chosen(draw, names)
    kind = name.compared.type
    if name.is_single and draw(st.integers(0, 9)) == 0:
        return f"{_spelt(draw, name.text)} {chosen(draw, _EQUALITY)} null"
    operator = _spelt(draw, chosen(draw, _OPERATORS[kind]))
    return f"{_spelt(draw, name.text)} {operator} {json.dumps(chosen(draw, VALUES[kind]))}"


def _spelt(draw: Draw, word: str) -> str:
    """Return the word, now and then in capitals, which mean the same."""
    return word.upper() if draw(st.integers(0, 7)) == 0 else word


def _joined(draw: Draw, term: Callable[[], str], *, depth: int) -> str:
    """Return a filter of terms, of which `and` binds more closely than `or`."""
    match draw(st.integers(0, 6)) if depth else -1:
        case 0 | 1:
            parts = [_joined(draw, term, depth=depth - 1) for _ in range(2)]
            return f" {chosen(draw, ('and', 'or', 'AND'))} ".join(parts)
        case 2:
            one, other = chosen(draw, (("and", "or"), ("or", "and")))
            return f"{term()} {one} {term()} {other} {term()}"
        case 3:
            return f"not ({_joined(draw, term, depth=depth - 1)})"
        case 4:
            return f"({_joined(draw, term, depth=depth - 1)})"
        case _:
            return term()
