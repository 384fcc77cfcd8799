from typing import Any

import pytest

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.routing import (
    NONE,
    Action,
    Disposition,
    RouteMode,
    Routing,
    changed_routing,
    receive_routing,
    routing_members,
    stored_routing,
    transmit_routing,
)

DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
ROUTES = Routing(Disposition.ROUTE, RouteMode.PUBLISH)
BOTH = Routing(Disposition.BOTH, RouteMode.PUBLISH)
FORWARDS = Routing(Disposition.ROUTE, RouteMode.FORWARD)


@pytest.mark.parametrize(
    ("members", "routing"),
    [
        pytest.param({}, NONE, id="nothing is said"),
        pytest.param({"disposition": None, "route_mode": None}, NONE, id="null"),
        pytest.param({"disposition": "apply"}, NONE, id="apply"),
        pytest.param({"disposition": "route"}, ROUTES, id="route publishes"),
        pytest.param({"disposition": "both"}, BOTH, id="both publishes"),
        pytest.param({"disposition": "route", "route_mode": "FW"}, FORWARDS, id="both members"),
        pytest.param({"route_mode": "IM"}, NONE, id="IM alone, as goSignals has it"),
        pytest.param({"route_mode": "FW"}, FORWARDS, id="FW alone"),
        pytest.param({"route_mode": "PB"}, ROUTES, id="PB alone"),
        pytest.param(
            {"reactions": {DISABLED: "deactivate"}},
            Routing(reactions=((DISABLED, Action.DEACTIVATE),)),
            id="a reaction",
        ),
    ],
)
def test_a_receive_stream_says_what_becomes_of_its_events(
    members: dict[str, Any], routing: Routing
) -> None:
    assert receive_routing(members) == routing


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        pytest.param(
            {"disposition": "keep"}, "must be one of apply, route, both", id="disposition"
        ),
        pytest.param({"route_mode": "XX"}, "must be one of IM, FW, PB", id="route_mode"),
        pytest.param({"disposition": "apply", "route_mode": "FW"}, "does not go", id="apply, FW"),
        pytest.param({"disposition": "both", "route_mode": "IM"}, "does not go", id="both, IM"),
        pytest.param({"reactions": []}, "must be a JSON object", id="reactions"),
        pytest.param({"reactions": {DISABLED: "burn"}}, "deactivate, activate", id="an action"),
        pytest.param({"reactions": {DISABLED: None}}, "deactivate, activate", id="no action"),
        pytest.param({"reactions": {"disabled": "delete"}}, "URIs of event types", id="no URI"),
        pytest.param(
            {"reactions": {"urn:ietf:params:scim:event:prov:delete": "delete"}},
            "without a reaction",
            id="a provisioning event",
        ),
        pytest.param(
            {"disposition": "route", "reactions": {DISABLED: "delete"}},
            "nothing is done here",
            id="reactions where nothing is applied",
        ),
    ],
)
def test_what_a_receive_stream_cannot_say(members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequestError, match=sentence):
        receive_routing(members)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"disposition": "route"}, id="a disposition"),
        pytest.param({"reactions": {DISABLED: "delete"}}, id="reactions"),
        pytest.param({"route_mode": "IM"}, id="importing"),
    ],
)
def test_what_a_transmit_stream_cannot_say(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        transmit_routing(members)


@pytest.mark.parametrize(
    ("current", "members", "routing"),
    [
        pytest.param(BOTH, {}, BOTH, id="nothing"),
        pytest.param(NONE, {"disposition": "both"}, BOTH, id="a disposition"),
        pytest.param(BOTH, {"disposition": "apply"}, NONE, id="to apply, which has no mode"),
        pytest.param(BOTH, {"disposition": None}, NONE, id="back to the default"),
        pytest.param(
            FORWARDS,
            {"disposition": "both"},
            Routing(Disposition.BOTH, RouteMode.FORWARD),
            id="the mode stays",
        ),
        pytest.param(
            BOTH,
            {"route_mode": "FW"},
            Routing(Disposition.BOTH, RouteMode.FORWARD),
            id="the disposition stays",
        ),
        pytest.param(BOTH, {"route_mode": "IM"}, NONE, id="IM ends it"),
        pytest.param(FORWARDS, {"route_mode": None}, ROUTES, id="back to the default mode"),
    ],
)
def test_a_change_keeps_what_it_does_not_name(
    current: Routing, members: dict[str, Any], routing: Routing
) -> None:
    assert changed_routing(current, members, receives=True, is_admin=True) == routing


def test_a_change_takes_an_administrator() -> None:
    assert changed_routing(BOTH, {"disposition": "both"}, receives=True, is_admin=False) is BOTH
    with pytest.raises(MissingScopeError):
        changed_routing(BOTH, {"disposition": "apply"}, receives=True, is_admin=False)


def test_a_transmit_stream_keeps_how_it_speaks() -> None:
    forwards = Routing(route_mode=RouteMode.FORWARD)

    assert (
        changed_routing(forwards, {"route_mode": None}, receives=False, is_admin=True) == forwards
    )
    with pytest.raises(InvalidRequestError, match="stays"):
        changed_routing(forwards, {"route_mode": "PB"}, receives=False, is_admin=True)


@pytest.mark.parametrize(
    "routing",
    [
        NONE,
        BOTH,
        FORWARDS,
        Routing(reactions=((DISABLED, Action.DELETE),)),
        Routing(route_mode=RouteMode.FORWARD),
    ],
    ids=["nothing", "both", "forwards", "reactions", "a transmit stream that forwards"],
)
def test_what_is_stored_is_read_as_it_was(routing: Routing) -> None:
    assert stored_routing(routing_members(routing)) == routing


def test_streams_of_before_have_the_default() -> None:
    assert stored_routing(None) == NONE
