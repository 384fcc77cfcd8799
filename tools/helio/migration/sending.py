"""Sending operations: many in a bulk request (RFC 7644 section 3.7), or each in its own."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import unquote

import orjson

from helio.migration.capabilities import BulkLimits
from helio.migration.client import NO_ANSWER, Answer, ProviderError, ScimClient
from helio.migration.journal import Row
from helio.migration.provider import Provider
from scim.messages import BULK_REQUEST

_AT_ONCE: Final = 4
"""How many single requests a batch has; three batches may be under way (`side_by_side`)."""
_PASSWORDS: Final = 4
"""Hashing is meant to be slow: our own bulk requests hold no more of them."""
_FRAME: Final = 120
"""What an operation has around its data, in bytes, beside its path."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that the target is asked for."""

    method: str
    path: str
    data: Mapping[str, Any]
    encoded: bytes = field(init=False, repr=False)
    """The data as JSON, made once: it is measured before it is sent."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoded", orjson.dumps(self.data))

    @property
    def body(self) -> orjson.Fragment:
        """The data as a part of JSON."""
        return orjson.Fragment(self.encoded)

    def size(self) -> int:
        """Return how much it adds to a bulk request, in bytes."""
        return len(self.encoded) + len(self.path.encode()) + _FRAME


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an operation."""

    answer: Answer
    target_id: str | None = None
    """The id of what was created or changed."""


class Sender(Protocol):
    """One of the two ways."""

    @property
    def operations(self) -> int:
        """How many operations go at once, at most."""

    @property
    def payload(self) -> int:
        """The size of them together, in bytes."""

    async def send(self, operations: Sequence[Operation]) -> Sequence[Outcome]:
        """Return what came of each. Raises `ProviderError` when the token is not taken."""


def sender_to(provider: Provider) -> Sender:
    """Return the way that fits a service provider."""
    if provider.capabilities.bulk is None:
        return SingleSender(provider.client)
    return BulkSender(provider.client, provider.capabilities.bulk)


Entry = tuple[Operation, Row]


def batches(entries: Iterable[Entry], sender: Sender) -> Iterator[list[Entry]]:
    """Give operations, each with the row that it is for, in as many as go at once.

    Two that nobody could tell apart by their keys do not go together.
    """
    batch: list[Entry] = []
    size = passwords = 0
    keys: set[str] = set()
    for operation, row in entries:
        more, secret = operation.size(), int("password" in operation.data)
        is_full = (
            len(batch) == sender.operations
            or size + more > sender.payload
            or passwords + secret > _PASSWORDS
            or (row.key is not None and row.key.folded in keys)
        )
        if batch and is_full:
            yield batch
            batch, size, passwords, keys = [], 0, 0, set()
        batch.append((operation, row))
        size, passwords = size + more, passwords + secret
        keys.update({row.key.folded} if row.key is not None else ())
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class SingleSender:
    """Sends each operation in a request of its own."""

    client: ScimClient
    operations: int = _AT_ONCE
    payload: int = 1 << 30

    async def send(self, operations: Sequence[Operation]) -> Sequence[Outcome]:
        """See `Sender`. Those on one resource wait for each other."""
        lanes: dict[str, list[int]] = {}
        for number, operation in enumerate(operations):
            lane = operation.path if operation.method != "POST" else f"POST {number}"
            lanes.setdefault(lane, []).append(number)
        outcomes: dict[int, Outcome] = {}

        async def run(numbers: Sequence[int]) -> None:
            for number in numbers:
                outcomes[number] = await self._one(operations[number])

        await asyncio.gather(*map(run, lanes.values()))
        return [outcomes[number] for number in range(len(operations))]

    async def _one(self, operation: Operation) -> Outcome:
        answer = await self.client.ask(operation.method, operation.path, operation.body)
        _check_token(self.client, operation.method, operation.path, answer)
        body = answer.body if answer.ok and isinstance(answer.body, dict) else {}
        return Outcome(answer, _text(body.get("id")))


class BulkSender:
    """Sends operations in bulk requests; one that is refused whole is sent again in halves."""

    def __init__(self, client: ScimClient, limits: BulkLimits) -> None:
        self._client = client
        self.operations = limits.operations
        self.payload = limits.payload

    async def send(self, operations: Sequence[Operation]) -> Sequence[Outcome]:
        """See `Sender`."""
        answer = await self._client.ask("POST", "/Bulk", _request(operations))
        _check_token(self._client, "POST", "/Bulk", answer)
        if answer.ok:
            return outcomes_of(operations, answer.body)
        if answer.is_passing or len(operations) == 1:
            return [Outcome(answer) for _ in operations]
        half = len(operations) // 2
        return [*await self.send(operations[:half]), *await self.send(operations[half:])]


def _check_token(client: ScimClient, method: str, path: str, answer: Answer) -> None:
    if answer.status in {401, 403}:
        raise client.failure(method, path, answer)


def _request(operations: Sequence[Operation]) -> Mapping[str, Any]:
    return {
        "schemas": [BULK_REQUEST],
        "Operations": [
            {"method": each.method, "path": each.path, "bulkId": str(number), "data": each.body}
            for number, each in enumerate(operations)
        ],
    }


def outcomes_of(operations: Sequence[Operation], body: object) -> Sequence[Outcome]:
    """Return what a BulkResponse says of each operation. Raises `ProviderError`."""
    results = body.get("Operations") if isinstance(body, dict) else None
    if not isinstance(results, list):
        raise ProviderError("what came of a bulk request is no BulkResponse")
    by_id = {str(r.get("bulkId")): r for r in results if isinstance(r, dict) and "bulkId" in r}
    if len(by_id) < len(operations) and len(results) == len(operations):
        # A service provider need not repeat the bulkId of what is no POST: it keeps the order.
        by_id = {str(number): result for number, result in enumerate(results)}
    return [_outcome(by_id.get(str(number))) for number in range(len(operations))]


def _outcome(result: object) -> Outcome:
    if not isinstance(result, dict):
        return Outcome(Answer(NO_ANSWER, None, "the bulk response does not tell"))
    status = _status(result.get("status"))
    response = result.get("response")
    body = response if isinstance(response, dict) else {}
    detail = str(body.get("detail") or body.get("scimType") or "")
    named = _text(body.get("id")) or _last_segment(result.get("location"))
    return Outcome(Answer(status, body, detail), named if 200 <= status < 300 else None)


def _status(given: object) -> int:
    # Drafts of the standard, and servers that follow them, have an object with a code.
    code = given.get("code") if isinstance(given, dict) else given
    return int(str(code)) if str(code).isdecimal() else NO_ANSWER


def _last_segment(location: object) -> str | None:
    if not isinstance(location, str):
        return None
    path = location.partition("#")[0].partition("?")[0]
    return unquote(path.rpartition("/")[2]) or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
