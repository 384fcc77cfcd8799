"""What scim2-tester, a conformance suite of others, finds in the gateway over the store."""

import asyncio
import http.client
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from wsgiref.headers import Headers

import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_client.engines.inprocess import InProcessResponse
from scim2_tester import CheckResult, Status, check_server
from support.scim_services import ADMIN_TOKEN, serving_scim

OF_THE_SERVICE: Final = {
    "service_provider_config_endpoint": 1,
    "service_provider_config_endpoint_methods": 4,
    "query_all_resource_types": 1,
    "query_resource_type_by_id": 2,
    "resource_types_schema_validation": 2,
    "access_invalid_resource_type": 1,
    "resource_types_endpoint_methods": 4,
    "query_all_schemas": 1,
    "access_schema_by_id": 6,
    "access_invalid_schema": 1,
    "schemas_endpoint_methods": 4,
    "random_url": 1,
}
OF_EACH_TYPE: Final = {
    "object_creation": 1,
    "object_query": 1,
    "object_query_without_id": 1,
    "object_query_with_attributes": 2,
    "object_list_with_attributes": 2,
    "search_with_attributes": 2,
    "object_replacement": 1,
    "object_deletion": 1,
}
OF_ATTRIBUTES: Final = {
    "User": {
        "check_add_attribute": 27,
        "check_remove_attribute": 26,
        "check_replace_attribute": 28,
    },
    "Group": {"check_add_attribute": 2, "check_remove_attribute": 2, "check_replace_attribute": 3},
}
"""Each tries every attribute of the type that a client can change so."""

CHECKS: Final = Counter(
    {
        **{(None, title): count for title, count in OF_THE_SERVICE.items()},
        **{
            (name, title): count
            for name, others in OF_ATTRIBUTES.items()
            for title, count in {**OF_EACH_TYPE, **others}.items()
        },
    }
)
"""How many results each check of scim2-tester 0.5.2 has, by resource type and title: 138."""


class SocketClient(BaseSyncSCIMClient):
    """Sends the tester's requests over a socket; its own engine for that is not installed here."""

    def __init__(self, base_uri: str, token: str) -> None:
        super().__init__()
        self._base = urlsplit(base_uri)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/scim+json",
        }

    def request(self, method: str, url: str, **options: Any) -> InProcessResponse:
        query = f"?{urlencode(options['params'])}" if options.get("params") else ""
        body = json.dumps(options["json"]) if "json" in options else None
        headers = {**self._headers, **dict(options.get("headers") or {})}
        connection = http.client.HTTPConnection(self._base.netloc, timeout=60)
        try:
            connection.request(method, f"{self._base.path}{url}{query}", body, headers)
            answer = connection.getresponse()
            body = _known_to_the_tester(answer.read())
            return InProcessResponse(answer.status, Headers(answer.getheaders()), body)
        finally:
            connection.close()


def _known_to_the_tester(body: bytes) -> bytes:
    """Return an answer without "securityEvents": scim2-models refuses what RFC 9967 added."""
    message = json.loads(body) if body else None
    if not isinstance(message, dict) or message.pop("securityEvents", None) is None:
        return body
    return json.dumps(message).encode()


@pytest.fixture(params=["sqlite", "mongodb"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SocketClient]:
    on_mongo = request.param == "mongodb"
    store_url = request.getfixturevalue("mongo_url") if on_mongo else "sqlite:"
    async with serving_scim(tmp_path / "data", store=store_url) as base_uri:
        yield SocketClient(base_uri, ADMIN_TOKEN)


async def test_every_check_of_the_default_profile_passes(client: SocketClient) -> None:
    results: list[CheckResult] = await asyncio.to_thread(check_server, client)

    assert [result for result in results if result.status is not Status.SUCCESS] == []
    assert Counter((result.resource_type, result.title) for result in results) == CHECKS
    assert len(results) == 138
