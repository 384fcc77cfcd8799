import pytest

from set_receiver.domain.receipts import AWAITING, ReceiptState, Standing, settled
from set_receiver.domain.settling import (
    ApplyResult,
    Disposition,
    RetryBudget,
    refused,
    standing_after,
)

SECOND = 1_000_000
NOW = 1_000 * SECOND


def after(result: ApplyResult, *others: ApplyResult, before: Standing = AWAITING) -> Standing:
    return standing_after([result, *others], before, budget=RetryBudget(600), now=NOW, jitter=0.0)


def parked(*, attempts: int, first_failed: int) -> Standing:
    return Standing(
        ReceiptState.PENDING,
        "UNIQUENESS",
        settled=0,
        attempts=attempts,
        first_failed=first_failed,
        next_attempt=NOW,
    )


def test_a_change_that_took_effect_is_applied() -> None:
    assert after(Disposition.APPLIED) == settled(ReceiptState.APPLIED, "", now=NOW)


@pytest.mark.parametrize(
    "disposition",
    [Disposition.DUPLICATE, Disposition.STALE, Disposition.OWN, Disposition.UNCHANGED],
)
def test_a_change_without_effect_says_why(disposition: Disposition) -> None:
    assert after(disposition) == settled(ReceiptState.WITHOUT_EFFECT, disposition.value, now=NOW)


def test_facets_of_one_event_are_applied_when_one_of_them_took_effect() -> None:
    standing = after(Disposition.DUPLICATE, Disposition.APPLIED)

    assert standing.state is ReceiptState.APPLIED


def test_one_failing_facet_decides_for_all() -> None:
    standing = after(Disposition.APPLIED, refused("MUTABILITY", "id"))

    assert standing.state is ReceiptState.DEAD


@pytest.mark.parametrize("reason", ["RESOURCE_NOT_FOUND", "UNIQUENESS"])
def test_what_another_event_may_mend_is_tried_again(reason: str) -> None:
    assert after(refused(reason, "not now")) == Standing(
        ReceiptState.PENDING,
        f"{reason}: not now",
        settled=0,
        attempts=1,
        first_failed=NOW,
        next_attempt=NOW + SECOND // 4,
    )


@pytest.mark.parametrize("reason", ["INVALID_VALUE", "STAMP_AHEAD", "UNKNOWN_RESOURCE_TYPE"])
def test_what_nothing_can_mend_is_dead_at_once(reason: str) -> None:
    assert after(refused(reason, "never")) == settled(
        ReceiptState.DEAD, f"{reason}: never", now=NOW, attempts=1
    )


def test_a_receipt_is_dead_when_its_budget_is_spent() -> None:
    before = parked(attempts=30, first_failed=NOW - 600 * SECOND)

    standing = after(refused("UNIQUENESS", ""), before=before)

    assert standing == settled(ReceiptState.DEAD, "UNIQUENESS", now=NOW, attempts=31)


def test_waiting_for_its_turn_does_not_spend_a_receipts_budget() -> None:
    standing = after(refused("UNIQUENESS", ""), before=AWAITING)

    assert standing.first_failed == NOW


def test_a_receipt_waits_no_longer_than_half_a_minute() -> None:
    before = parked(attempts=25, first_failed=NOW - 100 * SECOND)

    assert after(refused("UNIQUENESS", ""), before=before).next_attempt == NOW + 30 * SECOND


def test_an_effect_after_failures_settles_the_receipt() -> None:
    before = parked(attempts=3, first_failed=NOW - SECOND)

    assert after(Disposition.APPLIED, before=before) == settled(
        ReceiptState.APPLIED, "", now=NOW, attempts=3
    )
