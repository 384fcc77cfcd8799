import pytest
from support.scim_resources import USER

from scim.normalization import comparison_key, folded, is_same, microseconds
from scim.schema import Attribute, AttributeType


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("BJensen", "bjensen", id="case"),
        pytest.param("Straße", "STRASSE", id="a letter that folds to two"),
        pytest.param("Zo\u00e9", "ZOE\u0301", id="composition"),
        pytest.param("\u212b", "\u00e5", id="a compatible sign"),
        pytest.param("ΣΊΣΥΦΟΣ", "σίσυφος", id="a final sigma"),
    ],
)
def test_texts_fold_together(text: str, other: str) -> None:
    assert folded(text) == folded(other)


def test_case_exact_values_are_their_own_keys() -> None:
    assert comparison_key(USER.members["externalId"], "aB") == "aB"
    assert comparison_key(USER.members["userName"], "aB") == "ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1970-01-01T00:00:00Z", 0, id="the epoch"),
        pytest.param("1970-01-01T00:00:01.5Z", 1_500_000, id="a fraction"),
        pytest.param("1970-01-01T01:00:00+01:00", 0, id="a zone"),
        pytest.param("1970-01-01T00:00:00", 0, id="no zone"),
        pytest.param("1969-12-31t23:59:59.999999z", -1, id="before the epoch"),
        pytest.param("1970-01-01", None, id="no time"),
        pytest.param("1970-13-01T00:00:00Z", None, id="no such month"),
        pytest.param("1970-01-01 00:00:00Z", None, id="a space"),
        pytest.param("1970-W01-1T00:00:00Z", None, id="a week"),
        pytest.param("\u0661970-01-01T00:00:00Z", None, id="digits of another script"),
    ],
)
def test_dates_are_microseconds(text: str, expected: int | None) -> None:
    assert microseconds(text) == expected


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        pytest.param(AttributeType.BOOLEAN, True, True, id="a boolean"),
        pytest.param(AttributeType.INTEGER, 3, 3, id="an integer"),
        pytest.param(AttributeType.DECIMAL, 0.5, 0.5, id="a decimal"),
        pytest.param(AttributeType.INTEGER, True, None, id="a boolean for an integer"),
        pytest.param(AttributeType.BOOLEAN, 1, None, id="a number for a boolean"),
        pytest.param(AttributeType.STRING, 1, None, id="a number for a string"),
        pytest.param(AttributeType.INTEGER, "1", None, id="a string for a number"),
        pytest.param(AttributeType.STRING, None, None, id="nothing"),
        pytest.param(AttributeType.COMPLEX, {}, None, id="an object"),
    ],
)
def test_other_values_are_keys_where_they_fit(
    kind: AttributeType, value: object, key: object
) -> None:
    result = comparison_key(Attribute("x", type=kind), value)

    assert (type(result), result) == (type(key), key)


def test_complex_values_are_the_same_as_json() -> None:
    name = USER.members["name"]

    assert is_same(name, {"givenName": "A"}, {"givenName": "A"})
    assert not is_same(name, {"givenName": "A"}, {"givenName": "a"})
