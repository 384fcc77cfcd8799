"""What every storage keeps of what receivers do with their streams."""

from dataclasses import replace

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.errors import StreamNotFoundError, VerificationTooSoonError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.liveness import Liveness
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.tenants import Tenant, TenantState
from ssf_registrar.domain.verifications import Verification

STREAM = a_stream(liveness=Liveness(min_verification_interval=60))
SECOND = 1_000_000


def asked(txn: str, *, at: int, state: str | None = "any \u2028 state") -> Verification:
    return Verification(txn, state, requested=at * SECOND)


async def requests_in(storage: Storage) -> list[JournalEntry]:
    page = await storage.journal.read(None, limit=100, wait=0)
    return [each for each in page.entries if each.kind is JournalKind.VERIFICATION_REQUESTED]


def told(verification: Verification | None, *, tenant: str = "default") -> JournalEntry:
    return JournalEntry(
        JournalKind.VERIFICATION_REQUESTED,
        tenant,
        "s1",
        Direction.TRANSMIT,
        verification=verification,
    )


async def test_a_request_is_in_the_journal_with_its_state(storage: Storage) -> None:
    await storage.streams.add(STREAM)

    await storage.activity.request_verification(STREAM, asked("first", at=100))
    await storage.activity.request_verification(STREAM, asked("second", at=160, state=None))

    assert await requests_in(storage) == [
        told(asked("first", at=100)),
        told(asked("second", at=160, state=None)),
    ]


async def test_a_request_before_its_time_says_when_and_leaves_nothing(storage: Storage) -> None:
    await storage.streams.add(STREAM)
    await storage.activity.request_verification(STREAM, asked("first", at=100))

    with pytest.raises(VerificationTooSoonError) as refused:
        await storage.activity.request_verification(STREAM, asked("second", at=117))

    assert refused.value.retry_after == 43
    assert await requests_in(storage) == [told(asked("first", at=100))]


async def test_the_time_of_the_last_request_outlives_a_change_of_the_stream(
    storage: Storage,
) -> None:
    await storage.streams.add(STREAM)
    await storage.activity.request_verification(STREAM, asked("first", at=100))
    await storage.activity.note_managed("default", "s1", at=7)
    await storage.streams.save(replace(STREAM, description="changed", revision=2))

    with pytest.raises(VerificationTooSoonError):
        await storage.activity.request_verification(STREAM, asked("second", at=101))

    assert await storage.activity.managed("default", "s1") == 7


async def test_a_stream_that_was_removed_is_not_verified(storage: Storage) -> None:
    with pytest.raises(StreamNotFoundError):
        await storage.activity.request_verification(STREAM, asked("first", at=100))

    assert await requests_in(storage) == []


async def test_the_latest_management_call_counts(storage: Storage) -> None:
    await storage.streams.add(STREAM)
    assert await storage.activity.managed("default", "s1") == 0

    await storage.activity.note_managed("default", "s1", at=9)
    await storage.activity.note_managed("default", "s1", at=8)

    assert await storage.activity.managed("default", "s1") == 9
    assert await storage.activity.managed("other", "s1") == 0


async def test_a_deleted_tenant_leaves_no_state_in_the_journal(storage: Storage) -> None:
    acme, stream = Tenant("acme"), replace(STREAM, tenant="acme")
    await storage.tenants.add(acme, ())
    await storage.streams.add(stream)
    await storage.activity.request_verification(stream, asked("first", at=100))

    await storage.tenants.close(replace(acme, state=TenantState.DELETING, revision=2))
    await storage.tenants.bury(replace(acme, state=TenantState.DELETING, revision=3))

    assert await requests_in(storage) == [told(None, tenant="acme")]


async def test_the_members_of_liveness_come_back_as_they_were_stored(storage: Storage) -> None:
    stream = a_stream(liveness=Liveness(0, inactivity_timeout=3_600))

    await storage.streams.add(stream)

    assert await storage.streams.get("default", "s1") == stream
