"""A SCIM service provider as many are: index paging alone, no bulk, ids that count up.

It is a real HTTP server in the test process. What it does at a request can be scripted: that is
how resources come and go between two pages, and how answers get lost.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, LIST_RESPONSE, USER_SCHEMA

TOKEN = "the-token-of-the-other-server"
SCHEMAS = {"/Users": USER_SCHEMA, "/Groups": GROUP_SCHEMA}
Hook = Callable[[web.Request], Awaitable[None] | None]


@dataclass
class IndexPagingProvider:
    base_uri: str = ""
    page: int = 3
    resources: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"/Users": [], "/Groups": []}
    )
    before: Hook | None = None
    """Is called before a request is answered."""
    after: Hook | None = None
    """Is called when a request has taken effect; what it raises is the answer."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    _last_id: int = 0

    def add(self, endpoint: str, attributes: dict[str, Any]) -> dict[str, Any]:
        self._last_id += 1
        resource_id = str(self._last_id)
        created = {
            "schemas": [SCHEMAS[endpoint]],
            **attributes,
            "id": resource_id,
            "meta": {
                "resourceType": endpoint.strip("/").removesuffix("s"),
                "location": f"{self.base_uri}{endpoint}/{resource_id}",
            },
        }
        self.resources[endpoint].append(created)
        return created

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append((request.method, request.path))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, f"no such token: {request.headers.get('Authorization')}")
        if self.before is not None and (waiting := self.before(request)) is not None:
            await waiting
        path = request.path.removeprefix("/scim/v2")
        answer = await self._answer(request, path)
        if self.after is not None and (waiting := self.after(request)) is not None:
            await waiting
        return answer

    async def _answer(self, request: web.Request, path: str) -> web.Response:
        match request.method, path:
            case "GET", "/ServiceProviderConfig":
                return web.json_response(
                    {
                        "patch": {"supported": True},
                        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
                        "filter": {"supported": True, "maxResults": self.page},
                    }
                )
            case "GET", "/Users" | "/Groups":
                return self._listed(request, path)
            case "POST", "/Users" | "/Groups":
                return self._created(path, await request.json())
            case "PATCH", _:
                return self._patched(path, await request.json())
            case "PUT", _:
                return self._replaced(path, await request.json())
        return _error(404, "no such endpoint")

    def _listed(self, request: web.Request, endpoint: str) -> web.Response:
        found = self.resources[endpoint]
        if (wanted := request.query.get("filter")) is not None:
            attribute, _, value = wanted.split(" ", 2)
            found = [each for each in found if each.get(attribute) == value.strip('"')]
        start = int(request.query.get("startIndex", "1"))
        count = min(int(request.query.get("count", "100")), self.page)
        page = found[start - 1 : start - 1 + count]
        return web.json_response(
            {
                "schemas": [LIST_RESPONSE],
                "totalResults": len(found),
                "startIndex": start,
                "itemsPerPage": len(page),
                "Resources": page,
            }
        )

    def _created(self, endpoint: str, body: dict[str, Any]) -> web.Response:
        name = body.get("userName")
        if name and any(each["userName"] == name for each in self.resources[endpoint]):
            return _error(409, f"userName {name} is taken", "uniqueness")
        return web.json_response(self.add(endpoint, body), status=201)

    def _patched(self, path: str, body: dict[str, Any]) -> web.Response:
        resource = self._at(path)
        for operation in body["Operations"]:
            container, name = resource, operation["path"]
            if name.startswith(ENTERPRISE_USER_SCHEMA):
                container = resource.setdefault(ENTERPRISE_USER_SCHEMA, {})
                name = name.removeprefix(f"{ENTERPRISE_USER_SCHEMA}:")
            value = operation["value"]
            if isinstance(value, list):
                held = container.setdefault(name, [])
                held.extend(each for each in value if each not in held)
            else:
                container[name] = value
        return web.json_response(resource)

    def _replaced(self, path: str, body: dict[str, Any]) -> web.Response:
        resource = self._at(path)
        kept = {"id": resource["id"], "meta": resource["meta"]}
        resource.clear()
        resource.update({**body, **kept})
        return web.json_response(resource)

    def _at(self, path: str) -> dict[str, Any]:
        endpoint, _, resource_id = path.rpartition("/")
        return next(each for each in self.resources[endpoint] if each["id"] == resource_id)


def _error(status: int, detail: str, scim_type: str = "") -> web.Response:
    body = {
        "status": str(status),
        "detail": detail,
        **({"scimType": scim_type} if scim_type else {}),
    }
    return web.json_response(body, status=status)


@asynccontextmanager
async def index_paging_provider() -> AsyncIterator[IndexPagingProvider]:
    """Run one until the block ends."""
    provider = IndexPagingProvider()
    application = web.Application(client_max_size=1 << 24)
    application.router.add_route("*", "/{path:.*}", provider.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        provider.base_uri = f"http://{host}:{port}/scim/v2"
        yield provider
    finally:
        await runner.cleanup()
