"""The gateway while its peers restart and stay away, and what it tells of them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from support.fake_peers import FakeStore, serving_store
from support.fake_registrar import FakeRegistrar
from support.in_process import free_port, serving
from support.running_gateway import (
    ANN,
    Gateway,
    configured,
)

from scim_gateway.app import NAME, build
from scim_gateway.settings import Settings


async def test_a_restart_of_the_store_goes_unnoticed(gateway: Gateway, settings: Settings) -> None:
    await gateway.create()
    await gateway.peers.aclose()

    waiting = [
        asyncio.ensure_future(gateway.ask("GET", "/Users/id-1")),
        asyncio.ensure_future(gateway.ask("POST", "/Users", ANN)),
        asyncio.ensure_future(gateway.ask("GET", "/Users")),
    ]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    await gateway.peers.enter_async_context(serving_store(settings, gateway.store))
    answers = await asyncio.gather(*waiting)

    assert done == set()
    assert [answer.status for answer in answers] == [200, 201, 200]


async def test_many_requests_at_once_are_all_answered(gateway: Gateway) -> None:
    names = [f"user-{number}" for number in range(200)]

    created = await asyncio.gather(
        *(gateway.ask("POST", "/Users", {**ANN, "userName": name}) for name in names)
    )
    read = await asyncio.gather(
        *(gateway.ask("GET", f"/Users/{answer.json['id']}") for answer in created)
    )

    assert [answer.json["userName"] for answer in read] == names


async def test_metrics_name_routes_and_not_resources(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.ask("GET", "/Users/id-1?filter=secret")

    async with gateway.session.get(f"{gateway.origin}/metrics") as answer:
        metrics = await answer.text()

    assert 'method="GET",route="/scim/v2/Users/{id}",status="200"' in metrics
    assert "id-1" not in metrics
    assert "secret" not in metrics


async def test_readiness_reports_the_peers(gateway: Gateway) -> None:
    async with gateway.session.get(f"{gateway.origin}/readyz") as answer:
        report = await answer.json()

    assert report["checks"] == {"resource-store": True, "ssf-registrar": True}


async def test_a_store_that_stays_away_asks_for_patience(settings: Settings) -> None:
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        known = await gateway.create()
        await gateway.peers.aclose()

        answers = [
            await gateway.ask("GET", known.headers["location"].partition("/scim/v2")[2]),
            await gateway.ask("POST", "/Users", ANN),
            await gateway.ask("GET", "/Users"),
            await gateway.ask("GET", "/Schemas"),
        ]

    assert [answer.error for answer in answers] == [(503, None)] * 4
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}


async def test_a_registrar_that_is_away_is_no_reason_to_refuse_a_token(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", port=free_port(), scim_patience_seconds=0.3)
    async with serving(NAME, settings, build) as origin, aiohttp.ClientSession() as session:
        gateway = Gateway(origin, FakeStore(), FakeRegistrar(), session, AsyncExitStack())

        answer = await gateway.ask("GET", "/Users")

    assert answer.error == (503, None)
