"""Finds elements of a multi-valued attribute by what they hold (RFC 7644 section 3.5.2.1)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from scim.attributes import Attribute
from scim.evaluation import as_element
from scim.normalization import comparison_key


class ElementIndex:
    """Positions of elements by what they hold, so that large arrays are not compared in pairs."""

    def __init__(self, attribute: Attribute, elements: Sequence[Any]) -> None:
        self._attribute = attribute
        self._positions: dict[Hashable, set[int]] = defaultdict(set)
        for position, element in enumerate(elements):
            for feature in _features(attribute, element):
                self._positions[feature].add(position)

    def positions(self, element: object) -> set[int]:
        """Return where all that `element` holds is held; only a `value` counts if it is fixed."""
        found = [self._positions.get(f, set()) for f in _features(self._attribute, element)]
        return set.intersection(*sorted(found, key=len)) if found else set()


def _features(attribute: Attribute, element: object) -> Iterable[Hashable]:
    members = as_element(element)
    if attribute.identified_by_value:
        return [("value", _key(attribute, "value", members))]
    return [(name, _key(attribute, name, members)) for name in members]


def _key(attribute: Attribute, name: str, members: Mapping[str, Any]) -> Hashable:
    value = members.get(name)
    if isinstance(value, list):
        return tuple(value)
    return comparison_key(attribute.members.get(name, attribute), value)
