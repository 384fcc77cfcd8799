from servicekit.lone_leases import LoneLeases


async def test_a_process_that_begins_after_a_crash_has_its_lease_at_once() -> None:
    await LoneLeases().acquire("apply", holder="killed", seconds=60)

    lease = await LoneLeases().acquire("apply", holder="begun anew", seconds=60)

    assert lease is not None
    assert 0 < lease.seconds_left() <= 60
