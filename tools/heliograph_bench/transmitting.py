"""Transmit streams of a running cluster: made, paused and set back as an administrator does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from heliograph_bench.services import Cluster, until
from secevent.scim_events import CREATE_FULL, PATCH_FULL

GATEWAY: Final = "scim_gateway"
STORE: Final = "resource_store"
REGISTRAR: Final = "ssf_registrar"
TRANSMITTER: Final = "set_transmitter"
TRANSMITTING: Final = (STORE, REGISTRAR, GATEWAY, TRANSMITTER)
"""What a change goes through until it is a SET on its way."""

_JSON: Final = {"Content-Type": "application/json"}
_PUSH: Final = "urn:ietf:rfc:8935"


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of a cluster."""

    cluster: Cluster

    async def make(self, *, push_to: str | None = None, algorithm: str = "RS256") -> str:
        """Make a push stream to a URL, or else a poll stream; return its id once it is known."""
        body: dict[str, Any] = {
            "events_requested": [CREATE_FULL, PATCH_FULL],
            "signing_algorithm": algorithm,
        }
        if push_to is not None:
            body["delivery"] = {"method": _PUSH, "endpoint_url": push_to}
        made = await self._registrar("/ssf/streams", body)
        stream_id = str(made["stream_id"])
        await self._until(stream_id, status="enabled")
        return stream_id

    async def make_many(self, count: int) -> list[str]:
        """Make poll streams; return their ids once all are known."""
        body = {"events_requested": [CREATE_FULL]}
        made = [await self._registrar("/ssf/streams", body) for _ in range(count)]
        stream_ids = [str(each["stream_id"]) for each in made]

        async def are_known() -> bool:
            return (await self.states()).keys() >= set(stream_ids)

        await until(are_known)
        return stream_ids

    async def set_status(self, stream_id: str, status: str) -> None:
        """Pause a stream, or enable it again."""
        await self._registrar("/ssf/status", {"stream_id": stream_id, "status": status})

    async def pause(self, stream_id: str) -> None:
        """Pause a stream; return once the transmitter has it so."""
        await self.set_status(stream_id, "paused")
        await self._until(stream_id, status="paused")

    async def until_pending(self, stream_id: str, count: int) -> None:
        """Return once a stream has so many events to deliver."""
        await self._until(stream_id, pending=count)

    async def set_back(self, stream_id: str) -> None:
        """Have a stream deliver once more all that it ever had."""
        path = f"/admin/v1/streams/{stream_id}/reset"
        await self._sent(
            "POST", self.cluster.origin_of("set-transmitter") + path, {"to": "beginning"}
        )

    async def states(self) -> Mapping[str, Mapping[str, Any]]:
        """Return how far streams are, by their ids."""
        url = self.cluster.origin_of("set-transmitter") + "/admin/v1/streams"
        found = await self._sent("GET", url)
        return {each["stream_id"]: each for each in found["streams"]}

    async def _until(self, stream_id: str, **wanted: object) -> None:
        async def is_so() -> bool:
            state = (await self.states()).get(stream_id, {})
            return all(state.get(name) == value for name, value in wanted.items())

        await until(is_so)

    async def _registrar(self, path: str, body: object) -> Any:  # noqa: ANN401  JSON
        return await self._sent("POST", self.cluster.origin_of("ssf-registrar") + path, body)

    async def _sent(self, method: str, url: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        data = None if body is None else orjson.dumps(body)
        async with self.cluster.session.request(method, url, data=data, headers=_JSON) as response:
            response.raise_for_status()
            content = await response.read()
            return orjson.loads(content) if content else {}
