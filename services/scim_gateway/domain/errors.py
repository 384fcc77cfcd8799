"""Why a request is refused, in the gateway's own words; each reason is stable."""

from typing import ClassVar


class GatewayError(Exception):
    """A request that the gateway refuses. Its text is the `detail` that the client may read."""

    reason: ClassVar[str]

    def __init__(self, detail: str, *, attribute_path: str = "", clause: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.attribute_path = attribute_path
        self.clause = clause


class StoreRefusedError(Exception):
    """The store refused an operation; the reason is one of its contract's."""

    def __init__(
        self, reason: str, detail: str, *, attribute_path: str = "", clause: str = ""
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.attribute_path = attribute_path
        self.clause = clause


class StoreUnavailableError(GatewayError):
    """The store is away; what was asked may have happened, and may be asked again."""

    reason = "UNAVAILABLE"


class NotFoundError(GatewayError):
    """There is no such resource, schema, resource type or endpoint."""

    reason = "RESOURCE_NOT_FOUND"


class PreconditionFailedError(GatewayError):
    """An If-Match header names no current version (RFC 7644 section 3.14)."""

    reason = "VERSION_MISMATCH"


class FilterForbiddenError(GatewayError):
    """A discovery endpoint was asked with a filter (RFC 7644 section 4)."""

    reason = "FILTER_FORBIDDEN"


class UnsupportedVersionError(GatewayError):
    """The URI asks for another version of the protocol (RFC 7644 section 3.13)."""

    reason = "UNSUPPORTED_VERSION"


class RateExceededError(GatewayError):
    """A token sends requests faster than one may (RFC 6585 section 4)."""

    reason = "RATE_EXCEEDED"

    def __init__(self, detail: str, *, seconds: int) -> None:
        super().__init__(detail, clause="RFC 6585 section 4")
        self.seconds = seconds


class NoSuchUserError(NotFoundError):
    """/Me is nobody (RFC 7644 section 3.11)."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, clause="RFC 7644 section 3.11")


class UserExistsError(GatewayError):
    """A POST to /Me of somebody whom the token names already."""

    reason = "UNIQUENESS"

    def __init__(self, location: str) -> None:
        super().__init__(
            f"the token is for the User at {location}, and for no other: PUT or PATCH /Me",
            clause="RFC 7644 section 3.11",
        )


class JwtRefusedError(Exception):
    """A JWT lets nobody in; the text says why, to the tenant's admin and not to its holder."""


class JwtScopeError(Exception):
    """A JWT is good, and does not reach as far as SCIM."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"the JWT lacks the scope {scope}")
        self.scope = scope


class KeysUnavailableError(Exception):
    """An issuer's keys cannot be had just now: nothing can be said of its JWTs."""


class TooManyOperationsError(GatewayError):
    """A bulk request has more operations than one may have (RFC 7644 section 3.7.4)."""

    reason = "TOO_LARGE"
