"""How literally a request is taken (RFC 7643 and 7644, and what well-known clients really send)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """Strict is the RFCs to the letter; else what Entra ID and Okta send is understood too.

    Those are: "True" and "False" for booleans, an array of one for a singular value, a single value
    for an array, a bare string for a complex value, dotted names in a PATCH value without a path,
    `remove` with a value, a value path that matches nothing, unknown schemas and attributes, bare
    words as filter literals, and `a[f].b op v`.
    """

    strict: bool


TOLERANT = Profile(strict=False)
STRICT = Profile(strict=True)
