"""What well-known clients send beside the RFCs, each kind under a name of its own."""

from enum import Enum, StrEnum
from typing import Final


class Client(StrEnum):
    """Who is known to send something, by documentation or by habit."""

    ENTRA = "Entra ID"
    OKTA = "Okta"
    OTHERS = "others"


_PATCH: Final = "RFC 7644 section 3.5.2"
_ENTRA: Final = (Client.ENTRA,)
_BOTH: Final = (Client.ENTRA, Client.OKTA)
_OTHERS: Final = (Client.OTHERS,)


class Quirk(Enum):
    """One thing that clients do, what it is taken for, whose it is, and the clause that it bends.

    docs/profiles.md shows the same table, and a test compares the two. `is_usual` tells whether the
    tolerant profile has it: all that is understood, and no answer that some client would not take.
    """

    OP_ANY_CASE = ("`Add`, `Replace`, `Remove`", "the op in lower case", _ENTRA, _PATCH)
    BOOLEAN_STRINGS = (
        '`"True"`, `"False"` for a boolean, in a value or in a filter',
        "the boolean",
        _ENTRA,
        "RFC 7643 section 2.3.2",
    )
    DOTTED_NAMES = (
        "in a PATCH value without a path: a name with a dot or a filter, such as `name.givenName`",
        "the name is a path",
        _ENTRA,
        "RFC 7644 section 3.5.2.1",
    )
    URN_NAMES = (
        "in a PATCH value without a path: an attribute's name after its schema's URN",
        "the name is a path",
        _ENTRA,
        "RFC 7644 section 3.5.2.1",
    )
    ABBREVIATED_PATHS = (
        "`manager` without the URN of its extension, in a path or in a filter",
        "the attribute of the extension",
        _ENTRA,
        "RFC 7644 section 3.10",
    )
    BARE_PATH_FILTERS = (
        'the path `members eq "x"`',
        '`members[value eq "x"]`',
        _OTHERS,
        "RFC 7644 section 3.5.2 (erratum 7122)",
    )
    VALUE_PATH_CREATES = (
        '`add` or `replace` of `emails[type eq "work"].value` where no email is of that type',
        "an element is added, made of what the filter compares by `eq`",
        _ENTRA,
        "RFC 7644 section 3.5.2.3",
    )
    REMOVE_WITH_VALUE = (
        "`remove` of `members` with a list of members as its value",
        "these are removed, and never all",
        _ENTRA,
        "RFC 7644 section 3.5.2.2",
    )
    STRING_FOR_COMPLEX = (
        '`"manager": "x"`: a text for a complex value',
        '`{"value": "x"}`',
        _ENTRA,
        "RFC 7643 section 2.3.8",
    )
    EMPTY_STRING_REMOVES = (
        '`"manager": ""`: an empty text for a complex value',
        "the value is removed",
        _ENTRA,
        "RFC 7643 section 2.5",
    )
    ARRAY_FOR_ONE = (
        '`"manager": [{"value": "x"}]`: an array of one for a single value',
        "its only element",
        _ENTRA,
        "RFC 7643 section 2.4",
    )
    ONE_FOR_ARRAY = (
        '`"emails": {"value": "x"}`: one value for an array',
        "an array of it",
        _ENTRA,
        "RFC 7643 section 2.4",
    )
    EMPTY_ELEMENTS = (
        '`"phoneNumbers": [{"value": null}]`: an element in which nothing is assigned',
        "the element is left out",
        _BOTH,
        "RFC 7643 section 2.4",
    )
    UNKNOWN_SCHEMAS_IGNORED = (
        "in `schemas`, a URI that is no schema of the resource type",
        "the URI is left out",
        _BOTH,
        "RFC 7643 section 3",
    )
    UNKNOWN_ATTRIBUTES_IGNORED = (
        "an attribute that no schema has, in a resource or in a PATCH value without a path",
        "the attribute is left out",
        _BOTH,
        "RFC 7643 section 3",
    )
    ANY_REFERENCE = (
        "any text for a reference, such as a `profileUrl` with a space",
        "the text",
        _BOTH,
        "RFC 7643 section 2.3.7",
    )
    VALUE_PATH_COMPARISONS = (
        'the filter `emails[type eq "work"].value eq "x"`',
        '`emails[type eq "work" and value eq "x"]`',
        _ENTRA,
        "RFC 7644 section 3.4.2.2",
    )
    BARE_WORDS = (
        "a filter without quotes: `userName eq bjensen`, `employeeNumber eq 701984`",
        "the text",
        _ENTRA,
        "RFC 7644 section 3.4.2.2",
    )
    SINGLE_QUOTES = (
        "a filter in single quotes: `userName eq 'bjensen'`",
        "the text",
        _ENTRA,
        "RFC 7644 section 3.4.2.2",
    )
    GROUP_PATCH_WITHOUT_BODY = (
        "a PATCH of a group without `attributes` or `excludedAttributes`",
        "the answer is 204 without the group and its members, as the client reads neither",
        _ENTRA,
        "none: RFC 7644 section 3.5.2 allows it",
        False,
    )

    def __init__(
        self,
        sent: str,
        meaning: str,
        clients: tuple[Client, ...],
        clause: str,
        is_usual: bool = True,  # noqa: FBT002 the members of an enum are tuples
    ) -> None:
        self.sent = sent
        self.meaning = meaning
        self.clients = clients
        self.clause = clause
        self.is_usual = is_usual
