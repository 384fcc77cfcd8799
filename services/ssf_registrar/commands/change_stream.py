"""Changing a stream (SSF 1.0 sections 8.1.1.3, 8.1.1.4 and 8.1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.commands.own_streams import OwnStreams
from ssf_registrar.commands.saving import saved
from ssf_registrar.commands.set_feed import SetFeed
from ssf_registrar.domain.changes import outbound_urls, patched, replaced, with_status
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.members import text
from ssf_registrar.domain.publishers import with_publisher
from ssf_registrar.domain.resets import with_reset
from ssf_registrar.domain.streams import Caller, Stream
from ssf_registrar.ports.streams import Streams


class Changing(Protocol):
    """What a PATCH or a PUT makes of a stream."""

    def __call__(
        self,
        stream: Stream,
        body: Mapping[str, object],
        /,
        *,
        origins: Origins,
        fresh_header: str,
        is_admin: bool,
    ) -> Stream:
        """Return the stream as it shall be; the very same where nothing changes."""


@dataclass(frozen=True, slots=True)
class ChangeStream:
    """Changes the stream that a body names by stream_id; what changes nothing stores nothing."""

    streams: Streams
    check_outbound: CheckOutbound
    origins: Origins
    fresh_header: Callable[[], str]
    set_feed: SetFeed

    async def patch(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the members that the body has."""
        return await self._change_members(caller, body, patched)

    async def replace(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the members that the body has, and delete those that it does not have."""
        return await self._change_members(caller, body, replaced)

    async def set_status(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Change the status."""
        return await self._change(
            caller, text(body, "stream_id"), lambda stream: with_status(stream, body)
        )

    async def _change_members(
        self, caller: Caller, body: Mapping[str, object], changed_by: Changing
    ) -> Stream:
        header = self.fresh_header()

        def change(stream: Stream) -> Stream:
            changed = changed_by(
                stream,
                body,
                origins=self.origins,
                fresh_header=header,
                is_admin=caller.is_admin,
            )
            changed = self.set_feed.of_changed(stream, changed, caller, body)
            changed = with_publisher(stream, changed, body, caller)
            return with_reset(changed, body, of=stream, caller=caller)

        return await self._change(caller, text(body, "stream_id"), change)

    async def _change(
        self, caller: Caller, stream_id: str, change: Callable[[Stream], Stream]
    ) -> Stream:
        own_streams = OwnStreams(self.streams)

        async def checked(current: Stream) -> Stream:
            changed = change(current)
            await self._check_new_urls(current, changed)
            return changed

        return await saved(
            self.streams, stream_id, lambda: own_streams.get(caller, stream_id), checked
        )

    async def _check_new_urls(self, current: Stream, changed: Stream) -> None:
        known = outbound_urls(current)
        asked = outbound_urls(changed)
        await self.check_outbound(
            {member: url for member, url in asked.items() if known.get(member) != url}
        )
