from typing import Any

import pytest

from secevent import scim_events
from secevent.errors import InvalidRequestError
from secevent.scim_events import (
    ProvisioningEvent,
    event_uri_and_payload,
    parse_provisioning_event,
)

PREFIX = "urn:ietf:params:scim:event:"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jdoe"}
PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "remove", "path": 'members[value eq "u9"]'}],
}


def test_the_registry_of_the_rfc_is_complete() -> None:
    defined = {value for value in vars(scim_events).values() if str(value).startswith(PREFIX)}

    assert {uri.removeprefix(PREFIX) for uri in defined} == {
        "feed:add",
        "feed:remove",
        "prov:create:notice",
        "prov:create:full",
        "prov:patch:notice",
        "prov:patch:full",
        "prov:put:notice",
        "prov:put:full",
        "prov:delete",
        "prov:activate",
        "prov:deactivate",
        "misc:asyncresp",
    }


CHANGES = [
    pytest.param(
        ProvisioningEvent("create", USER, ("userName",), 'W/"1"'),
        "prov:create:full",
        {"version": 'W/"1"', "data": USER},
        "prov:create:notice",
        {"version": 'W/"1"', "attributes": ["userName"]},
        id="create",
    ),
    pytest.param(
        ProvisioningEvent("put", USER, ("userName",), None),
        "prov:put:full",
        {"data": USER},
        "prov:put:notice",
        {"attributes": ["userName"]},
        id="put without a version",
    ),
    pytest.param(
        ProvisioningEvent("patch", PATCH, ("members",), 'W/"12"'),
        "prov:patch:full",
        {"version": 'W/"12"', "data": PATCH},
        "prov:patch:notice",
        {"version": 'W/"12"', "attributes": ["members"]},
        id="patch",
    ),
]


@pytest.mark.parametrize(
    ("event", "full_uri", "full_payload", "notice_uri", "notice_payload"), CHANGES
)
def test_a_change_is_told_in_full_or_as_a_notice(
    event: ProvisioningEvent,
    full_uri: str,
    full_payload: dict[str, Any],
    notice_uri: str,
    notice_payload: dict[str, Any],
) -> None:
    full = event_uri_and_payload(event, full=True)
    notice = event_uri_and_payload(event, full=False)

    assert full == (PREFIX + full_uri, full_payload)
    assert notice == (PREFIX + notice_uri, notice_payload)


@pytest.mark.parametrize("kind", ["delete", "activate", "deactivate"])
@pytest.mark.parametrize("full", [True, False])
def test_some_events_have_no_payload(kind: scim_events.ProvisioningKind, *, full: bool) -> None:
    event = ProvisioningEvent(kind, data=None, attributes=None, version='W/"3"')

    assert event_uri_and_payload(event, full=full) == (f"{PREFIX}prov:{kind}", {})


def test_a_change_that_is_all_secret_is_a_notice_even_to_a_full_stream() -> None:
    event = ProvisioningEvent("patch", data=None, attributes=("password",), version='W/"2"')

    assert event_uri_and_payload(event, full=True) == (
        f"{PREFIX}prov:patch:notice",
        {"version": 'W/"2"', "attributes": ["password"]},
    )


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        pytest.param(
            "prov:create:full",
            {"data": USER, "version": "a330"},
            ProvisioningEvent("create", USER, None, "a330"),
            id="create in full",
        ),
        pytest.param(
            "prov:put:notice",
            {"attributes": ["name.familyName", "emails"]},
            ProvisioningEvent("put", None, ("name.familyName", "emails"), None),
            id="put as a notice",
        ),
        pytest.param(
            "prov:patch:full",
            {"data": PATCH, "note": "ignored"},
            ProvisioningEvent("patch", PATCH, None, None),
            id="patch with an unknown member",
        ),
        pytest.param(
            "prov:delete",
            {"reason": "ignored"},
            ProvisioningEvent("delete", None, None, None),
            id="delete",
        ),
        pytest.param(
            "prov:activate", {}, ProvisioningEvent("activate", None, None, None), id="activate"
        ),
    ],
)
def test_a_provisioning_event_is_understood(
    name: str, payload: dict[str, Any], expected: ProvisioningEvent
) -> None:
    assert parse_provisioning_event(PREFIX + name, payload) == expected


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param(PREFIX + "feed:add", id="a feed event"),
        pytest.param(PREFIX + "misc:asyncresp", id="a completion"),
        pytest.param(PREFIX + "prov:delete:full", id="a suffix that a delete does not have"),
        pytest.param(PREFIX + "prov:create", id="a missing suffix"),
        pytest.param(PREFIX.replace("scim", "SCIM") + "prov:delete", id="a draft's spelling"),
        pytest.param("https://schemas.openid.net/secevent/caep/x", id="another family"),
    ],
)
def test_any_other_event_is_no_provisioning_event(uri: str) -> None:
    assert parse_provisioning_event(uri, {"data": 5}) is None


@pytest.mark.parametrize(
    ("name", "payload", "complaint"),
    [
        pytest.param("prov:create:full", {}, "must have data", id="full without data"),
        pytest.param("prov:put:notice", {}, "must have attributes", id="a notice of nothing"),
        pytest.param(
            "prov:put:full", {"attributes": ["a"]}, "must have data", id="full as a notice"
        ),
        pytest.param(
            "prov:put:notice",
            {"attributes": ["a"], "data": {}},
            "and not data",
            id="a notice with data",
        ),
        pytest.param("prov:put:full", {"data": []}, "data must be a JSON object", id="data array"),
        pytest.param("prov:patch:full", {"data": USER}, "PatchOp", id="a patch of no operations"),
        pytest.param(
            "prov:put:notice", {"attributes": "a"}, "attributes must be an array", id="one name"
        ),
        pytest.param(
            "prov:put:notice", {"attributes": [1]}, "Each element of attributes", id="a number"
        ),
        pytest.param(
            "prov:put:full", {"data": {}, "version": 3}, "version must be", id="a version number"
        ),
    ],
)
def test_a_payload_against_the_definition_is_refused(
    name: str, payload: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InvalidRequestError, match=complaint):
        parse_provisioning_event(PREFIX + name, payload)
