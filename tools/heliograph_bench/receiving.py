"""SETs pushed to set-receiver until all are acknowledged, beside the least that this can cost."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import orjson
from aiohttp import web

from heliograph_bench.measuring import Row, Way, compare
from heliograph_bench.own_server import serving
from heliograph_bench.raw_signing import AUDIENCE, ISSUER, RawSigner, claims_of
from heliograph_bench.sending import send_all
from heliograph_bench.services import Cluster, Server, bare_server, cluster
from secevent.keys import public_jwk
from secevent.push import MEDIA_TYPE
from secevent.scim_events import CREATE_FULL
from secevent.signing import generate_private_jwk

_RECEIVER: Final = "set_receiver"
_SETS: Final = 2_000
_WAITING: Final = 64
_HEADERS: Final = {"Content-Type": MEDIA_TYPE, "Accept": "application/json"}
_JSON: Final = {"Content-Type": "application/json"}
_TARGET: Final = "≥ 50 %"
_NOTE: Final = (
    "the CPU of set-receiver until all are acknowledged; nothing is applied, as no store runs"
)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Where SETs are pushed to, and what that asks for."""

    session: aiohttp.ClientSession
    url: str
    headers: Mapping[str, str]

    async def push(self, compact: bytes) -> None:
        async with self.session.post(self.url, data=compact, headers=self.headers) as response:
            response.raise_for_status()
            await response.read()


@dataclass(slots=True)
class _Sets:
    """Signed SETs that nobody has had before, made ready before each run."""

    signer: RawSigner
    numbers: Iterator[int] = field(default_factory=itertools.count)
    ready: Sequence[bytes] = ()

    async def make(self) -> None:
        numbers = itertools.islice(self.numbers, _SETS)
        self.ready = [self.signer.sign(claims_of(each, jti=f"{each:064x}")) for each in numbers]

    async def push_to(self, endpoint: _Endpoint) -> int:
        return await send_all(self.ready, endpoint.push, senders=_WAITING)


async def receiving(*, store: str | None) -> Sequence[Row]:
    """Measure SETs by both algorithms: each is verified, compared with those before, durable."""
    return [await _receiving(algorithm, store=store) for algorithm in ("ES256", "RS256")]


async def _receiving(algorithm: str, *, store: str | None) -> Row:
    private_jwk = generate_private_jwk(algorithm)
    public = public_jwk(private_jwk)
    sets = _Sets(RawSigner.of(private_jwk))
    async with (
        serving("GET", partial(_jwks, public)) as jwks_uri,
        cluster("ssf_registrar", _RECEIVER, connections=_WAITING, url=store) as receiving_cluster,
        _bare_receiver(public) as bare,
    ):
        ours = await _receive_stream(receiving_cluster, algorithm, jwks_uri=jwks_uri)
        return await compare(
            f"receive: {algorithm}, at {_WAITING} waiting, beside a bare POST, verified, committed",
            ours=Way(
                partial(sets.push_to, ours),
                cpu_seconds=partial(receiving_cluster.cpu_seconds, _RECEIVER),
                prepare=sets.make,
            ),
            reference=Way(
                partial(sets.push_to, _Endpoint(bare.session, bare.url, _HEADERS)),
                cpu_seconds=bare.cpu_seconds,
                prepare=sets.make,
            ),
            target=_TARGET,
            note=_NOTE,
        )


@asynccontextmanager
async def _bare_receiver(public: Mapping[str, object]) -> AsyncIterator[Server]:
    with TemporaryDirectory(prefix="heliograph-bench-") as folder:
        arguments = [str(Path(folder) / "received.sqlite3"), orjson.dumps(public).decode()]
        async with bare_server("bare_receiver", *arguments, connections=_WAITING) as bare:
            yield bare


async def _receive_stream(receiver: Cluster, algorithm: str, *, jwks_uri: str) -> _Endpoint:
    """Make a stream that is pushed to."""
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "issuerJWKSUrl": jwks_uri,
        "signing_algorithm": algorithm,
        "events_requested": [CREATE_FULL],
        "delivery": {"method": "urn:ietf:rfc:8935:receive"},
    }
    url = f"{receiver.origin_of('ssf-registrar')}/ssf/streams"
    async with receiver.session.post(url, data=orjson.dumps(body), headers=_JSON) as response:
        response.raise_for_status()
        delivery = orjson.loads(await response.read())["delivery"]
    headers = {**_HEADERS, "Authorization": delivery["authorization_header"]}
    return _Endpoint(receiver.session, delivery["endpoint_url"], headers)


async def _jwks(public: Mapping[str, object], _request: web.Request) -> web.Response:
    return web.json_response({"keys": [public]})
