"""The words of a filter (RFC 7644 section 3.4.2.2, figure 1)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from scim.errors import InvalidFilterError

CLAUSE = "RFC 7644 section 3.4.2.2"
MAX_BYTES: Final = 8 * 1024
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TOKEN = re.compile(
    r"""
    (?P<SPACE>[ ]+)
  | (?P<STRING>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")
  | (?P<QUOTED>'[^'\x00-\x1f]*')
  | (?P<MARK>[()\[\]])
  | (?P<WORD>[^\s()\[\]"'\x00-\x1f]+)
    """,
    re.VERBOSE,
)


class TokenKind(Enum):
    """What a token is; QUOTED is in single quotes, which is no JSON but which people write."""

    STRING = "a string"
    QUOTED = "a string in single quotes"
    MARK = "a bracket"
    WORD = "a word"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, where it begins, and whether space stands before it."""

    kind: TokenKind
    text: str
    position: int
    spaced: bool

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the words, which know no case."""
        return self.kind is TokenKind.WORD and self.text.lower() in words

    def is_mark(self, mark: str) -> bool:
        """Whether this is the bracket."""
        return self.kind is TokenKind.MARK and self.text == mark

    @property
    def is_sub_attribute(self) -> bool:
        """Whether this is `.name`, straight after a bracket."""
        return self.kind is TokenKind.WORD and self.text.startswith(".") and not self.spaced

    def __str__(self) -> str:
        # A string is a value, and no error tells one.
        shown = self.kind in (TokenKind.MARK, TokenKind.WORD)
        return f"{self.text[:60]!a}" if shown else self.kind.value


def tokens(text: str) -> list[Token]:
    """Return the tokens of a filter and its end; a filter may have 8 KiB."""
    length = len(text.encode("utf-8", "surrogatepass"))
    if length > MAX_BYTES:
        raise InvalidFilterError(
            f"The filter is {length} bytes long and may be {MAX_BYTES}", clause=CLAUSE
        )
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise wrong(_why_no_token(text[position]), position)
        if match.lastgroup != "SPACE":
            yield Token(TokenKind[match.lastgroup], match[0], position, spaced)
        spaced = match.lastgroup == "SPACE"
        position = match.end()
    yield Token(TokenKind.END, "", position, spaced)


def _why_no_token(character: str) -> str:
    if character == '"':
        return "A string must be closed, and be escaped as in JSON"
    if character == "'":
        return "A string must be closed"
    return "Only the space may stand between words, and no control character anywhere"


def string_value(token: Token) -> str:
    """Return what a string token says."""
    text: str = json.loads(token.text) if token.kind is TokenKind.STRING else token.text[1:-1]
    return refuse_unstorable(text, token)


def refuse_unstorable(text: str, token: Token) -> str:
    """Return `text`, unless no resource could hold it."""
    if _UNSTORABLE.search(text):
        raise wrong("A string must not hold NUL or half of a surrogate pair", token.position)
    return text


def wrong(what: str, position: int) -> InvalidFilterError:
    """Return the error that says what would be right, and where."""
    return InvalidFilterError(f"{what} (at character {position + 1} of the filter)", clause=CLAUSE)
