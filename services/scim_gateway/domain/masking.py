"""Takes what is secret out of a request and its answer.

It masks too much rather than too little: a name counts wherever it stands, and where a filter or
a path speaks of a secret, every value in it is masked.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from scim.filter_ast import Operator
from scim_gateway.domain.secret_names import SecretNames

MASKED: Final = "***"
_DEEPEST: Final = 32
"""Levels of a JSON value that are looked into; no message of the protocol has half of them."""
_SHORTEST: Final = 3
"""A shorter value is not looked for where it might be repeated: it would be anywhere."""
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|\'[^\']*\'?|[^\s()\[\]"\']+')
_GRAMMAR: Final = frozenset({*Operator, "pr", "and", "or", "not"})
_EXPRESSIONS: Final = frozenset({"filter", "path"})
# Of a PATCH operation on a secret these are shown; `data` is what a bulk operation has.
_SHOWN_OF_OPERATION: Final = frozenset({"op", "path", "method", "bulkid", "version", "data"})


class Mask:
    """Masks one request and its answer, and remembers what it has masked of them."""

    def __init__(self, names: SecretNames) -> None:
        self._names = names
        self._hidden: set[str] = set()

    def json(self, value: Any, *, depth: int = 0) -> Any:  # noqa: ANN401  JSON
        """Return a JSON value whose secrets are masked."""
        if not isinstance(value, dict | list):
            return value
        if depth > _DEEPEST:
            return MASKED
        if isinstance(value, list):
            return [self.json(element, depth=depth + 1) for element in value]
        speaks_of_secret = self._speaks_of_secret(value)
        return {
            name: self._member(name, member, speaks_of_secret, depth=depth + 1)
            for name, member in value.items()
        }

    def expression(self, text: str) -> str:
        """Return a filter or a path; where it speaks of a secret, its values are masked.

        What cannot be told from a value is masked as well.
        """
        if not self._names.named_by(_STRING.sub('""', text)):
            return text
        return _PART.sub(lambda part: self._part(part[0]), text)

    def query(self, query: str) -> str:
        """Return the query of a URI."""
        given = parse_qsl(query, keep_blank_values=True)
        masked = [(name, self._parameter(name, value)) for name, value in given]
        return urlencode(masked, quote_via=quote, safe="*:,")

    def repeated(self, text: str) -> str:
        """Return a text of an answer, unless it repeats what was masked."""
        if any(re.search(rf"(?<!\w){re.escape(hidden)}(?!\w)", text) for hidden in self._hidden):
            return MASKED
        return text

    def _speaks_of_secret(self, members: Mapping[str, Any]) -> bool:
        """Whether this is a PATCH operation on a secret, by whatever member says so."""
        names = {name.lower() for name in members}
        if names.isdisjoint({"op", "path"}):
            return False
        return any(
            self._names.named_by(str(member))
            for name, member in members.items()
            if name.lower() not in {"value", "data"}
        )

    def _member(self, name: str, value: Any, speaks_of_secret: bool, *, depth: int) -> Any:  # noqa: ANN401  JSON
        folded = name.lower()
        if self._names.named_by(name):
            return self._hide(value)
        if folded in _EXPRESSIONS and isinstance(value, str):
            return self.expression(value)
        if speaks_of_secret and (folded not in _SHOWN_OF_OPERATION or _is_plain(folded, value)):
            return self._hide(value)
        return self.json(value, depth=depth)

    def _parameter(self, name: str, value: str) -> str:
        if self._names.named_by(name):
            return str(self._hide(value))
        return self.expression(value) if name.lower() == "filter" else value

    def _part(self, part: str) -> str:
        if part.lower() in _GRAMMAR or self._names.is_name(part):
            return part
        self._hide(part.strip("\"'"))
        return MASKED

    def _hide(self, value: Any) -> Any:  # noqa: ANN401  JSON
        if value is None:
            return None
        self._remember(value, depth=0)
        return MASKED

    def _remember(self, value: Any, *, depth: int) -> None:  # noqa: ANN401  JSON
        if depth > _DEEPEST or isinstance(value, bool) or value is None:
            return
        if isinstance(value, dict | list):
            elements = value.values() if isinstance(value, dict) else value
            for element in elements:
                self._remember(element, depth=depth + 1)
        elif len(str(value)) >= _SHORTEST:
            self._hidden.add(str(value))


def _is_plain(name: str, value: object) -> bool:
    """Whether a bulk operation's data is no message, in which names would tell what is secret."""
    return name == "data" and not isinstance(value, dict | list)
