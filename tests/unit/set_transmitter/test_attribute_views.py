"""What is told of a change to a receiver that may see some attributes alone."""

import json
from typing import Any

import pytest
from support.told_changes import TYPES, People
from support.transmitter_events import a_stream

from scim.messages import ENTERPRISE_USER_SCHEMA
from secevent.scim_events import EMITTED, PROVISIONING_NOTICE
from set_transmitter.domain.feeds import Feed

DEPARTMENT = f"{ENTERPRISE_USER_SCHEMA}:department"
FULL = frozenset(EMITTED) - PROVISIONING_NOTICE
"""As the registrar gives it: of the two forms of one kind it is one."""
EVE: dict[str, Any] = {
    "externalId": "e-1",
    "title": "Dr",
    "name": {"familyName": "Adams", "givenName": "Eve"},
    "emails": [{"value": "eve@example.com", "type": "work"}],
    ENTERPRISE_USER_SCHEMA: {"department": "Research", "manager": {"value": "boss"}},
}


def told(
    event: Any, *attributes: str, delivered: frozenset[str] = FULL
) -> tuple[tuple[str, ...], Any] | None:
    seen = a_stream(events_delivered=delivered, feed=Feed("", attributes, TYPES)).as_told(event)
    if seen is None:
        return None
    return seen.attributes, None if seen.data is None else json.loads(seen.data)


@pytest.mark.parametrize(
    ("attributes", "names", "shown"),
    [
        pytest.param(("title",), ("id", "title"), {"title": "Dr"}, id="a simple one"),
        pytest.param(("emails",), ("id", "emails"), {"emails": EVE["emails"]}, id="several values"),
        pytest.param(
            ("name.familyName",),
            ("id", "name.familyName"),
            {"name": {"familyName": "Adams"}},
            id="a sub-attribute",
        ),
        pytest.param(
            (DEPARTMENT,),
            ("id", DEPARTMENT),
            {ENTERPRISE_USER_SCHEMA: {"department": "Research"}},
            id="one of an extension",
        ),
        pytest.param(
            (f"{ENTERPRISE_USER_SCHEMA}:manager.value",),
            ("id", f"{ENTERPRISE_USER_SCHEMA}:manager.value"),
            {ENTERPRISE_USER_SCHEMA: {"manager": {"value": "boss"}}},
            id="a sub-attribute of an extension",
        ),
        pytest.param(
            (ENTERPRISE_USER_SCHEMA,),
            ("id", DEPARTMENT, f"{ENTERPRISE_USER_SCHEMA}:manager"),
            {ENTERPRISE_USER_SCHEMA: EVE[ENTERPRISE_USER_SCHEMA]},
            id="a whole extension",
        ),
    ],
)
def test_a_creation_shows(
    attributes: tuple[str, ...], names: tuple[str, ...], shown: dict[str, Any]
) -> None:
    people = People()
    (event,) = people.post("eve", **EVE)

    seen = told(event, *attributes)

    assert seen is not None
    stored = people.get("eve") or {}
    manager = shown.get(ENTERPRISE_USER_SCHEMA, {}).get("manager")
    if manager and attributes == (ENTERPRISE_USER_SCHEMA,):
        shown = {ENTERPRISE_USER_SCHEMA: stored[ENTERPRISE_USER_SCHEMA]}
    assert seen == (names, {"schemas": stored["schemas"], "id": "eve", **shown})


@pytest.mark.parametrize(
    ("operation", "operations"),
    [
        pytest.param(
            {"op": "add", "path": "title", "value": "Prof"},
            [{"op": "replace", "path": "title", "value": "Prof"}],
            id="of what is shown",
        ),
        pytest.param({"op": "add", "path": "nickName", "value": "E"}, None, id="of what is not"),
        pytest.param(
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "e@example.com"},
            [{"op": "replace", "path": "", "value": "e@example.com"}],
            id="of an element",
        ),
        pytest.param(
            {"op": "remove", "path": "name"}, [{"op": "remove", "path": "name"}], id="around it"
        ),
        pytest.param(
            {"op": "replace", "path": "name.givenName", "value": "Eva"}, None, id="beside it"
        ),
    ],
)
def test_a_patch_shows_the_operations(
    operation: dict[str, Any], operations: list[dict[str, Any]] | None
) -> None:
    people = People()
    people.post("eve", **EVE)
    (event,) = people.patch("eve", operation)

    seen = told(event, "title", "emails", "name.familyName")

    if operations is None:
        assert seen is None
    else:
        assert seen is not None
        paths = [each["path"].partition("[")[0] for each in seen[1]["Operations"]]
        assert paths == [each["path"] or "emails" for each in operations]


def test_a_complex_value_that_is_added_shows_what_is_shown_of_it() -> None:
    people = People()
    people.post("eve")
    (event,) = people.patch("eve", {"op": "add", "path": "name", "value": EVE["name"]})

    assert told(event, "name.familyName") == (
        ("name.familyName",),
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "name", "value": {"familyName": "Adams"}}],
        },
    )


def test_a_put_of_which_nothing_shown_changed_is_not_told() -> None:
    people = People()
    people.post("eve", title="Dr")

    (hidden,) = people.put("eve", title="Dr", nickName="E")
    (shown,) = people.put("eve", title="Prof", nickName="E")

    assert told(hidden, "title") is None
    names, data = told(shown, "title") or ((), {})
    assert (names, data["title"], "nickName" in data) == (("title",), "Prof", False)


def test_a_password_is_named_where_that_is_shown_and_nowhere_told() -> None:
    people = People()
    people.post("eve")
    (event,) = people.patch("eve", {"op": "add", "path": "password", "value": "Unmistakable-1"})

    assert told(event, "password") is None
    assert told(event, "title", delivered=PROVISIONING_NOTICE) is None
    assert told(event, "password", delivered=PROVISIONING_NOTICE) == (("password",), None)
    assert b"hash" not in (event.state or b"") + (event.replaced or b"")


@pytest.mark.parametrize(("attribute", "count"), [("active", 2), ("title", 0)])
def test_a_deactivation_is_a_value_of_active(attribute: str, count: int) -> None:
    people = People()
    people.post("eve")

    events = people.patch("eve", {"op": "add", "path": "active", "value": False})

    assert len([each for each in events if told(each, attribute)]) == count


@pytest.mark.parametrize(("attribute", "external_id"), [("externalId", "e-1"), ("title", "")])
def test_the_external_id_of_the_subject_is_a_value_too(attribute: str, external_id: str) -> None:
    people = People()
    (event,) = people.post("eve", externalId="e-1")

    told_of = a_stream(feed=Feed("", (attribute,), TYPES)).as_told(event)

    assert told_of is not None
    assert told_of.external_id == external_id
