from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import GROUP, USER

from scim.attributes import AttributePath, AttributeType
from scim.errors import InvalidFilterError, ScimError, SensitiveError
from scim.filters import (
    And,
    Comparison,
    Filter,
    Not,
    Operator,
    Or,
    Present,
    ValuePath,
    parse_filter,
)
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.profile import STRICT, TOLERANT, Profile


def _comparison(text: str, profile: Profile = STRICT) -> Comparison:
    parsed = parse_filter(text, USER, profile=profile)
    assert isinstance(parsed, Comparison)
    return parsed


def _shape(parsed: Filter) -> object:
    """Return a filter as nested tuples of words, for comparison with what is expected."""
    match parsed:
        case And(terms):
            return ("and", *map(_shape, terms))
        case Or(terms):
            return ("or", *map(_shape, terms))
        case Not(term):
            return ("not", _shape(term))
        case Present(path):
            return ("pr", str(path))
        case ValuePath(path, _, inner):
            return ("[]", str(path), _shape(inner))
        case Comparison(path, _, operator, value):
            return (str(operator), str(path), value)


def test_a_comparison_knows_its_attribute_and_its_literal() -> None:
    parsed = _comparison('userName eq "bjensen"')

    assert parsed == Comparison(
        AttributePath(None, "userName", None), USER.members["userName"], Operator.EQ, "bjensen"
    )


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param("title pr", ("pr", "title"), id="presence"),
        pytest.param("TITLE PR", ("pr", "title"), id="names and operators know no case"),
        pytest.param('UserName Eq "x"', ("eq", "userName", "x"), id="nor do comparisons"),
        pytest.param(
            'userName eq "a" or title pr and active eq true',
            ("or", ("eq", "userName", "a"), ("and", ("pr", "title"), ("eq", "active", True))),
            id="and binds closer than or",
        ),
        pytest.param(
            "(title pr or nickName pr) and locale pr",
            ("and", ("or", ("pr", "title"), ("pr", "nickName")), ("pr", "locale")),
            id="parentheses bind closest",
        ),
        pytest.param(
            "not (title pr) and not(locale pr)",
            ("and", ("not", ("pr", "title")), ("not", ("pr", "locale"))),
            id="not binds closer than and",
        ),
        pytest.param(
            'emails[type eq "work" and not (value co "x")]',
            ("[]", "emails", ("and", ("eq", "type", "work"), ("not", ("co", "value", "x")))),
            id="brackets hold a filter of the element",
        ),
        pytest.param(
            f'{USER_SCHEMA.upper()}:NAME.familyname sw "J"',
            ("sw", "name.familyName", "J"),
            id="the base schema's URN adds nothing",
        ),
        pytest.param(
            f'{ENTERPRISE_USER_SCHEMA}:manager.value eq "1"',
            ("eq", f"{ENTERPRISE_USER_SCHEMA}:manager.value", "1"),
            id="an extension is named by its URN",
        ),
        pytest.param(
            f"{ENTERPRISE_USER_SCHEMA}:manager pr",
            ("pr", f"{ENTERPRISE_USER_SCHEMA}:manager"),
            id="a complex attribute of an extension",
        ),
        pytest.param('emails co "x"', ("co", "emails.value", "x"), id="emails means emails.value"),
        pytest.param("title eq null", ("eq", "title", None), id="null"),
        pytest.param(r'title eq "a\"b\u00e9\n"', ("eq", "title", 'a"bé\n'), id="JSON escapes"),
        pytest.param('title   eq   "a"', ("eq", "title", "a"), id="more than one space"),
        pytest.param("( title pr )", ("pr", "title"), id="space inside parentheses"),
        pytest.param(' title eq "a" ', ("eq", "title", "a"), id="space around"),
        pytest.param(
            'meta.lastModified gt "2011-05-13T04:42:34Z"',
            ("gt", "meta.lastModified", "2011-05-13T04:42:34Z"),
            id="a date",
        ),
        pytest.param(
            'schemas eq "urn:x"', ("eq", "schemas", "urn:x"), id="an attribute of every resource"
        ),
        pytest.param(
            'schemas[value sw "urn:"]',
            ("[]", "schemas", ("sw", "value", "urn:")),
            id="an element of a simple attribute is its value",
        ),
    ],
)
def test_the_grammar_is_read(text: str, shape: object) -> None:
    assert _shape(parse_filter(text, USER, profile=STRICT)) == shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param(
            "meta.resourceType eq User", ("eq", "meta.resourceType", "User"), id="a bare word"
        ),
        pytest.param("title eq 'a b'", ("eq", "title", "a b"), id="single quotes"),
        pytest.param("externalId eq 701984", ("eq", "externalId", "701984"), id="a bare number"),
        pytest.param('active eq "False"', ("eq", "active", False), id="a boolean in quotes"),
        pytest.param(
            'roles[primary eq "True"]',
            ("[]", "roles", ("eq", "primary", True)),
            id="a boolean in quotes in brackets",
        ),
        pytest.param(
            'emails[type eq "work"].value eq "x"',
            ("[]", "emails", ("and", ("eq", "type", "work"), ("eq", "value", "x"))),
            id="a sub-attribute after brackets",
        ),
        pytest.param(
            'manager eq "1"',
            ("eq", f"{ENTERPRISE_USER_SCHEMA}:manager.value", "1"),
            id="an extension's attribute without its URN",
        ),
    ],
)
def test_what_clients_write_is_understood_unless_taken_to_the_letter(
    text: str, shape: object
) -> None:
    assert _shape(parse_filter(text, USER, profile=TOLERANT)) == shape
    with pytest.raises(InvalidFilterError):
        parse_filter(text, USER, profile=STRICT)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("", "An attribute name must stand here, not the end", id="nothing"),
        pytest.param("userName", "An operator (eq, ne, co", id="no operator"),
        pytest.param('userName is "x"', "An operator (eq, ne, co", id="an unknown operator"),
        pytest.param("userName eq", "A value must stand here", id="no value"),
        pytest.param('userName eq "x', "A string must be closed", id="an open string"),
        pytest.param(r'userName eq "\x"', "A string must be closed", id="an escape JSON lacks"),
        pytest.param('userName eq "x" title pr', '"and", "or" or the end', id="no connective"),
        pytest.param('userName eq "x"and title pr', "A space must stand", id="no space"),
        pytest.param("title pr and(locale pr)", "A space must stand", id="no space after and"),
        pytest.param("(title pr", "')' must stand here", id="an open parenthesis"),
        pytest.param("title pr)", '"and", "or" or the end', id="a closing one too many"),
        pytest.param("not title pr", "in parentheses", id="not without parentheses"),
        pytest.param("emails[type pr", "']' must stand here", id="an open bracket"),
        pytest.param("emails[]", "An attribute name must stand here", id="empty brackets"),
        pytest.param("emails[ims[value pr]]", "Brackets must not stand", id="nested brackets"),
        pytest.param("title[value pr]", "no elements to choose", id="brackets after one value"),
        pytest.param("emails.type[value pr]", "no elements to choose", id="brackets after a sub"),
        pytest.param("title\tpr", "Only the space", id="a tab"),
        pytest.param("shoeSize pr", "User has no attribute shoeSize", id="an unknown attribute"),
        pytest.param("emails[size pr]", "emails has no attribute size", id="an unknown sub"),
        pytest.param("1a pr", "is no attribute path", id="a name that begins with a digit"),
        pytest.param("name.givenName.x pr", "is no attribute path", id="a path too deep"),
        pytest.param('name eq "x"', "name has no value of its own", id="a complex value"),
        pytest.param("active gt true", "no operator gt", id="the order of booleans"),
        pytest.param('active co "t"', "no operator co", id="a part of a boolean"),
        pytest.param('x509Certificates.value lt "a"', "no operator lt", id="the order of binaries"),
        pytest.param("active eq 1", "with true or false", id="a boolean and a number"),
        pytest.param("userName eq true", "with a string", id="a string and a boolean"),
        pytest.param('meta.created gt "today"', "2011-05-13T04:42:34Z", id="a date that is none"),
        pytest.param("title gt null", "by eq and ne only", id="the order of null"),
        pytest.param('title eq "\\u0000"', "must not hold NUL", id="NUL"),
        pytest.param('title eq "\\ud800"', "must not hold NUL or half", id="half a surrogate pair"),
        pytest.param('title eq "\ud800"', "must not hold NUL or half", id="the same unescaped"),
        pytest.param("title eq 1e999", "A value must stand here", id="an endless number"),
        pytest.param("(" * 51 + "title pr" + ")" * 51, "nested 50 deep", id="deep nesting"),
        pytest.param("not(" * 9999, "may be 8192", id="a filter that is too long"),
        pytest.param('title eq "' + "é" * 4100 + '"', "may be 8192", id="long in bytes"),
    ],
)
def test_a_bad_filter_is_told_what_would_be_right(text: str, detail: str) -> None:
    with pytest.raises(InvalidFilterError) as refused:
        parse_filter(text, USER, profile=STRICT)

    assert detail in refused.value.detail
    assert refused.value.clause.startswith("RFC 7644 section 3.4.2.2")


