"""Changing a stream (SSF 1.0 sections 8.1.1.3, 8.1.1.4 and 8.1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.commands.own_streams import OwnStreams
from ssf_registrar.domain.changes import outbound_urls, patched, replaced, with_status
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.errors import StreamChangedError
from ssf_registrar.domain.members import text
from ssf_registrar.domain.streams import Caller, Stream
from ssf_registrar.ports.streams import StaleStreamError, Streams

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class ChangeStream:
    """Changes the stream that a body names by stream_id; what changes nothing stores nothing."""

    streams: Streams
    check_outbound: CheckOutbound
    origins: Origins
    fresh_header: Callable[[], str]

    async def patch(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the members that the body has."""
        header = self.fresh_header()
        return await self._change(
            caller,
            text(body, "stream_id"),
            lambda stream: patched(
                stream,
                body,
                origins=self.origins,
                fresh_header=header,
                is_admin=caller.is_admin,
            ),
        )

    async def replace(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the members that the body has, and delete those that it does not have."""
        header = self.fresh_header()
        return await self._change(
            caller,
            text(body, "stream_id"),
            lambda stream: replaced(
                stream,
                body,
                origins=self.origins,
                fresh_header=header,
                is_admin=caller.is_admin,
            ),
        )

    async def set_status(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the status."""
        return await self._change(
            caller, text(body, "stream_id"), lambda stream: with_status(stream, body)
        )

    async def _change(
        self, caller: Caller, stream_id: str, change: Callable[[Stream], Stream]
    ) -> Stream:
        own_streams = OwnStreams(self.streams)
        for _ in range(_ATTEMPTS):
            current = await own_streams.get(caller, stream_id)
            changed = change(current)
            if changed is current:
                return current
            await self._check_new_urls(current, changed)
            try:
                await self.streams.save(changed)
            except StaleStreamError:
                continue
            return changed
        raise StreamChangedError(stream_id)

    async def _check_new_urls(self, current: Stream, changed: Stream) -> None:
        known = outbound_urls(current)
        asked = outbound_urls(changed)
        await self.check_outbound(
            {member: url for member, url in asked.items() if known.get(member) != url}
        )
