"""News between a writer and waiting readers."""

import asyncio

from servicekit.signals import News


async def test_news_that_came_between_look_and_wait_is_not_missed() -> None:
    news = News()
    edition = news.edition

    news.publish()

    assert await news.wait_past(edition, seconds=0)


async def test_every_waiting_reader_wakes() -> None:
    news = News()
    readers = [asyncio.create_task(news.wait_past(0, seconds=60)) for _ in range(3)]
    await asyncio.sleep(0)

    news.publish()

    assert await asyncio.gather(*readers) == [True, True, True]


async def test_a_wait_without_news_ends() -> None:
    assert not await News().wait_past(0, seconds=0.001)
