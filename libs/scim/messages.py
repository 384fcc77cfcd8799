"""The URNs and messages of the protocol (RFC 7644 sections 3.4.2, 3.12 and 8.2)."""

from collections.abc import Sequence
from typing import Any

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SERVICE_PROVIDER_CONFIG_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

MEDIA_TYPE = "application/scim+json"


def list_response(
    resources: Sequence[object], *, total_results: int, start_index: int = 1
) -> dict[str, Any]:
    """Return a page of results; `Resources` is there even when it is empty, as clients want it."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": total_results,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def error_body(status: int, detail: str, scim_type: str | None = None) -> dict[str, Any]:
    """Return an error; its status is a string (RFC 7644 section 3.12)."""
    return {
        "schemas": [ERROR],
        "status": str(status),
        **({"scimType": scim_type} if scim_type else {}),
        "detail": detail,
    }
