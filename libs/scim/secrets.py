"""What no representation and no event may tell (RFC 7643 section 7: writeOnly, never returned)."""

from collections.abc import Mapping
from typing import Any

from scim.attributes import Attribute


def without_secrets(names: Mapping[str, Attribute], members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members without secrets, and without what has nothing else in it."""
    told = {}
    for name, value in members.items():
        attribute = names.get(name)
        if attribute is None or not attribute.holds_secrets:
            told[name] = value
        elif not attribute.is_secret and (rest := _without_secrets(attribute, value)):
            told[name] = rest
    return told


def _without_secrets(attribute: Attribute, value: Any) -> Any:  # noqa: ANN401 JSON
    if isinstance(value, list):
        elements = [without_secrets(attribute.members, each) for each in value]
        return [each for each in elements if each]
    return without_secrets(attribute.members, value)
