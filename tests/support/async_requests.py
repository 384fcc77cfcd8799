"""All that an asynchronous request goes through, in the test process: gateway to transmitter."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from joserfc import jws
from joserfc.jwk import KeySet
from support.in_process import serving
from support.registrar_storage import MASTER_KEY
from support.scim_services import ADMIN_TOKEN, free_first_port

import resource_store.app
import scim_gateway.app
import set_transmitter.app
import ssf_registrar.app
from resource_store.settings import Settings as StoreSettings
from scim_gateway.settings import Settings as GatewaySettings
from set_transmitter.settings import Settings as TransmitterSettings
from ssf_registrar.settings import Settings as RegistrarSettings


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class AsyncClient:
    """A client that would rather not wait."""

    base_uri: str
    registrar: str
    http: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str = ADMIN_TOKEN, **headers: str
    ) -> Answer:
        """Send a request; a path with a scheme is a whole URI."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["Authorization"] = f"Bearer {token}"
        url = path if "://" in path else self.base_uri + path
        async with self.http.request(method, url, json=body, headers=given) as answer:
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, names, await answer.read())

    async def promised(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request that is answered 202."""
        answer = await self.ask(method, path, body, Prefer="respond-async", **headers)
        assert answer.status == 202, answer
        return answer

    async def outcome(self, promised: Answer) -> Answer:
        """Wait for what becomes of it."""
        async with asyncio.timeout(60):
            while True:
                answer = await self.ask("GET", promised.headers["location"])
                if answer.status != 202:
                    return answer
                await asyncio.sleep(0.02)

    async def completion(self, promised: Answer) -> dict[str, Any]:
        """Wait for the claims of the one SET that tells what became of it."""
        answer = await self.outcome(promised)
        assert answer.status == 200, answer
        assert answer.headers["content-type"] == "application/secevent+jwt"
        return await self.verified(answer.body.decode())

    async def completions(self, promised: Answer) -> dict[str, dict[str, Any]]:
        """Wait for the claims of the SETs of a bulk request, by their txn."""
        answer = await self.outcome(promised)
        assert answer.headers["content-type"] == "application/json"
        claims = {jti: await self.verified(jwt) for jti, jwt in answer.json["sets"].items()}
        assert all(told["jti"] == jti for jti, told in claims.items())
        return {told["txn"]: told for told in claims.values()}

    async def verified(self, jwt: str) -> dict[str, Any]:
        """Return the claims of a SET, whose signature is right."""
        async with self.http.get(f"{self.registrar}/jwks.json") as answer:
            keys = KeySet.import_key_set(await answer.json())
        verified = jws.deserialize_compact(jwt, keys, algorithms=["RS256", "ES256"])
        assert verified.protected["typ"] == "secevent+jwt"
        claims: dict[str, Any] = json.loads(verified.payload)
        return claims


@asynccontextmanager
async def async_client(data: Path, **settings: str) -> AsyncIterator[AsyncClient]:
    """Run gateway, store, registrar and transmitter until the block ends."""
    place = {"data": data, "port": free_first_port(), **settings}
    secrets = {"admin_token": ADMIN_TOKEN, "master_key": MASTER_KEY}
    store = StoreSettings.model_validate(place)
    registrar = RegistrarSettings.model_validate({**place, **secrets})
    async with (
        serving("resource-store", store, resource_store.app.build),
        serving("ssf-registrar", registrar, ssf_registrar.app.build) as registrar_origin,
        serving(
            "set-transmitter",
            TransmitterSettings.model_validate(place),
            set_transmitter.app.build,
        ),
        serving(
            "scim-gateway", GatewaySettings.model_validate(place), scim_gateway.app.build
        ) as origin,
        aiohttp.ClientSession() as http,
    ):
        yield AsyncClient(f"{origin}/scim/v2", registrar_origin, http)
