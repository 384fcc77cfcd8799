"""The push endpoint over keys and receipts in memory, called without a socket."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from support.memory_receipts import MemoryReceipts, MemoryStreamStates
from support.received_sets import IAT, STREAM, Issuer

from secevent.encryption import DecryptionKeys
from secevent.verification import KeySet
from servicekit.signals import News
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.open_sets import OpenSets
from set_receiver.commands.take_in import TakeIn
from set_receiver.domain.errors import KeysUnavailableError
from set_receiver.domain.receipts import Selection
from set_receiver.domain.streams import ReceiveStream
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.push_endpoint import PushEndpoint
from set_receiver.entrypoints.stream_directory import StreamDirectory
from set_receiver.entrypoints.troubles import Troubles
from set_receiver.ports.streams import JournalEntry


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class _NoOthers:
    """A registrar that knows no further streams."""

    async def all(self) -> tuple[list[ReceiveStream], str]:
        return [], ""

    async def get(self, tenant: str, stream_id: str) -> ReceiveStream | None:
        del tenant, stream_id
        return None

    async def read(self, cursor: str) -> tuple[list[JournalEntry], str]:
        return [], cursor


@dataclass
class Recipient:
    """The endpoint, what it knows, and what it has kept."""

    issuer: Issuer = field(default_factory=Issuer)
    receipts: MemoryReceipts = field(default_factory=MemoryReceipts)
    private_jwks: list[dict[str, object]] = field(default_factory=list)
    has_keys: bool = True
    most_at_once: int = 256

    def __post_init__(self) -> None:
        self.directory = StreamDirectory(_NoOthers())
        self.directory.put(STREAM.stream_id, STREAM)
        heed = HeedStreamEvents(MemoryStreamStates())
        take_in = TakeIn(self.receipts, self, OpenSets(self), lambda: IAT * 1_000_000, heed)
        intake = Intake(take_in, News(), Troubles())
        endpoint = PushEndpoint(self.directory, intake, self.most_at_once)
        self._app = Starlette(routes=[endpoint.route()])

    def known(self, jwks_uri: str) -> KeySet:
        assert jwks_uri == STREAM.jwks_uri
        return KeySet.from_jwks(self.issuer.jwks) if self.has_keys else KeySet(())

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        del kid
        if not self.has_keys:
            raise KeysUnavailableError("the issuer's server is away", retry_after=3.0)
        return self.known(jwks_uri)

    async def of(self, tenant: str, *, kid: str | None) -> DecryptionKeys:
        del tenant, kid
        return DecryptionKeys.from_private_jwks(self.private_jwks)

    async def push(
        self,
        body: str | bytes,
        *,
        method: str = "POST",
        stream_id: str = STREAM.stream_id,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a request as a transmitter does; a header that is None is left out."""
        sent = {
            "content-type": "application/secevent+jwt",
            "accept": "application/json",
            "authorization": STREAM.authorization_header,
            **(headers or {}),
        }
        octets = body.encode() if isinstance(body, str) else body
        return await _called(self._app, method, f"/events/{stream_id}", sent, octets)

    async def kept(self) -> list[str]:
        """Return the jti of what was received."""
        page = await self.receipts.page(Selection("default"), after=0, limit=1000)
        return [receipt.arrival.jti for receipt in page]


async def _called(
    app: Starlette, method: str, path: str, headers: Mapping[str, str | None], body: bytes
) -> Answer:
    parts: list[MutableMapping[str, Any]] = []
    requests = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return requests.pop(0) if requests else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        parts.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items() if v is not None],
    }
    await app(scope, receive, send)
    start, *chunks = parts
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], answered, b"".join(chunk["body"] for chunk in chunks))
