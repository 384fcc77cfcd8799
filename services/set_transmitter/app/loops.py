"""What a term does all the time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from servicekit.purging import PurgeLoop
from set_transmitter.adapters.change_feed import ChangeFeed
from set_transmitter.adapters.registrar import (
    Journal,
    VerificationRequests,
)
from set_transmitter.adapters.registrar_tenants import RegistrarTenants
from set_transmitter.app.parts import NAME, Parts, Peers
from set_transmitter.commands.conclude_push import ConcludePush
from set_transmitter.commands.hold_stream import HoldStream
from set_transmitter.commands.remove_old_events import RemoveOldEvents
from set_transmitter.domain.patience import Patience
from set_transmitter.entrypoints.feed_loop import FeedLoop
from set_transmitter.entrypoints.holding import Holding
from set_transmitter.entrypoints.journal_loop import JournalLoop
from set_transmitter.entrypoints.pump import PushSteps
from set_transmitter.entrypoints.push_loop import PushLoop
from set_transmitter.entrypoints.retention_loop import RetentionLoop
from set_transmitter.entrypoints.series_loop import forget_gone_series
from set_transmitter.entrypoints.settling_loops import SettlingLoops
from set_transmitter.entrypoints.status_loops import StatusLoops
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.entrypoints.terms import Loops
from set_transmitter.entrypoints.verification_loop import VerificationLoop
from set_transmitter.ports.push import Push
from set_transmitter.settings import Settings


def loops_of(settings: Settings, parts: Parts, peers: Peers, push: Push) -> Loops:
    """Return the loops of a term by their names."""
    verifications = VerificationLoop(
        VerificationRequests(peers.registrar).read,
        VerificationRequests(peers.registrar).end,
        parts.answer_verifications,
        parts.news,
    )
    journal = JournalLoop(
        read_journal=Journal(peers.registrar).read,
        keep_streams=parts.keep_streams,
        forget_keys=parts.signing.forget,
        tokens=parts.tokens,
        news=parts.news,
    )
    statuses = StatusLoops(parts.make_changes, parts.pause_inactive, parts.news)
    settling = SettlingLoops(parts.settle, parts.keep_streams, parts.news)
    return {
        "changes": _feed_loop(parts, peers).run,
        "journal": journal.run,
        "verifications": verifications.run,
        "statuses": statuses.make,
        "inactive": statuses.pause,
        "series": partial(forget_gone_series, parts.outboxes, parts.contacts, parts.news),
        "push": _push_loop(settings, parts, push).run,
        "settle": settling.flush,
        "cursors": settling.store_cursors,
        "disabled": settling.drop_for_disabled,
        "lost": settling.reopen_lost,
        "retention": _retention_loop(settings, parts).run,
        "tenants": _purge_loop(parts, peers).run,
        "end": _wake_at_end(parts.news, peers.ending),
    }


def _feed_loop(parts: Parts, peers: Peers) -> FeedLoop:
    feed = ChangeFeed(peers.store, peers.registry.endpoints)
    return FeedLoop(feed, parts.take_in, parts.take_snapshots, parts.restate, parts.news)


def _retention_loop(settings: Settings, parts: Parts) -> RetentionLoop:
    remove = RemoveOldEvents(parts.retention, parts.outboxes, parts.settle, settings.retention())
    return RetentionLoop(remove, parts.tell_losses, parts.news)


def _purge_loop(parts: Parts, peers: Peers) -> PurgeLoop:
    return PurgeLoop(
        RegistrarTenants(peers.registrar),
        parts.purge.close,
        {NAME: parts.purge},
        parts.news.tenants,
    )


def _push_loop(settings: Settings, parts: Parts, push: Push) -> PushLoop:
    steps = PushSteps(
        load=parts.load,
        prepare=parts.prepare,
        push=push,
        conclude=ConcludePush(parts.settle, _patience(settings)),
        holding=Holding(HoldStream(parts.announce_status), parts.news),
        parallel=settings.push_parallel,
    )
    return PushLoop(parts.outboxes, steps, parts.news)


def _patience(settings: Settings) -> Patience:
    return Patience(
        settings.push_budget_attempts, settings.push_budget_seconds, settings.push_refused_seconds
    )


def _wake_at_end(news: StreamNews, ending: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        await ending.wait()
        news.publish_all()

    return wake
