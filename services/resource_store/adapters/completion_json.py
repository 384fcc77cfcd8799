"""Completions as they are stored with their request: one JSON text."""

from collections.abc import Sequence

import orjson

from resource_store.domain.async_requests import Completion
from resource_store.domain.resources import Ref


def completions_json(completions: Sequence[Completion]) -> bytes:
    """Return completions as JSON."""
    return orjson.dumps(
        [
            {
                "txn": each.txn,
                "resource_type": each.ref.resource_type,
                "id": each.ref.id,
                "response": orjson.Fragment(each.response),
            }
            for each in completions
        ]
    )


def completions_of(stored: bytes) -> tuple[Completion, ...]:
    """Return the completions of a JSON text."""
    return tuple(
        Completion(
            txn=each["txn"],
            ref=Ref(each["resource_type"], each["id"]),
            response=orjson.dumps(each["response"]),
        )
        for each in orjson.loads(stored)
    )
