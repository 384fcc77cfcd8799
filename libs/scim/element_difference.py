"""How elements came and went, as PATCH operations (RFC 7644 section 3.5.2)."""

import json
from collections.abc import Collection, Hashable
from typing import Any

from scim.attributes import Attribute
from scim.normalization import comparison_key
from scim.patch_elements import appended

_LONGEST_LITERAL = 1000


def element_operations(
    attribute: Attribute, before: list[Any], after: list[Any]
) -> list[dict[str, Any]]:
    """Return removals by `value` and one addition; where these cannot say it, a replacement."""
    for removed, added in _candidates(attribute, before, after):
        if _result(attribute, before, removed=removed, added=added) == after:
            return _incremental(attribute, removed, added)
    return [{"op": "replace", "path": attribute.path, "value": after}]


def _candidates(
    attribute: Attribute, before: list[Any], after: list[Any]
) -> list[tuple[list[Any], list[Any]]]:
    """Return (removed, added): first where elements keep what else they hold, then where not."""
    old, new = _by_key(attribute, before), _by_key(attribute, after)
    if old is None or new is None or not old.keys() & new.keys():
        return []
    gone = [element for key, element in old.items() if key not in new]
    come = [element for key, element in new.items() if key not in old]
    changed = {key for key in old.keys() & new.keys() if old[key] != new[key]}
    changed_before = [element for key, element in old.items() if key in changed]
    come_or_changed = [e for key, e in new.items() if key in changed or key not in old]
    return [(gone, come), (gone + changed_before, come_or_changed)]


def _by_key(attribute: Attribute, elements: list[Any]) -> dict[Hashable, Any] | None:
    """Return the elements by their `value`; None where it does not tell them apart."""
    value = attribute.sub_attribute("value")
    if value is None:
        return None
    literals = [element.get("value") for element in elements]
    if not all(isinstance(v, str) and len(v) <= _LONGEST_LITERAL for v in literals):
        return None
    by_key: dict[Hashable, Any] = {
        comparison_key(value, literal): element
        for literal, element in zip(literals, elements, strict=True)
    }
    return by_key if len(by_key) == len(elements) else None


def _result(
    attribute: Attribute, before: list[Any], *, removed: Collection[Any], added: list[Any]
) -> list[Any]:
    gone = {id(element) for element in removed}
    return appended(attribute, [e for e in before if id(e) not in gone], added)


def _incremental(
    attribute: Attribute, removed: list[Any], added: list[Any]
) -> list[dict[str, Any]]:
    path = attribute.path
    literals = [json.dumps(element["value"], ensure_ascii=False) for element in removed]
    removals: list[dict[str, Any]] = [
        {"op": "remove", "path": f"{path}[value eq {literal}]"} for literal in literals
    ]
    addition: list[dict[str, Any]] = [{"op": "add", "path": path, "value": added}]
    return removals + (addition if added else [])
