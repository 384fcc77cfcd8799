"""Values of a wrong type, which scim2-models, an implementation of others, refuses."""

from typing import Any, Final

import pytest
from support.scim2_oracle import Oracle
from support.scim_resources import after_patch
from support.specimens import EXTRA_SCHEMA, SPECIMEN

from scim.errors import ScimError
from scim.profile import STRICT

ORACLE: Final = Oracle(SPECIMEN)
RESOURCE: Final[dict[str, Any]] = {
    "schemas": [SPECIMEN.schema.id],
    "id": "s-1",
    "word": "a",
    "parts": [{"value": "z"}],
}
PATHS: Final = (
    *("word", "code", "count", "size", "flag", "seen", "blob", "link", "tags", "counts"),
    *("home", "parts", "peers", "parts.primary", "parts.count", "home.flag"),
    f"{EXTRA_SCHEMA}:count",
)
DATES: Final = (
    *("2011-05-13T04:42:34Z", "2011-05-13T04:42:34", "2011-05-13", "2011-13-45T00:00:00Z"),
    *("2011-05-13T24:00:00Z", "2011-05-13T04:42:60Z"),
)
BASE64: Final = ("YQ==", "YQ", "Y", "YQ===", "YWI", "YWJjZ", "Y_-_", "Y+-_")
UNPADDED: Final = ("YQ", "YWI", "Y_-_")
TEXTS: Final = ("a", "", "1", "a b", "true", "https://example.com/a", "../x", "\0", "\ud800")
OTHERS: Final[tuple[Any, ...]] = (
    *(1, 1.5, True, 10**30, [], {}, ["a"], [1], [[]], [{}], {"shoeSize": 1}, {"street": 1}),
    *({"value": "a"}, [{"value": "a"}], [{"value": 1}], [{"value": ["a"]}]),
)
VALUES: Final[tuple[Any, ...]] = (*DATES, *BASE64, *TEXTS, *OTHERS)


def refuses(operation: dict[str, Any]) -> bool:
    try:
        after_patch(SPECIMEN, RESOURCE, operation, profile=STRICT)
    except ScimError:
        return True
    return False


def is_known_difference(path: str, value: Any) -> bool:
    """Whether it is we who take the value.

    A reference may be relative (RFC 7643 section 2.3.7); of binary values the padding may be left
    out, and both alphabets are possible (section 2.3.6).
    """
    if path == "link":
        return isinstance(value, str) and value not in ("a b", "\0", "\ud800")
    return path == "blob" and value in UNPADDED


@pytest.mark.parametrize("path", PATHS)
def test_what_scim2_models_refuses_we_refuse_but_for_what_the_rfc_allows(path: str) -> None:
    operations = [{"op": "replace", "path": path, "value": value} for value in VALUES]
    refused = [each for each in operations if ORACLE.patched(RESOURCE, each) is None]

    taken = [each["value"] for each in refused if not refuses(each)]

    assert refused
    assert [value for value in taken if not is_known_difference(path, value)] == []
