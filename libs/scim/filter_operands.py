"""Which attributes a filter may name, and what they may be compared with (RFC 7644 table 3)."""

from scim.attributes import Attribute, AttributePath, AttributeType, Returned
from scim.errors import InvalidFilterError, SensitiveError
from scim.filter_ast import Comparison, Literal, Operator
from scim.filter_tokens import CLAUSE
from scim.normalization import microseconds
from scim.profile import Profile
from scim.quirks import Quirk

_ORDERING = (Operator.GT, Operator.GE, Operator.LT, Operator.LE)
_EQUALITY = (Operator.EQ, Operator.NE)
_TEXTS = (AttributeType.STRING, AttributeType.REFERENCE)
_NUMBERS = (AttributeType.INTEGER, AttributeType.DECIMAL)
_BOOLEANS = {"true": True, "false": False}


def refuse_hidden(attribute: Attribute) -> None:
    """Raise for what no representation shows: a filter would tell it bit by bit."""
    if attribute.returned is Returned.NEVER:
        raise SensitiveError(
            f"{attribute.path} is never returned, so it cannot be filtered by",
            attribute_path=attribute.path,
            clause="RFC 7644 section 7.5.2",
        )


def comparison(
    path: AttributePath,
    attribute: Attribute,
    *,
    operator: Operator,
    value: Literal,
    profile: Profile,
) -> Comparison:
    """Return the comparison, where operator and literal fit the attribute's type."""
    if attribute.type is AttributeType.COMPLEX:
        path, attribute = _led_on_to_value(path, attribute)
    refuse_hidden(attribute)
    if value is None:
        _require(operator in _EQUALITY, attribute, "null can be compared by eq and ne only")
    else:
        _check_operator(attribute, operator)
        value = _literal(attribute, operator, value=value, profile=profile)
    return Comparison(path, attribute, operator, value)


def _led_on_to_value(path: AttributePath, attribute: Attribute) -> tuple[AttributePath, Attribute]:
    """`emails co "x"` means `emails.value co "x"`."""
    value = attribute.sub_attribute("value")
    if value is None:
        names = ", ".join(sub.name for sub in attribute.sub_attributes)
        raise _refused(attribute, f"has no value of its own; compare one of {names}")
    return AttributePath(path.schema, path.attribute, value.name), value


def _check_operator(attribute: Attribute, operator: Operator) -> None:
    if operator in _EQUALITY:
        return
    is_ordering = operator in _ORDERING
    unordered = (AttributeType.BOOLEAN, AttributeType.BINARY)
    textual = (*_TEXTS, AttributeType.DATE_TIME)
    fits = attribute.type not in unordered if is_ordering else attribute.type in textual
    _require(fits, attribute, f"is of type {attribute.type}, which has no operator {operator}")


def _literal(
    attribute: Attribute, operator: Operator, *, value: Literal, profile: Profile
) -> Literal:
    match attribute.type:
        case AttributeType.BOOLEAN:
            return _boolean(attribute, value, profile)
        case AttributeType.INTEGER | AttributeType.DECIMAL:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            _require(is_number, attribute, "must be compared with a number")
        case AttributeType.DATE_TIME if operator in (*_EQUALITY, *_ORDERING):
            is_instant = isinstance(value, str) and microseconds(value) is not None
            _require(is_instant, attribute, 'must be compared with one like "2011-05-13T04:42:34Z"')
        case _:
            _require(isinstance(value, str), attribute, "must be compared with a string")
    return value


def _boolean(attribute: Attribute, value: Literal, profile: Profile) -> bool:
    """Entra ID sends `roles[primary eq "True"]`."""
    if isinstance(value, str) and profile.has(Quirk.BOOLEAN_STRINGS):
        value = _BOOLEANS.get(value.lower())
    if isinstance(value, bool):
        return value
    raise _refused(attribute, "must be compared with true or false")


def _require(holds: bool, attribute: Attribute, otherwise: str) -> None:
    if not holds:
        raise _refused(attribute, otherwise)


def _refused(attribute: Attribute, why: str) -> InvalidFilterError:
    return InvalidFilterError(
        f"{attribute.path} {why}", attribute_path=attribute.path, clause=CLAUSE
    )
