"""What a request leaves for the request log, at the cost of a few microseconds."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from starlette.types import Scope

from scim_gateway.domain.callers import Caller
from scim_gateway.domain.exchanges import Exchange, Omitted, WhyOmitted, bounded
from scim_gateway.domain.request_log import entry_id
from scim_gateway.domain.tenants import DEFAULT_TENANT
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.exchange_queue import ExchangeQueue
from scim_gateway.entrypoints.notes import Notes
from servicekit.telemetry import current_trace_id

Level = Literal["off", "errors", "all"]

# No other header is looked at: one could be a secret.
_HEADERS: Final = frozenset(
    {b"content-type", b"if-match", b"if-none-match", b"prefer", b"user-agent"}
)


@dataclass(frozen=True, slots=True)
class RequestRecorder:
    """Hands what belongs into the log to the queue, as references: it is masked later."""

    level: Level
    queue: ExchangeQueue
    is_tenant: Callable[[str], bool]
    """Whether there is a tenant of this name."""
    clock: Callable[[], int] = lambda: time.time_ns() // 1000
    """Gives microseconds since 1970."""

    def record(self, scope: Scope, notes: Notes, answer: Answer, *, seconds: float) -> str | None:
        """Return the id that the request has in the log; None where it does not belong there."""
        if not self._belongs(answer.status, notes):
            return None
        caller = notes.caller or self._nobody(scope)
        headers = {name: value for name, value in scope["headers"] if name in _HEADERS}
        exchange = Exchange(
            id=entry_id(self.clock(), secrets.token_hex(4)),
            tenant=caller.tenant,
            principal=caller.principal,
            duration=round(seconds * 1_000_000),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode(): value.decode("latin-1") for name, value in headers.items()},
            trace_id=current_trace_id(),
            txn=notes.txn,
            status=answer.status,
            reasons=tuple(notes.reasons),
            request=_unread(scope) if notes.body is None else bounded(notes.body),
            response=bounded(answer.body),
        )
        self.queue.put(exchange)
        return exchange.id

    def _nobody(self, scope: Scope) -> Caller:
        """Keep whoever has no valid token with the tenant whose endpoint it is, if it is there."""
        named = scope["path_params"].get("tenant", DEFAULT_TENANT)
        return Caller(named if self.is_tenant(named) else DEFAULT_TENANT, "")

    def _belongs(self, status: int, notes: Notes) -> bool:
        """Whether to keep it: a bulk request of which an operation failed is an error, too."""
        match self.level:
            case "off":
                return False
            case "errors":
                return status >= 400 or bool(notes.reasons)
        return True


def _unread(scope: Scope) -> bytes | Omitted:
    """Return what is known of a body that nobody has read: what the client announced."""
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    size = int(announced) if announced.isdigit() else 0
    return Omitted(WhyOmitted.NOT_READ, size) if size else b""
