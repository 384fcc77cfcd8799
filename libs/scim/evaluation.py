"""Whether a representation matches a filter (RFC 7644 section 3.4.2.2)."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from scim.attributes import Attribute, AttributePath, AttributeType
from scim.filter_ast import And, Comparison, Filter, Not, Operator, Or, Present, ValuePath
from scim.normalization import comparison_key, folded

Predicate: TypeAlias = Callable[[Mapping[str, Any]], bool]

_ORDERINGS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
_SUBSTRINGS: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.CO: str.__contains__,
    Operator.SW: str.startswith,
    Operator.EW: str.endswith,
}


def matches(filter: Filter, representation: Mapping[str, Any]) -> bool:  # noqa: A002 the RFC's word
    """Whether the filter holds for the representation."""
    return predicate(filter)(representation)


def predicate(filter: Filter) -> Predicate:  # noqa: A002 the RFC's word
    """Return the filter as a function, for where it is put to many representations."""
    match filter:
        case And(terms):
            every = [predicate(term) for term in terms]
            return lambda resource: all(holds(resource) for holds in every)
        case Or(terms):
            some = [predicate(term) for term in terms]
            return lambda resource: any(holds(resource) for holds in some)
        case Not(term):
            denied = predicate(term)
            return lambda resource: not denied(resource)
        case ValuePath(path, _, inner):
            return _value_path(path, inner)
        case Present(path):
            return lambda resource: any(_is_present(value) for value in values_at(resource, path))
        case Comparison():
            return _comparison(filter)


def _value_path(path: AttributePath, inner: Filter) -> Predicate:
    holds = predicate(inner)
    return lambda resource: any(holds(as_element(value)) for value in values_at(resource, path))


def as_element(value: object) -> Mapping[str, Any]:
    """Return an element as a filter in brackets sees it: a simple one is its own `value`."""
    return value if isinstance(value, Mapping) else {"value": value}


def values_at(resource: Mapping[str, Any], path: AttributePath) -> list[Any]:
    """Return all values at the path: those of every element, and of every value of these."""
    holder = resource.get(path.schema) or {} if path.schema else resource
    values = _as_list(holder.get(path.attribute))
    if path.sub_attribute is None:
        return values
    found = [v.get(path.sub_attribute) for v in values if isinstance(v, Mapping)]
    return [value for values in found for value in _as_list(values)]


def _as_list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_present(value: object) -> bool:
    """RFC 7644 table 3: not empty; for a complex value, with some sub-attribute that is not."""
    if isinstance(value, Mapping):
        return any(_is_present(member) for member in value.values())
    if isinstance(value, list):
        return any(_is_present(element) for element in value)
    return value is not None and value != ""


def _comparison(comparison: Comparison) -> Predicate:
    path = comparison.path
    if comparison.operator is Operator.NE:
        # "No element equals", so that ne is not(eq) for several values too.
        equals = _value_test(comparison, Operator.EQ)
        return lambda resource: not equals(values_at(resource, path))
    holds = _value_test(comparison, comparison.operator)
    return lambda resource: holds(values_at(resource, path))


def _value_test(comparison: Comparison, how: Operator) -> Callable[[list[Any]], bool]:
    attribute, wanted = comparison.attribute, comparison.value
    if wanted is None:
        return lambda values: not values
    if how in _SUBSTRINGS:
        return _substring_test(attribute, str(wanted), _SUBSTRINGS[how])
    key = comparison_key(attribute, wanted)
    if how is Operator.EQ:
        return lambda values: any(comparison_key(attribute, value) == key for value in values)
    return _ordering_test(attribute, key, _ORDERINGS[how])


def _substring_test(
    attribute: Attribute, wanted: str, contains: Callable[[str, str], bool]
) -> Callable[[list[Any]], bool]:
    """Return a search in texts; a date is one, as it is shown."""
    is_exact = attribute.case_exact and attribute.type is not AttributeType.DATE_TIME
    text = str if is_exact else folded
    part = text(wanted)
    return lambda values: any(
        contains(text(value), part) for value in values if isinstance(value, str)
    )


def _ordering_test(
    attribute: Attribute,
    wanted: Any,  # noqa: ANN401 a key
    holds: Callable[[Any, Any], bool],
) -> Callable[[list[Any]], bool]:
    def test(values: list[Any]) -> bool:
        keys = (comparison_key(attribute, value) for value in values)
        return any(key is not None and holds(key, wanted) for key in keys)

    return test
