"""A backlog signed, pushed and recorded, beside raw signing and the same HTTP client alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import aiohttp

from heliograph_bench.loading import BULK_OPERATIONS, Load
from heliograph_bench.measuring import Row, Way, compare
from heliograph_bench.raw_signing import RawSigner, claims_of
from heliograph_bench.sending import send_all
from heliograph_bench.services import Server, bare_server, cluster, until
from heliograph_bench.transmitting import TRANSMITTER, TRANSMITTING, Streams
from secevent.push import MEDIA_TYPE
from secevent.signing import generate_private_jwk
from set_transmitter.adapters.http_push import push_session

_EVENTS: Final = 4 * BULK_OPERATIONS
_AT_ONCE: Final = 16
"""As many as set-transmitter has of a stream under way."""
_TARGETS: Final[Mapping[str, str]] = MappingProxyType({"ES256": "≥ 60 %", "RS256": "≥ 70 %"})
_NOTE: Final = "the CPU of set-transmitter, which signs, pushes and records; not its receiver's"


async def pushing(*, store: str | None) -> Sequence[Row]:
    """Measure pushes of a backlog to a receiver that accepts all, which is not counted."""
    async with (
        bare_server("recipient", connections=_AT_ONCE) as recipient,
        cluster(*TRANSMITTING, connections=_AT_ONCE, url=store) as transmitting,
        push_session(timeout_seconds=15) as session,
    ):
        streams = Streams(transmitting)
        backlogs = {
            algorithm: _Backlog(
                streams, recipient, await streams.make(push_to=recipient.url, algorithm=algorithm)
            )
            for algorithm in _TARGETS
        }
        for backlog in backlogs.values():
            await streams.pause(backlog.stream_id)
        gateway = Server(
            f"{transmitting.origin_of('scim-gateway')}/scim/v2", [], transmitting.session
        )
        await Load(gateway).in_bulk(_EVENTS)
        return [
            await compare(
                f"push: {algorithm}, a backlog of {_EVENTS:,} events, beside raw signing and POST",
                ours=Way(
                    backlog.deliver,
                    cpu_seconds=partial(transmitting.cpu_seconds, TRANSMITTER),
                    prepare=backlog.restore,
                ),
                reference=_raw(session, recipient.url, algorithm),
                target=_TARGETS[algorithm],
                note=_NOTE,
            )
            for algorithm, backlog in backlogs.items()
        ]


@dataclass(frozen=True, slots=True)
class _Backlog:
    """What a paused stream has to push, again and again."""

    streams: Streams
    recipient: Server
    stream_id: str

    async def restore(self) -> None:
        """Have all of it pending, and nothing of it signed."""
        await self.streams.pause(self.stream_id)
        await self.streams.set_back(self.stream_id)
        await self.streams.until_pending(self.stream_id, _EVENTS)

    async def deliver(self) -> int:
        """Push it."""
        ends = await self._accepted() + _EVENTS
        await self.streams.set_status(self.stream_id, "enabled")
        await until(partial(self._has_accepted, ends))
        await self.streams.until_pending(self.stream_id, 0)
        return _EVENTS

    async def _has_accepted(self, count: int) -> bool:
        return await self._accepted() >= count

    async def _accepted(self) -> int:
        async with self.recipient.session.get(self.recipient.url) as response:
            return int(await response.read())


def _raw(session: aiohttp.ClientSession, url: str, algorithm: str) -> Way:
    """Return the way of signing claims that are ready, and of posting them; in this process."""
    signer = RawSigner.of(generate_private_jwk(algorithm))
    payload = claims_of(1, jti="a-jti-as-long-as-those-that-set-transmitter-gives-to-its-own")
    headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json", "Accept-Language": "en"}

    async def push(_: int) -> None:
        async with session.post(url, data=signer.sign(payload), headers=headers) as response:
            response.raise_for_status()
            await response.read()

    return Way(partial(send_all, range(_EVENTS), push, senders=_AT_ONCE))
