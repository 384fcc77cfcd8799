"""What Prometheus sees of the streams."""

import time
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from secevent.push import Outcome
from set_transmitter.domain.outboxes import Outboxes

deliveries: Final = Counter(
    "heliograph_deliveries", "SETs handed over, by what became of them.", ["stream_id", "outcome"]
)

attempts: Final = Counter(
    "heliograph_delivery_attempts",
    "SETs that were pushed or handed to a poll, each time that they were.",
    ["stream_id"],
)

polls_waiting: Final = Gauge("heliograph_polls_waiting", "Long polls that wait for an event.")


def count_push(stream_id: str, outcome: Outcome) -> None:
    """Count an attempt, and what became of it."""
    for counter in _pushes(stream_id, type(outcome).__name__):
        counter.inc()


@cache
def _pushes(stream_id: str, outcome: str) -> tuple[Counter, Counter]:
    # to look series up by their labels costs as much as to count
    return attempts.labels(stream_id), deliveries.labels(stream_id, outcome)


def forget_others(stream_ids: Collection[str]) -> None:
    """Give no series of other streams any more: those are gone."""
    _pushes.cache_clear()
    for counter in (deliveries, attempts):
        known = {
            sample.labels["stream_id"] for each in counter.collect() for sample in each.samples
        }
        for stream_id in known - set(stream_ids):
            counter.remove_by_labels({"stream_id": stream_id})


class StreamMeasures(Collector):
    """Reads the outboxes whenever metrics are asked for."""

    def __init__(self, outboxes: Outboxes) -> None:
        self._outboxes = outboxes

    def collect(self) -> Iterator[Metric]:
        """Give lag and dead letters of each stream."""
        labels = ["stream_id"]
        events = GaugeMetricFamily(
            "heliograph_stream_lag_events", "Events not settled.", labels=labels
        )
        seconds = GaugeMetricFamily(
            "heliograph_stream_lag_seconds", "Age of the oldest event not settled.", labels=labels
        )
        dead = GaugeMetricFamily("heliograph_dead_letters", "SETs set aside.", labels=labels)
        now = time.time()
        for outbox in self._outboxes:
            stream = [outbox.stream.stream_id]
            oldest = outbox.oldest_pending
            events.add_metric(stream, outbox.pending)
            seconds.add_metric(stream, max(now - oldest / 1e6, 0.0) if oldest else 0.0)
            dead.add_metric(stream, outbox.dead_letters)
        yield from (events, seconds, dead)
