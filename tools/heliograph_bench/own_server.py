"""A server of the benchmark's own process, for what a cluster asks of others."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from heliograph_demo.clusters import free_port

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(method: str, handler: Handler) -> AsyncIterator[str]:
    """Answer requests of one method by a handler; yield the URL that does."""
    app = web.Application()
    app.router.add_route(method, "/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()
