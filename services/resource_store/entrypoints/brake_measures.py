"""What the store tells Prometheus and the log of brakes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import prometheus_client
import structlog

from resource_store.commands.write_resources import Result, WriteRequest
from resource_store.domain.errors import BrakeOnError, StorageFailedError
from resource_store.ports.brakes import Brakes

_REFRESH_SECONDS: Final = 5.0

_log = structlog.get_logger()
_refused = prometheus_client.Counter(
    "heliograph_brake_refused", "Deletions and deactivations that a brake held.", ["tenant"]
)
_held = prometheus_client.Gauge(
    "heliograph_brake_held_operations", "Operations that wait for an administrator.", ["tenant"]
)
_on = prometheus_client.Gauge("heliograph_brake_on", "1 while a tenant's brake is on.", ["tenant"])


def tell_held(requests: Sequence[WriteRequest], results: Sequence[Result]) -> None:
    """Count what was held, and say so: a line for each tenant of a batch."""
    held = Counter(
        request.cause.tenant
        for request, result in zip(requests, results, strict=True)
        if isinstance(result, BrakeOnError)
    )
    for tenant, operations in held.items():
        _refused.labels(tenant).inc(operations)
        _log.warning("brake.held", tenant=tenant, operations=operations)


async def show_brakes(brakes: Brakes) -> None:
    """Keep the gauges current, until cancelled."""
    while True:
        try:
            tallies = await brakes.tallies()
        except StorageFailedError:
            # It is told elsewhere; what was true last stands.
            tallies = ()
        for tally in tallies:
            _held.labels(tally.tenant).set(tally.held)
            _on.labels(tally.tenant).set(tally.is_on)
        await asyncio.sleep(_REFRESH_SECONDS)
