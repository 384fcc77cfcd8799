"""What the request log forgets of an erased person, wherever it is kept."""

from pathlib import Path

import pytest
from support.request_log_entries import entry

from scim_gateway.domain.request_log import Selection
from scim_gateway.ports.request_log import RequestLog


async def ids(log: RequestLog, tenant: str = "default") -> list[str]:
    lines = await log.page(Selection(tenant), beyond="", is_newest_first=False, limit=100)
    return [line.id for line in lines]


async def test_entries_about_any_of_the_names_go(request_log: RequestLog) -> None:
    kept = entry(5, about={"id-2", "bob"}, text='{"userName":"bob"}')
    await request_log.add(
        [
            entry(1, about={"id-1"}),
            entry(2, about={"ann"}),
            entry(3, about={"bob", "id-1"}),
            kept,
        ]
    )

    removed = await request_log.forget("default", frozenset({"id-1", "ann"}), quoted="id-1")

    assert removed == 3
    assert await ids(request_log) == [kept.line.id]


async def test_entries_go_that_have_the_id_somewhere_in_a_body(request_log: RequestLog) -> None:
    kept = entry(2, text='{"members":[{"value":"id-11"}]}')
    await request_log.add([entry(1, text='{"members":[{"value":"id-1"}]}'), kept])

    removed = await request_log.forget("default", frozenset({"id-1"}), quoted="id-1")

    assert removed == 1
    assert await ids(request_log) == [kept.line.id]


async def test_another_tenants_entries_stay(request_log: RequestLog) -> None:
    other = entry(1, tenant="other", about={"id-1"})
    await request_log.add([other])

    assert await request_log.forget("default", frozenset({"id-1"}), quoted="id-1") == 0
    assert await ids(request_log, "other") == [other.line.id]


async def test_no_byte_of_it_is_left_in_the_file(
    request_log: RequestLog, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if "mongodb" in request.node.callspec.id:
        pytest.skip("the server's files are not read by themselves")
    await request_log.add([entry(n, about={f"id-{n}"}, text='{"x":"marked"}') for n in range(50)])

    await request_log.forget("default", frozenset(f"id-{n}" for n in range(50)), quoted="nobody")

    assert b"marked" not in _bytes_in(tmp_path)


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
