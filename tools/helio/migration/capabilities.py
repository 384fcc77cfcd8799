"""What a service provider can do (RFC 7643 section 5, RFC 9865 section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_PAGE: Final = 500
_OPERATIONS: Final = 500
_PAYLOAD: Final = 1 << 20
_MARGIN: Final = 1024


@dataclass(frozen=True, slots=True)
class BulkLimits:
    """How much goes into one bulk request (RFC 7644 section 3.7.4)."""

    operations: int
    payload: int
    """The size of its operations, in bytes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a migration makes use of."""

    cursor: bool = False
    page: int = 100
    """How many resources to ask for at once."""
    bulk: BulkLimits | None = None
    patch: bool = True
    filter: bool = True


def capabilities_of(document: Mapping[str, Any]) -> Capabilities:
    """Return what a ServiceProviderConfig tells; what it does not tell is as by default."""
    default = Capabilities()
    pagination = _complex(document, "pagination")
    limits = (
        _positive(pagination, "maxPageSize"),
        _positive(_complex(document, "filter"), "maxResults"),
    )
    return Capabilities(
        cursor=pagination.get("cursor") is True,
        page=min(_PAGE, *(limit for limit in limits if limit)) if any(limits) else default.page,
        bulk=_bulk(_complex(document, "bulk")),
        patch=_supported(document, "patch", default=default.patch),
        filter=_supported(document, "filter", default=default.filter),
    )


def _bulk(bulk: Mapping[str, Any]) -> BulkLimits | None:
    if bulk.get("supported") is not True:
        return None
    operations = _positive(bulk, "maxOperations") or _OPERATIONS
    payload = _positive(bulk, "maxPayloadSize") or _PAYLOAD
    return BulkLimits(min(operations, _OPERATIONS), max(payload - _MARGIN, 1))


def _supported(document: Mapping[str, Any], name: str, *, default: bool) -> bool:
    return bool(_complex(document, name).get("supported", default))


def _complex(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _positive(document: Mapping[str, Any], name: str) -> int | None:
    value = document.get(name)
    return value if isinstance(value, int) and value > 0 else None
