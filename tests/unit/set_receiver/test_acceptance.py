from dataclasses import replace

import pytest
from support.received_sets import IAT, ISSUER, STREAM, TOKEN, Issuer, provenance

from secevent.scim_events import CREATE_NOTICE, DELETE
from secevent.token import SecurityEventToken
from secevent.verification import KeySet
from set_receiver.domain.acceptance import Delivered, Refused, in_order_of_origin, judged
from set_receiver.domain.receipts import Arrival

NOW = IAT * 1_000_000
ISSUED = Issuer()
KEYS = KeySet.from_jwks(ISSUED.jwks)


def judge(token: SecurityEventToken, *, jti: str | None = None) -> Arrival | Refused:
    return judged(Delivered(ISSUED.sign(token), jti, ""), STREAM, KEYS, now=NOW)


def test_a_valid_set_is_admitted_with_all_that_the_receipt_keeps() -> None:
    token = replace(TOKEN, provenance=provenance(42))
    compact = ISSUED.sign(token)

    assert judged(Delivered(f" {compact}\n", None, "a-trace"), STREAM, KEYS, now=NOW) == (
        Arrival(
            tenant="default",
            stream_id="stream-a",
            iss=ISSUER,
            jti="jti-1",
            token=compact,
            txn="txn-1",
            event_type=DELETE,
            subject_uri="/Users/ann",
            origin_clock=42,
            received=NOW,
            traceparent="a-trace",
        )
    )


@pytest.mark.parametrize(
    ("token", "err"),
    [
        pytest.param(replace(TOKEN, iss="https://other.example"), "invalid_issuer", id="iss"),
        pytest.param(replace(TOKEN, aud=("https://other.example",)), "invalid_audience", id="aud"),
        pytest.param(replace(TOKEN, aud=()), "invalid_audience", id="no aud"),
        pytest.param(replace(TOKEN, iat=IAT + 301), "invalid_request", id="an iat in the future"),
        pytest.param(replace(TOKEN, events={}), "invalid_request", id="no events"),
        pytest.param(
            replace(TOKEN, events={CREATE_NOTICE: {}}), "invalid_request", id="a payload without"
        ),
        pytest.param(
            replace(TOKEN, sub_id={"format": "scim", "uri": "/Users"}),
            "invalid_request",
            id="a subject that is no resource",
        ),
    ],
)
def test_a_set_is_refused_for(token: SecurityEventToken, err: str) -> None:
    outcome = judge(token)

    assert isinstance(outcome, Refused)
    assert outcome.error.err == err


def test_a_forged_set_is_refused() -> None:
    outcome = judged(Delivered(ISSUED.forge(TOKEN), None, ""), STREAM, KEYS, now=NOW)

    assert isinstance(outcome, Refused)
    assert outcome.error.err == "authentication_failed"


def test_a_polled_set_must_have_the_jti_that_it_is_called_by() -> None:
    outcome = judge(TOKEN, jti="another")

    assert isinstance(outcome, Refused)
    assert outcome.error.err == "invalid_request"


def test_a_clock_that_no_database_holds_is_cut() -> None:
    outcome = judge(replace(TOKEN, provenance=provenance(2**64 - 1)))

    assert isinstance(outcome, Arrival)
    assert outcome.origin_clock == 2**63 - 1


def arrivals(*clocks: int) -> list[Arrival]:
    outcomes = [
        judge(replace(TOKEN, jti=f"jti-{n}", provenance=provenance(clock) if clock else None))
        for n, clock in enumerate(clocks)
    ]
    return [outcome for outcome in outcomes if isinstance(outcome, Arrival)]


@pytest.mark.parametrize(
    ("clocks", "order"),
    [
        pytest.param((3, 1, 2), [1, 2, 0], id="by their stamps where all have one"),
        pytest.param((2, 2, 1), [2, 0, 1], id="as they came where their stamps are equal"),
        pytest.param((3, 0, 2), [0, 1, 2], id="as they came where one has no stamp"),
    ],
)
def test_what_came_together_is_ordered(clocks: tuple[int, ...], order: list[int]) -> None:
    ordered = in_order_of_origin(arrivals(*clocks))

    assert [arrival.jti for arrival in ordered] == [f"jti-{n}" for n in order]
