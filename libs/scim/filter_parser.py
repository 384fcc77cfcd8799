"""Reads the grammar of filters (RFC 7644 section 3.4.2.2; errata 4690, 7319 and 7322 applied)."""

from typing import Final

from scim.attributes import AttributeType
from scim.filter_ast import And, Comparison, Filter, Not, Operator, Or, Present, ValuePath
from scim.filter_literals import as_meant, literal
from scim.filter_names import Scope
from scim.filter_operands import comparison
from scim.filter_tokens import Token, TokenKind, tokens, wrong
from scim.profile import Profile
from scim.quirks import Quirk
from scim.resource_type import ResolvedPath

MAX_DEPTH: Final = 50
"""So many brackets may stand in one another."""


class FilterParser:
    """Goes through the tokens of one filter, one method for each rule of the grammar."""

    def __init__(self, text: str, profile: Profile) -> None:
        self._tokens = tokens(text)
        self._profile = profile
        self._next = 0
        self._depth = 0

    def parse(self, scope: Scope) -> Filter:
        """Return the filter, which goes to the end of the text."""
        parsed = self._filter(scope)
        if self._token.kind is not TokenKind.END:
            raise wrong(f'"and", "or" or the end must follow, not {self._token}', self._position)
        return parsed

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    @property
    def _position(self) -> int:
        return self._token.position

    def _advance(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _filter(self, scope: Scope) -> Filter:
        terms = [self._conjunction(scope)]
        while self._connective("or"):
            terms.append(self._conjunction(scope))
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _conjunction(self, scope: Scope) -> Filter:
        terms = [self._term(scope)]
        while self._connective("and"):
            terms.append(self._term(scope))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _connective(self, word: str) -> bool:
        if not self._token.is_word(word):
            return False
        self._require_space()
        self._advance()
        self._require_space()
        return True

    def _term(self, scope: Scope) -> Filter:
        if self._token.is_mark("("):
            return self._enclosed(scope, close=")")
        if self._token.is_word("not"):
            return self._negation(scope)
        if self._token.kind is not TokenKind.WORD:
            raise wrong(f"An attribute name must stand here, not {self._token}", self._position)
        return self._attribute_expression(scope)

    def _negation(self, scope: Scope) -> Filter:
        self._advance()
        if not self._token.is_mark("("):
            raise wrong('After "not" there must be a filter in parentheses', self._position)
        return Not(self._enclosed(scope, close=")"))

    def _enclosed(self, scope: Scope, *, close: str) -> Filter:
        opening = self._advance()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise wrong(f"Brackets may be nested {MAX_DEPTH} deep", opening.position)
        enclosed = self._filter(scope)
        if not self._token.is_mark(close):
            raise wrong(f"{close!r} must stand here, not {self._token}", self._position)
        self._advance()
        self._depth -= 1
        return enclosed

    def _attribute_expression(self, scope: Scope) -> Filter:
        name = self._advance()
        if self._token.is_mark("["):
            return self._value_path(scope, name)
        return self._expression(scope, name.text)

    def _expression(self, scope: Scope, name: str) -> Present | Comparison:
        if not self._token.is_word("pr"):
            return self._comparison(scope, name)
        self._require_space()
        self._advance()
        resolved = scope.named(name, compared_with=None)
        return Present(resolved.path, resolved.attribute)

    def _comparison(self, scope: Scope, name: str) -> Comparison:
        operator = self._operator()
        self._require_space()
        token = self._advance()
        value = literal(token, self._profile)
        resolved = scope.named(name, compared_with=value)
        return comparison(
            resolved.path,
            resolved.attribute,
            operator=operator,
            value=as_meant(resolved.attribute, value, token=token, profile=self._profile),
            profile=self._profile,
        )

    def _operator(self) -> Operator:
        token = self._token
        if not token.is_word(*Operator):
            known = ", ".join((*Operator, "pr"))
            raise wrong(f"An operator ({known}) must stand here, not {token}", token.position)
        self._require_space()
        self._advance()
        return Operator(token.text.lower())

    def _require_space(self) -> None:
        if not (self._token.spaced or self._token.kind is TokenKind.END):
            raise wrong(f"A space must stand before {self._token}", self._position)

    def _value_path(self, scope: Scope, name: Token) -> ValuePath:
        if scope.is_element:
            raise wrong("Brackets must not stand inside brackets", self._position)
        resolved = scope.named(name.text, compared_with=None)
        attribute = resolved.attribute
        if not (scope.is_open or _has_elements(resolved)):
            raise wrong(f"{attribute.path} has no elements to choose from", self._position)
        inner = scope.within(attribute)
        enclosed = self._enclosed(inner, close="]")
        if self._token.is_sub_attribute:
            enclosed = self._and_sub_attribute(inner, enclosed)
        return ValuePath(resolved.path, attribute, enclosed)

    def _and_sub_attribute(self, inner: Scope, enclosed: Filter) -> And:
        """Entra ID sends `emails[type eq "work"].value eq "x"`, which is not in the grammar."""
        if not self._profile.has(Quirk.VALUE_PATH_COMPARISONS):
            raise wrong("Nothing but a space or the end may follow a bracket", self._position)
        name = self._advance()
        expression = self._expression(inner, name.text[1:])
        terms = enclosed.terms if isinstance(enclosed, And) else (enclosed,)
        return And((*terms, expression))


def _has_elements(resolved: ResolvedPath) -> bool:
    attribute = resolved.attribute
    is_top = attribute is resolved.top
    return is_top and (attribute.multi_valued or attribute.type is AttributeType.COMPLEX)
