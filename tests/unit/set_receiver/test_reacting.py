"""What CAEP and RISC events set off, by the policy of their stream."""

from dataclasses import replace
from typing import Any

import pytest
from support.applying import FROM_AFAR, NOW, FakePeople, arrival, keep, states, time_left
from support.memory_receipts import MemoryReceipts
from support.received_sets import Issuer

from secevent.provenance import Provenance
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.react import AMBIGUOUS_REASON
from set_receiver.domain.handling import Action, Handling, handling_text
from set_receiver.domain.reactions import Matching, Person
from set_receiver.domain.receipts import ReceiptState, settled
from set_receiver.domain.settling import Held

DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
REACTS = Handling(reactions=((DISABLED, Action.DEACTIVATE),))
ANN = Person("User", "ann", "1")


async def keep_signal(
    receipts: MemoryReceipts, sub_id: dict[str, Any], uri: str = DISABLED, **options: Any
) -> None:
    issuer = Issuer()
    token = issuer.token(uri, {}, subject="/Users/ann", txn="t", provenance=FROM_AFAR)
    token = replace(token, sub_id=sub_id, **options)
    kept = arrival(issuer.sign(token), "a-subject")
    await receipts.add([replace(kept, handling=handling_text(REACTS))])


EMAIL = {"format": "email", "email": 'a"nn@example.com'}


async def test_an_event_sets_off_what_its_stream_says(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found = [ANN]
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    ((reaction, txn),) = people.done
    quoted = r'"a\"nn@example.com"'
    assert people.lookups == [Matching("User", f"emails.value eq {quoted} or userName eq {quoted}")]
    assert (reaction.action, txn) == (Action.DEACTIVATE, "t:deactivate:ann")
    assert reaction.lineage == ("origin", "between")
    assert applied.standing.state is ReceiptState.APPLIED


async def test_without_a_reaction_nothing_happens(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found = [ANN]
    await keep_signal(receipts, EMAIL, REVOKED)
    await keep(receipts, "/Users/ben", events={DISABLED: {}})

    applied = await apply_receipts.apply([1, 2], time_left=time_left)

    assert states(applied) == [ReceiptState.IGNORED] * 2
    assert people.lookups == []


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        pytest.param([ANN, ANN], ReceiptState.DEAD, AMBIGUOUS_REASON, id="two people"),
        pytest.param(
            [],
            ReceiptState.PENDING,
            "NO_SUCH_SUBJECT: no resource here is the subject of the event",
            id="nobody, who may still come",
        ),
    ],
)
async def test_who_must_be_one_person(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    people: FakePeople,
    found: list[Person],
    state: ReceiptState,
    reason: str,
) -> None:
    people.found = found
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert (applied.standing.state, applied.standing.reason) == (state, reason)
    assert people.done == []


async def test_what_has_been_here_sets_nothing_off(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    circle = Provenance(7, "here", ("here", "between"), "")
    await keep_signal(receipts, EMAIL, provenance=circle)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing == settled(ReceiptState.WITHOUT_EFFECT, "OWN", now=NOW)
    assert people.lookups == []


async def test_what_the_brake_holds_is_not_tried_again(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found, people.result = [ANN], Held("BRAKE_ON: held")
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing == settled(ReceiptState.WITHOUT_EFFECT, "BRAKE_ON: held", now=NOW)
