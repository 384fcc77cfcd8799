"""What this service provider can do (RFC 7643 section 5)."""

from typing import Any

from scim.messages import SERVICE_PROVIDER_CONFIG_SCHEMA
from scim_gateway.domain.queries import MAX_COUNT

_BEARER = {
    "type": "oauthbearertoken",
    "name": "OAuth Bearer Token",
    "description": "An Authorization header with a bearer token of scope scim",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": True,
}


def service_provider_config(base_uri: str) -> dict[str, Any]:
    """Return the ServiceProviderConfig, which tells exactly what works now."""
    return {
        "schemas": [SERVICE_PROVIDER_CONFIG_SCHEMA],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MAX_COUNT},
        "changePassword": {"supported": True},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [_BEARER],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base_uri}/ServiceProviderConfig",
        },
    }
