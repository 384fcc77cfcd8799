"""By what a resource is recognised at a service provider that gives it another id (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helio.migration.type_rules import TypeRules

_WEAK = "displayName"


@dataclass(frozen=True, slots=True)
class Key:
    """An attribute of a resource and its value, as they are to be looked for."""

    attribute: str
    value: str
    case_exact: bool = True
    is_strong: bool = True
    """Whether no two resources should have it; a displayName may well be that of two groups."""

    @property
    def folded(self) -> str:
        """The value in the form in which it is compared (RFC 7643 section 2.2)."""
        return self.value if self.case_exact else self.value.casefold()

    def filter(self) -> str:
        """Return the filter that finds it (RFC 7644 section 3.4.2.2)."""
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.attribute} eq "{escaped}"'


def keys_of(rules: TypeRules, resource: Mapping[str, Any]) -> tuple[Key, ...]:
    """Return the keys of a resource, the surest first.

    They are its externalId and its unique attributes; only where it has none, its displayName.
    """
    members = {name.lower(): value for name, value in resource.items()}
    strong = [Key("externalId", value) for value in _texts(members, "externalId")]
    for rule in rules.unique_attributes():
        values = _texts(members, rule.name)
        strong.extend(Key(rule.name, value, case_exact=rule.case_exact) for value in values)
    weak = [
        Key(_WEAK, value, case_exact=False, is_strong=False) for value in _texts(members, _WEAK)
    ]
    return tuple(strong or weak)


def key_attributes(rules: TypeRules) -> tuple[str, ...]:
    """Return the names of all attributes that may be keys of a type's resources."""
    weak = (_WEAK,) if _WEAK.lower() in (rules.attributes or {}) else ()
    return ("externalId", *(rule.name for rule in rules.unique_attributes()), *weak)


def all_keys_of(rules: TypeRules, resource: Mapping[str, Any]) -> tuple[Key, ...]:
    """Return all by which another one may look for a resource: also its displayName."""
    keys = keys_of(rules, resource)
    if not keys or not keys[0].is_strong:
        return keys
    return (*keys, *keys_of(rules, {_WEAK: resource.get(_WEAK)}))


def _texts(members: Mapping[str, Any], name: str) -> list[str]:
    value = members.get(name.lower())
    return [value] if isinstance(value, str) and value else []
