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


class UnsupportedFeatureError(GatewayError):
    """An optional part of the protocol that this service provider does not offer."""

    reason = "UNSUPPORTED_FEATURE"


class RateExceededError(GatewayError):
    """A token sends requests faster than one may (RFC 6585 section 4)."""

    reason = "RATE_EXCEEDED"

    def __init__(self, detail: str, *, seconds: int) -> None:
        super().__init__(detail, clause="RFC 6585 section 4")
        self.seconds = seconds


class TooManyOperationsError(GatewayError):
    """A bulk request has more operations than one may have (RFC 7644 section 3.7.4)."""

    reason = "TOO_LARGE"
