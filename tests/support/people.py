"""People at a running cluster, by its SCIM face."""

from typing import Any

import aiohttp
from support.cluster import Cluster

from helio.api import Api
from helio.api import running_cluster as found_cluster
from helio.settings import cluster_settings
from scim.messages import PATCH_OP, USER_SCHEMA

_MEDIA_TYPE = "application/scim+json"


def api_of(cluster: Cluster, session: aiohttp.ClientSession) -> Api:
    found = found_cluster(cluster_settings(data=cluster.data))
    assert found is not None
    return Api(session, *found)


async def create(api: Api, user_name: str) -> dict[str, Any]:
    body = {"schemas": [USER_SCHEMA], "userName": user_name}
    url = api.url("scim-gateway", "/scim/v2/Users")
    created: dict[str, Any] = await api.call("POST", url, body, media_type=_MEDIA_TYPE)
    return created


async def retitle(api: Api, person: dict[str, Any], title: str) -> None:
    operation = {"op": "replace", "path": "title", "value": title}
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    await api.call("PATCH", _url(api, person), body, media_type=_MEDIA_TYPE)


async def delete(api: Api, person: dict[str, Any]) -> None:
    await api.call("DELETE", _url(api, person))


async def found(api: Api, person: dict[str, Any]) -> Any:
    return await api.call("GET", _url(api, person))


async def has(api: Api, user_name: str) -> bool:
    query = f'/scim/v2/Users?filter=userName eq "{user_name}"'
    listed = await api.call("GET", api.url("scim-gateway", query))
    return bool(listed["totalResults"])


def _url(api: Api, person: dict[str, Any]) -> str:
    return api.url("scim-gateway", f"/scim/v2/Users/{person['id']}")
