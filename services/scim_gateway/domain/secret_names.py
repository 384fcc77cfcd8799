"""Which names are those of secrets (RFC 7643 section 7: writeOnly, never returned)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from scim.attributes import Attribute
from scim.registry import Registry

# What a client may mean by a password that no schema knows, however it spells it.
_ALIKE: Final = re.compile(
    r"pass?w|pwd|passphrase|passcode|secret|token|credential|apikey|privatekey|authorization"
)
_WORD: Final = re.compile(r"[^\s.:/\[\]()\"'=,;&]+")
_NOT_OF_A_NAME: Final = re.compile(r"[^a-z0-9]")
# As the name of a secret, one of these would be that of half of all values.
_COMMON: Final = frozenset({"value", "display", "type", "primary", "$ref"})
_REMEMBERED: Final = 4096


class SecretNames:
    """The names of a registry's secrets, at whatever place they stand, and names like them."""

    def __init__(self, registry: Registry) -> None:
        self._names = frozenset(
            _folded(name) for schema in registry.schemas for name in _secrets(schema.attributes)
        )
        # The same names come with every request.
        self.named_by = lru_cache(_REMEMBERED)(self._named_by)
        """Whether a name, or a path, leads to a secret."""

    def is_name(self, word: str) -> bool:
        """Whether the word, a URN before it aside, is the very name of a secret."""
        return _folded(re.split(r"[:.]", word)[-1]) in self._names

    def _named_by(self, text: str) -> bool:
        return bool(_ALIKE.search(_folded(text))) or any(
            _folded(word) in self._names for word in _WORD.findall(text)
        )


def _secrets(attributes: tuple[Attribute, ...]) -> Iterator[str]:
    for attribute in attributes:
        if attribute.is_secret:
            yield attribute.name
        for sub_attribute in attribute.sub_attributes:
            if sub_attribute.is_secret:
                is_common = sub_attribute.name in _COMMON
                yield attribute.name if is_common else sub_attribute.name


def _folded(name: str) -> str:
    return _NOT_OF_A_NAME.sub("", name.lower())
