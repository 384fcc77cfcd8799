"""What the request log promises, wherever it is kept."""

from typing import Any

import pytest
from support.request_log_entries import NOW, entry

from scim_gateway.domain.request_log import Entry, Selection
from scim_gateway.ports.request_log import RequestLog

SECOND = 1_000_000


async def found(
    log: RequestLog, *, newest: bool = False, beyond: str = "", limit: int = 100, **wanted: Any
) -> list[int]:
    """Return at which second the entries of a selection were answered."""
    selected = Selection(**{"tenant": "default", **wanted})
    lines = await log.page(selected, beyond=beyond, is_newest_first=newest, limit=limit)
    return [(line.answered - NOW) // SECOND for line in lines]


async def test_an_entry_is_read_as_it_was_added(request_log: RequestLog) -> None:
    added = entry(1, about={"id-1", "ann"})

    await request_log.add([added])

    assert await request_log.read("default", added.line.id) == added


async def test_a_list_shows_lines(request_log: RequestLog) -> None:
    added = entry(1)
    await request_log.add([added])

    lines = await request_log.page(Selection("default"), beyond="", is_newest_first=True, limit=10)

    assert lines == [added.line]


async def test_what_is_added_twice_is_there_once(request_log: RequestLog) -> None:
    await request_log.add([entry(1, about={"ann"})])
    await request_log.add([entry(1, about={"ann"}), entry(2)])

    assert await found(request_log) == [1, 2]


async def test_nothing_to_add_adds_nothing(request_log: RequestLog) -> None:
    await request_log.add([])

    assert await found(request_log) == []


async def test_another_tenants_entries_are_not_there(request_log: RequestLog) -> None:
    added = entry(1, tenant="other", about={"ann"})
    await request_log.add([added])

    assert await request_log.read("default", added.line.id) is None
    assert await found(request_log) == []
    assert await found(request_log, about=frozenset({"ann"})) == []


async def test_pages_go_on_beyond_an_entry_both_ways(request_log: RequestLog) -> None:
    entries = [entry(second) for second in range(5)]
    await request_log.add(entries[::-1])
    third = entries[2].line.id

    assert await found(request_log, limit=2) == [0, 1]
    assert await found(request_log, beyond=third) == [3, 4]
    assert await found(request_log, newest=True, limit=2) == [4, 3]
    assert await found(request_log, newest=True, beyond=third) == [1, 0]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"status_from": 404, "status_to": 404}, [2], id="one status"),
        pytest.param({"status_from": 400, "status_to": 499}, [1, 2], id="a class of statuses"),
        pytest.param({"method": "PATCH"}, [3], id="a method"),
        pytest.param({"path": "/Users/id-"}, [2, 3], id="a part of the path"),
        pytest.param({"path": "id.3"}, [], id="which is no pattern"),
        pytest.param({"path": "_"}, [], id="of any kind"),
        pytest.param({"principal": "entra"}, [2], id="a principal"),
        pytest.param({"about": frozenset({"ann"})}, [1, 3], id="a user"),
        pytest.param({"about": frozenset({"ann", "id-3"})}, [3], id="a user and a resource"),
        pytest.param({"answered_from": NOW + 2 * SECOND}, [2, 3], id="from a time on"),
        pytest.param({"answered_before": NOW + 2 * SECOND}, [1], id="before a time"),
        pytest.param(
            {"about": frozenset({"ann"}), "method": "POST", "status_to": 400}, [1], id="all of it"
        ),
    ],
)
async def test_a_selection_has_what_all_that_is_given_holds_for(
    request_log: RequestLog, wanted: dict[str, Any], expected: list[int]
) -> None:
    await request_log.add(
        [
            entry(1, about={"ann"}),
            entry(2, status=404, path="/scim/v2/Users/id-2", principal="entra", about={"id-2"}),
            entry(3, status=200, method="PATCH", path="/scim/v2/Users/id-3", about={"ann", "id-3"}),
        ]
    )

    assert await found(request_log, **wanted) == expected


async def test_what_is_too_old_is_removed(request_log: RequestLog) -> None:
    await request_log.add([entry(second, about={"ann"}) for second in range(5)])

    removed = await request_log.trim(before=NOW + 3 * SECOND, max_bytes=10**9)

    assert removed == 3
    assert await found(request_log) == [3, 4]
    assert await found(request_log, about=frozenset({"ann"})) == [3, 4]


async def test_the_oldest_of_what_is_too_much_is_removed(request_log: RequestLog) -> None:
    await request_log.add([large(second) for second in range(200)])

    removed = await request_log.trim(before=0, max_bytes=1_000_000)

    left = await found(request_log, limit=1000)
    assert left == list(range(removed, 200))
    assert 500_000 < len(left) * 10_000 < 1_000_000


async def test_what_is_not_too_much_stays(request_log: RequestLog) -> None:
    await request_log.add([large(second) for second in range(50)])

    assert await request_log.trim(before=0, max_bytes=1_000_000) == 0


def large(second: int) -> Entry:
    return entry(second, text='"' + "x" * 10_000 + '"')


async def test_a_tenant_is_removed_a_part_at_a_time(request_log: RequestLog) -> None:
    await request_log.add([entry(second, tenant="gone", about={"ann"}) for second in range(3)])
    await request_log.add([entry(second, about={"ann"}) for second in range(3, 5)])

    removed = [await request_log.remove("gone", limit=2) for _ in range(3)]

    assert removed == [2, 1, 0]
    assert await found(request_log, tenant="gone") == []
    assert await found(request_log, about=frozenset({"ann"})) == [3, 4]
