"""Waking those who wait in this process for what any replica writes to MongoDB."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from pymongo.errors import PyMongoError

from servicekit.mongo import Collection
from servicekit.signals import News

_REOPEN_SECONDS: Final = 0.25

_log = structlog.get_logger()

Pipeline = Sequence[Mapping[str, Any]]


async def publish_writes(collection: Collection, news: News, *, pipeline: Pipeline = ()) -> None:
    """Publish the news of each write to a collection, until cancelled.

    `pipeline` narrows the change stream down. When that breaks, another is opened; whoever waits is
    woken meanwhile, now and then, to look for itself.
    """
    is_broken = False
    while True:
        try:
            async with await collection.watch(list(pipeline)) as writes:
                is_broken = False
                # What was written while nothing watched.
                news.publish()
                async for _ in writes:
                    news.publish()
        except PyMongoError as error:
            if not is_broken:
                _log.warning("watch.broken", what=collection.name, error=type(error).__name__)
            is_broken = True
        await asyncio.sleep(_REOPEN_SECONDS)
        news.publish()
