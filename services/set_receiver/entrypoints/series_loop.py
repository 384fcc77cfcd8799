"""Letting the series of streams that are gone end, so that their number stays bounded."""

from typing import Final

from set_receiver.entrypoints.metrics import forget_others
from set_receiver.entrypoints.stream_directory import StreamDirectory

_LOOK_SECONDS: Final = 60.0


async def forget_gone_series(directory: StreamDirectory) -> None:
    """Forget what was measured of streams that are gone, until cancelled."""
    while True:
        edition = directory.changed.edition
        if directory.is_loaded:
            forget_others({stream.stream_id for stream in directory.all()})
        await directory.changed.wait_past(edition, seconds=_LOOK_SECONDS)
