"""What this service provider can do (RFC 7643 section 5; RFC 9865, 4; RFC 9967, 3)."""

from dataclasses import dataclass
from typing import Any

from scim.messages import SERVICE_PROVIDER_CONFIG_SCHEMA
from scim_gateway.domain.paging import PageSizes
from secevent.scim_events import EMITTED

_BEARER = {
    "type": "oauthbearertoken",
    "name": "OAuth Bearer Token",
    "description": "An Authorization header with a bearer token of scope scim",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": True,
}


@dataclass(frozen=True, slots=True)
class BulkLimits:
    """How much one bulk request may hold (RFC 7644 section 3.7.4)."""

    max_operations: int
    max_payload_size: int
    """In bytes."""


def service_provider_config(
    base_uri: str, bulk: BulkLimits, page_sizes: PageSizes, *, cursor_seconds: int
) -> dict[str, Any]:
    """Return the ServiceProviderConfig, which tells exactly what works now."""
    return {
        "schemas": [SERVICE_PROVIDER_CONFIG_SCHEMA],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": bulk.max_operations,
            "maxPayloadSize": bulk.max_payload_size,
        },
        "filter": {"supported": True, "maxResults": page_sizes.maximum},
        "changePassword": {"supported": True},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": page_sizes.default,
            "maxPageSize": page_sizes.maximum,
            "cursorTimeout": cursor_seconds,
        },
        "securityEvents": {"asyncRequest": "request", "eventUris": list(EMITTED)},
        "authenticationSchemes": [_BEARER],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base_uri}/ServiceProviderConfig",
        },
    }