def test_fifty_brackets_may_be_nested() -> None:
    parsed = parse_filter("(" * 50 + "title pr" + ")" * 50, USER)

    assert _shape(parsed) == ("pr", "title")


@pytest.mark.parametrize("text", ['password eq "x"', "password pr", "not (password pr)"])
def test_what_is_never_returned_cannot_be_filtered_by(text: str) -> None:
    with pytest.raises(SensitiveError):
        parse_filter(text, USER)


def test_an_error_does_not_tell_the_value() -> None:
    with pytest.raises(InvalidFilterError) as refused:
        parse_filter('active eq "s3cret"', USER)

    assert "s3cret" not in refused.value.detail


def test_an_unknown_attribute_may_count_as_unassigned() -> None:
    parsed = parse_filter('emails[type eq "work"] or x.y gt 3', GROUP, unknown_is_unassigned=True)

    assert _shape(parsed) == (
        "or",
        ("[]", "emails", ("eq", "type", "work")),
        ("gt", "x.y", 3),
    )


def test_without_a_resource_type_common_attributes_keep_their_types() -> None:
    parsed = parse_filter('id eq "1" and userName eq "a"', None)

    assert isinstance(parsed, And)
    known, unknown = parsed.terms
    assert isinstance(known, Comparison)
    assert isinstance(unknown, Comparison)
    assert known.attribute.case_exact
    assert unknown.attribute.type is AttributeType.STRING


