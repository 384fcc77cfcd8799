"""Arrivals and standings for tests of what keeps receipts."""

from dataclasses import replace

from set_receiver.domain.receipts import Arrival, ReceiptState, Standing, settled

ARRIVAL = Arrival(
    tenant="default",
    stream_id="stream-a",
    iss="https://a.example",
    jti="jti-1",
    token="header.payload.signature",
    txn="txn-1",
    event_type="urn:ietf:params:scim:event:prov:delete",
    subject_uri="/Users/1",
    origin_clock=2**63 - 1,
    received=20,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
PARKED = Standing(
    ReceiptState.PENDING,
    "UNIQUENESS: userName",
    settled=0,
    attempts=2,
    first_failed=25,
    next_attempt=30,
)
APPLIED = settled(ReceiptState.APPLIED, "", now=40)
DEAD = settled(ReceiptState.DEAD, "MUTABILITY: id", now=40, attempts=1)


def arrival(jti: str, *, stream_id: str = "stream-a", tenant: str = "default") -> Arrival:
    return replace(ARRIVAL, jti=jti, stream_id=stream_id, tenant=tenant)


def arrivals(count: int) -> list[Arrival]:
    return [arrival(f"jti-{number}") for number in range(count)]
