"""What a walk has passed, and which changes are told while it lasts."""

import pytest
from support.transmitter_events import an_event, logged

from set_transmitter.domain.snapshots import Boundary, Reach, Snapshot, SnapshotPage

AMONG_USERS = Reach((), "User", "m")
AMONG_GROUPS = Reach(("User",), "Group", "m")
ALL = Reach(("User", "Group"))


@pytest.mark.parametrize(
    ("resource_type", "resource_id", "reach", "has_passed"),
    [
        pytest.param("User", "a", AMONG_USERS, True, id="before it"),
        pytest.param("User", "m", AMONG_USERS, True, id="at it"),
        pytest.param("User", "z", AMONG_USERS, False, id="after it"),
        pytest.param("Group", "a", AMONG_USERS, False, id="of a later type"),
        pytest.param("User", "z", AMONG_GROUPS, True, id="of an earlier type"),
        pytest.param("Group", "z", AMONG_GROUPS, False, id="of the same type, after it"),
        pytest.param("Group", "z", ALL, True, id="when it is among what was deleted"),
    ],
)
def test_a_walk_has_passed_a_resource(
    resource_type: str, resource_id: str, reach: Reach, *, has_passed: bool
) -> None:
    event = an_event(resource_type=resource_type, subject_uri=f"/Xs/{resource_id}")

    assert reach.has_passed(event) is has_passed


@pytest.mark.parametrize(
    ("position", "subject", "is_told"),
    [
        pytest.param(10, "z", True, id="before it began, as the stream was set back to it"),
        pytest.param(11, "a", False, id="before the first page"),
        pytest.param(13, "a", True, id="after its page"),
        pytest.param(13, "z", False, id="before its page"),
        pytest.param(16, "z", True, id="after the last page"),
    ],
)
def test_a_change_is_told_when_its_resource_had_been_passed(
    position: int, subject: str, *, is_told: bool
) -> None:
    snapshot = Snapshot(
        started=10,
        boundaries=(Boundary(12, "User:m", 1, AMONG_USERS), Boundary(15, "", 2, ALL)),
    )

    assert snapshot.tells_of(logged(position, subject_uri=f"/Users/{subject}")) is is_told


def test_a_snapshot_is_settled_with_its_last_page() -> None:
    page = SnapshotPage((), entries=3, next_key="User:m", reach=AMONG_USERS, total=4)
    last = SnapshotPage((), entries=2, next_key="", reach=ALL, total=None)

    snapshot = Snapshot(started=10).gone_on(page, end=13).gone_on(last, end=15)

    assert (snapshot.total, snapshot.walked, snapshot.is_complete) == (5, 5, True)
    assert [snapshot.settled(cursor) for cursor in (12, 13, 14, 15)] == [0, 3, 3, 5]
    assert [snapshot.is_settled(cursor) for cursor in (14, 15)] == [False, True]


def test_a_subject_is_known_by_the_id_in_its_uri() -> None:
    assert an_event(subject_uri="/Users/a%20b").resource_id == "a b"