_words = "userName emails name.givenName active eq pr co gt and or not ( ) [ ] true null 1 .value"
_tokens = st.sampled_from([*_words.split(), '"x"', "'x'", " ", "\\", "\ud800", "\0"])


@given(st.lists(_tokens, max_size=14).map(" ".join) | st.text(printable, max_size=30) | st.text())
def test_any_text_is_a_filter_or_has_a_scim_error(text: str) -> None:
    for profile in (STRICT, TOLERANT):
        try:
            parsed = parse_filter(text, USER, profile=profile)
        except ScimError as error:
            assert error.detail  # noqa: PT017 either outcome is right
        else:
            assert _shape(parsed)


def _written(shape: tuple[object, ...]) -> str:
    match shape:
        case ("and" | "or" as word, *terms):
            return f" {word} ".join(f"({_written(term)})" for term in terms)  # type: ignore[arg-type]
        case ("not", tuple() as term):
            return f"not ({_written(term)})"
        case ("pr", path):
            return f"{path} pr"
        case ("[]", path, tuple() as inner):
            return f"{path}[{_written(inner)}]"
        case _:
            return f'{shape[1]} {shape[0]} "{shape[2]}"'


def _combined(
    terms: st.SearchStrategy[tuple[object, ...]],
) -> st.SearchStrategy[tuple[object, ...]]:
    pairs = st.tuples(st.sampled_from(["and", "or"]), terms, terms)
    return pairs | st.tuples(st.just("not"), terms)


_inner = st.tuples(
    st.sampled_from(["eq", "ne", "co"]), st.sampled_from(["value", "type"]), st.just("x")
)
_outer = st.tuples(
    st.sampled_from(["eq", "sw", "ge"]), st.sampled_from(["title", "name.givenName"]), st.just("x")
)
_bracketed = st.tuples(
    st.just("[]"), st.just("emails"), st.recursive(_inner, _combined, max_leaves=3)
)
_filters = st.recursive(_outer | _bracketed | st.just(("pr", "locale")), _combined, max_leaves=6)


@given(_filters)
def test_a_filter_that_is_written_out_reads_the_same(shape: tuple[object, ...]) -> None:
    assert _shape(parse_filter(_written(shape), USER, profile=STRICT)) == shape
