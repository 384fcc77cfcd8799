"""The routes of all tenants, of which those of the default tenant's base URI take no notice."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from servicekit.http import NamedRoute

_PREFIX: Final = "/t/"


class TenantRoutes(BaseRoute):
    """One route in the eyes of the router, which tries them one after the other."""

    def __init__(self, routes: Sequence[NamedRoute]) -> None:
        """Take routes whose paths begin with /t/."""
        self._routes = routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the first that matches."""
        if scope["type"] == "http" and scope["path"].startswith(_PREFIX):
            for route in self._routes:
                match, child_scope = route.matches(scope)
                if match is not Match.NONE:
                    return match, child_scope
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that has matched answer."""
        route: NamedRoute = scope["route"]
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Know no names."""
        raise NoMatchFound(name, path_params)
