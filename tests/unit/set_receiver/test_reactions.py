"""Whom an event of CAEP or RISC tells of."""

from dataclasses import replace
from typing import Any

import pytest
from support.received_sets import AUDIENCE, ISSUER, TOKEN

from set_receiver.domain.reactions import Lookup, Matching, Named, lookup_of
from set_receiver.domain.receipts import AWAITING, ReceiptState
from set_receiver.domain.settling import RetryBudget, Unknown, standing_after

TYPES = {"/Users": "User"}
BY_ID = Matching("User", 'id eq "ann" or externalId eq "ann"')
BY_MAIL = Matching("User", 'emails.value eq "a@x.org" or userName eq "a@x.org"')
MAIL = {"format": "email", "email": "a@x.org"}
PHONE = {"format": "phone_number", "phone_number": "+12065550100"}
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("sub_id", "lookup"),
    [
        pytest.param({"format": "scim", "uri": "/Users/ann"}, Named("User", "ann"), id="scim"),
        pytest.param({"format": "scim", "uri": "/Devices/1"}, None, id="scim of another type"),
        pytest.param(MAIL, BY_MAIL, id="email"),
        pytest.param(
            {"format": "account", "uri": "acct:a@x.org"},
            Matching("User", 'userName eq "a@x.org" or emails.value eq "a@x.org"'),
            id="account",
        ),
        pytest.param(
            {"format": "iss_sub", "iss": ISSUER, "sub": "ann"}, BY_ID, id="iss_sub of the issuer"
        ),
        pytest.param(
            {"format": "iss_sub", "iss": AUDIENCE, "sub": "ann"}, BY_ID, id="iss_sub of ours"
        ),
        pytest.param(
            {"format": "iss_sub", "iss": "https://else.example", "sub": "ann"},
            None,
            id="iss_sub of a third",
        ),
        pytest.param({"format": "opaque", "id": "ann"}, BY_ID, id="opaque"),
        pytest.param(
            {"format": "complex", "user": MAIL, "session": {"format": "opaque", "id": "s"}},
            BY_MAIL,
            id="the user of a complex subject",
        ),
        pytest.param(
            {"format": "complex", "device": {"format": "opaque", "id": "d"}},
            None,
            id="a complex subject without user",
        ),
        pytest.param(
            {"format": "aliases", "identifiers": [PHONE, MAIL]}, BY_MAIL, id="the first of aliases"
        ),
        pytest.param(PHONE, None, id="a phone number"),
    ],
)
def test_a_subject_is_looked_up(sub_id: dict[str, Any], lookup: Lookup | None) -> None:
    assert lookup_of(replace(TOKEN, sub_id=sub_id), resource_types=TYPES) == lookup


def test_nobody_comes_within_half_a_minute_or_is_not_waited_for() -> None:
    def after(before: Any, now: int) -> Any:
        outcome = [Unknown("nobody")]
        return standing_after(outcome, before, budget=RetryBudget(600), now=now, jitter=0.0)

    waiting = after(AWAITING, SECOND)
    given_up = after(waiting, 31 * SECOND)

    assert (waiting.state, waiting.first_failed) == (ReceiptState.PENDING, SECOND)
    assert (given_up.state, given_up.reason) == (ReceiptState.IGNORED, "nobody")
