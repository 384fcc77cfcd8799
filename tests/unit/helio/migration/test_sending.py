"""Operations on their way, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from helio.migration.client import NO_ANSWER
from helio.migration.completing import additions
from helio.migration.journal import Row, State
from helio.migration.keys import Key
from helio.migration.mapping import REFERENCES_AT_ONCE
from helio.migration.sending import Entry, Operation, Outcome, batches, outcomes_of

WEAK = Key("displayName", "Team", case_exact=False, is_strong=False)


@dataclass(frozen=True)
class Narrow:
    operations: int = 3
    payload: int = 600

    async def send(self, operations: Sequence[Operation]) -> Sequence[Outcome]:
        raise NotImplementedError(operations)


def entry(data: dict[str, Any], key: Key | None = None) -> Entry:
    return Operation("POST", "/Users", data), Row("User", "1", 1, State.NEW, key=key)


@pytest.mark.parametrize(
    ("entries", "sizes"),
    [
        pytest.param([entry({})] * 7, [3, 3, 1], id="as many as the target allows"),
        pytest.param([entry({"a": "x" * 200})] * 3, [1, 1, 1], id="as large as the target allows"),
        pytest.param([entry({"a": "x" * 900})], [1], id="what is too large goes alone"),
        pytest.param([entry({}, WEAK)] * 2, [1, 1], id="no two that nobody could tell apart"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_batches_hold(entries: list[Entry], sizes: list[int]) -> None:
    assert [len(batch) for batch in batches(entries, Narrow())] == sizes


def test_few_passwords_go_together() -> None:
    entries = [entry({"password": str(number)}) for number in range(6)]

    found = [len(batch) for batch in batches(entries, Narrow(operations=9, payload=10_000))]

    assert found == [4, 2]


OPERATIONS = [Operation("POST", "/Users", {}), Operation("PATCH", "/Users/2", {})]


@pytest.mark.parametrize(
    ("results", "found"),
    [
        pytest.param(
            [
                {"bulkId": "1", "status": "200", "location": "https://x/Users/2"},
                {"bulkId": "0", "status": "201", "location": "https://x/Users/a%20b"},
            ],
            [(201, "a b"), (200, "2")],
            id="in another order",
        ),
        pytest.param(
            [
                {"bulkId": "0", "status": "201", "response": {"id": "1"}},
                {"status": {"code": "200"}, "location": "https://x/Users/2"},
            ],
            [(201, "1"), (200, "2")],
            id="without the bulkId of a PATCH, and with a status of old drafts",
        ),
        pytest.param(
            [{"bulkId": "0", "status": "409", "response": {"detail": "taken"}}],
            [(409, None), (NO_ANSWER, None)],
            id="some are missing",
        ),
    ],
)
def test_each_operation_gets_its_result(
    results: list[dict[str, Any]], found: list[tuple[int, str | None]]
) -> None:
    outcomes = outcomes_of(OPERATIONS, {"Operations": results})

    assert [(each.answer.status, each.target_id) for each in outcomes] == found


def test_many_members_are_added_in_several_requests() -> None:
    members = [{"value": str(number)} for number in range(2 * REFERENCES_AT_ONCE + 1)]

    requests = additions({"manager": {"value": "1"}, "members": members})

    assert [[each["path"] for each in request] for request in requests] == [
        ["manager", "members"],
        ["members"],
        ["members"],
    ]
    sent = [
        m
        for request in requests
        for each in request
        for m in each["value"]
        if each["path"] == "members"
    ]
    assert sent == members
