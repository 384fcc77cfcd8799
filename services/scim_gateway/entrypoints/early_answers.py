"""The answer 202 to requests that the client would rather not wait for (RFC 9967 section 2.5)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request

from scim_gateway.commands.promise_answer import PromiseAnswer
from scim_gateway.domain.async_requests import Asked, AsyncRequest, Promise
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.exchanges import Reason
from scim_gateway.domain.masking import Mask
from scim_gateway.domain.preferences import RESPOND_ASYNC, parse_preferences
from scim_gateway.domain.secret_names import SecretNames
from scim_gateway.domain.writes import Transaction
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.requests import header
from servicekit.signals import News

PATH: Final = "/AsyncRequests"
RETRY_SECONDS: Final = 1
MOST_QUEUED_BYTES: Final = 8 * 1024 * 1024
"""What is larger would not fit a document of MongoDB beside what is kept with it."""

Ordinary = Callable[[Promise], Awaitable[Answer | None]]
"""Makes the ordinary answer of what became of a request; None where there is none any more."""


@dataclass(frozen=True, slots=True)
class Given:
    """A request that may be answered early, and its body; empty for a DELETE."""

    caller: Caller
    transaction: Transaction
    asked: Asked
    body: bytes
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EarlyAnswers:
    """Promises answers, where the client prefers that and nothing is against it."""

    promise_answer: PromiseAnswer
    secret_names: SecretNames
    accepted: News

    async def answer(self, request: Request, given: Given, ordinary: Ordinary) -> Answer | None:
        """Return 202, or within the time that the client waits the ordinary answer.

        None where the request is to be carried out at once: the client has no such preference, or
        the body holds a secret, which must not be kept until later, or is too large to be kept.
        Raises what the request would be refused with now.
        """
        preferences = parse_preferences(header(request, "prefer"))
        if not preferences.respond_async or not self._may_be_kept(given):
            return None
        promised = AsyncRequest(
            tenant=given.caller.tenant,
            txn=given.transaction.txn,
            principal=given.caller.principal,
            base_uri=given.caller.base_uri,
            traceparent=given.transaction.traceparent,
            asked=given.asked,
        )
        await self.promise_answer(promised, given.caller.policy)
        self.accepted.publish()
        kept = await self.promise_answer.outcome(promised, seconds=preferences.wait_seconds)
        told = await ordinary(kept) if kept else None
        return told or _accepted(promised)

    def _may_be_kept(self, given: Given) -> bool:
        if len(given.body) > MOST_QUEUED_BYTES:
            return False
        masked: object = Mask(self.secret_names).json(given.message)
        return masked == given.message


def _accepted(promised: AsyncRequest) -> Answer:
    headers = (
        (b"preference-applied", RESPOND_ASYNC.encode()),
        (b"set-txn", promised.txn.encode()),
        (b"location", f"{promised.base_uri}{PATH}/{promised.txn}".encode()),
        (b"retry-after", str(RETRY_SECONDS).encode()),
    )
    return Answer(202, headers=headers)


def refusal_in(request: Request, response: Mapping[str, Any]) -> Answer | None:
    """Return the ordinary answer of an operation that was refused; None of one that was not."""
    error = response.get("response")
    if error is None:
        return None
    status = int(response["status"])
    notes_of(request).reasons.append(
        Reason(status, "REFUSED", error.get("scimType", ""), error.get("detail", ""), "", "", None)
    )
    return Answer(status, orjson.dumps(error))
