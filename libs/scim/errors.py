"""What is wrong with a request: one class per scimType (RFC 7644 section 3.12, table 9)."""

from typing import ClassVar


class ScimError(Exception):
    """A request that SCIM refuses. Its text is the `detail` that the client may read.

    The text never holds an attribute's value, so that no secret can leave with it.
    """

    reason: ClassVar[str]

    def __init__(self, detail: str, *, attribute_path: str = "", clause: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.attribute_path = attribute_path
        self.clause = clause


class InvalidSyntaxError(ScimError):
    """The body is no JSON object of the expected structure, or names a schema wrongly."""

    reason = "INVALID_SYNTAX"


class InvalidValueError(ScimError):
    """A required value is missing, or a value does not fit its attribute."""

    reason = "INVALID_VALUE"


class InvalidPathError(ScimError):
    """An attribute path is malformed, or names no attribute of the resource type."""

    reason = "INVALID_PATH"


class InvalidFilterError(ScimError):
    """A filter is malformed, or compares what cannot be compared."""

    reason = "INVALID_FILTER"


class NoTargetError(ScimError):
    """A PATCH path selects nothing that could be changed."""

    reason = "NO_TARGET"


class MutabilityError(ScimError):
    """The change is at odds with the target's mutability or its current state."""

    reason = "MUTABILITY"


class UniquenessError(ScimError):
    """A value that must be unique is in use."""

    reason = "UNIQUENESS"


class SensitiveError(ScimError):
    """The request asks after information that may not be shown (RFC 7644 section 7.5.2)."""

    reason = "SENSITIVE"


class InvalidCursorError(ScimError):
    """A cursor is none that was given for this query to this client (RFC 9865 section 2.1)."""

    reason = "INVALID_CURSOR"


class ExpiredCursorError(ScimError):
    """A cursor is older than cursors live (RFC 9865 section 2.1)."""

    reason = "EXPIRED_CURSOR"


class InvalidCountError(ScimError):
    """A count is no number, or not that of the first page (RFC 9865 section 2.1)."""

    reason = "INVALID_COUNT"
