"""The literals of a filter, which are JSON's (RFC 7644 section 3.4.2.2)."""

import json
import re

from scim.attributes import Attribute, AttributeType
from scim.filter_ast import Literal
from scim.filter_tokens import Token, TokenKind, refuse_unstorable, string_value, wrong
from scim.profile import Profile
from scim.quirks import Quirk

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}
_TEXTUAL = (AttributeType.STRING, AttributeType.REFERENCE)
_LARGEST = 2**63 - 1


def literal(token: Token, profile: Profile) -> Literal:
    """Return the value of a token. RFC 7644's own examples leave out quotes, so they may lack."""
    match token.kind:
        case TokenKind.STRING:
            return string_value(token)
        case TokenKind.QUOTED if profile.has(Quirk.SINGLE_QUOTES):
            return string_value(token)
        case TokenKind.WORD if token.text.lower() in _WORDS:
            return _WORDS[token.text.lower()]
        case TokenKind.WORD if _NUMBER.fullmatch(token.text):
            return _number(token)
        case TokenKind.WORD if profile.has(Quirk.BARE_WORDS):
            return refuse_unstorable(token.text, token)
        case _:
            what = "true, false, null, a number, or a string in double quotes"
            raise wrong(f"A value must stand here: {what}", token.position)


def _number(token: Token) -> float:
    number: int | float = json.loads(token.text)
    if isinstance(number, int) and abs(number) > _LARGEST:
        raise wrong("A number may have 64 bits", token.position)
    return number


def as_meant(attribute: Attribute, value: Literal, *, token: Token, profile: Profile) -> Literal:
    """Return the text of a number or boolean that is compared with a string.

    In `employeeNumber eq 701984` it is only the quotes that are missing.
    """
    is_unquoted = token.kind is TokenKind.WORD and value is not None
    if is_unquoted and attribute.type in _TEXTUAL and profile.has(Quirk.BARE_WORDS):
        return token.text
    return value
