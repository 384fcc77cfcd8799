"""From a change to the events that are logged of it."""

from dataclasses import replace
from typing import Any

import pytest
from support.transmitter_events import an_event

from set_transmitter.domain.events import Change, data_to_tell, events_of


def test_a_change_makes_one_event() -> None:
    event = an_event()

    assert events_of(Change(event, activation=None, routed=False)) == [event]


def test_a_change_that_was_routed_makes_none() -> None:
    assert events_of(Change(an_event(), activation="activate", routed=True)) == []


def test_a_deactivation_is_an_event_of_its_own_after_the_change_in_the_same_transaction() -> None:
    event = an_event(kind="patch")

    made = events_of(Change(event, activation="deactivate", routed=False))

    assert made == [event, replace(event, kind="deactivate", data=None, attributes=())]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("delete", b"", id="a delete"),
        pytest.param("patch", b'{"Operations":[]}', id="a patch of a password only"),
    ],
)
def test_there_is_no_data_to_tell_of(kind: Any, data: bytes) -> None:
    assert data_to_tell(kind, data) is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("create", b'{"userName":"ann"}', id="a create"),
        pytest.param("patch", b'{"Operations":[{"op":"remove","path":"title"}]}', id="a patch"),
    ],
)
def test_data_is_told_as_it_is_of(kind: Any, data: bytes) -> None:
    assert data_to_tell(kind, data) == data
