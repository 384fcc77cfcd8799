"""Where a write comes from."""

from dataclasses import dataclass

from resource_store.domain.resources import Stamp


@dataclass(frozen=True, slots=True)
class Cause:
    """What a change is told with; a change that is made here has no origin yet."""

    tenant: str
    txn: str
    traceparent: str
    origin: Stamp | None = None
    lineage: tuple[str, ...] = ()
    routed: bool = False
