"""Each quirk stands for itself: with it a request is understood, without it refused by the RFC."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support.scim_resources import GROUP, USER, after_patch, enterprise, group, user

from scim.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    NoTargetError,
    ScimError,
)
from scim.filters import parse_filter
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.profile import ENTRA, OKTA, PROFILES, STRICT, TOLERANT, Profile
from scim.quirks import Client, Quirk
from scim.sorting import sort_paths
from scim.validation import created, replaced

_MANAGER = f"{ENTERPRISE_USER_SCHEMA}:manager"
_ANN = {"schemas": [USER_SCHEMA], "userName": "ann"}
_ANSWERS = {Quirk.GROUP_PATCH_WITHOUT_BODY}
"""What the service does of its own accord, and nobody can be refused."""


@dataclass(frozen=True, slots=True)
class Request:
    quirk: Quirk
    outcome: Callable[[Profile], Any]
    meant: Any
    refusal: type[ScimError]


def _patched(quirk: Quirk, operation: dict[str, Any], meant: Any, refusal: Any) -> Request:
    def outcome(profile: Profile) -> Any:
        return after_patch(USER, user(), operation, profile=profile)

    return Request(quirk, outcome, user(**meant), refusal)


def _created(quirk: Quirk, body: dict[str, Any], meant: dict[str, Any], refusal: Any) -> Request:
    def outcome(profile: Profile) -> Any:
        return created(USER, {**_ANN, **body}, profile=profile)

    return Request(quirk, outcome, {**_ANN, **meant}, refusal)


def _filtered(quirk: Quirk, text: str, meant: str, refusal: Any = InvalidFilterError) -> Request:
    def outcome(profile: Profile) -> Any:
        return parse_filter(text, USER, profile=profile)

    return Request(quirk, outcome, parse_filter(meant, USER, profile=STRICT), refusal)


def _of_members(quirk: Quirk, operation: dict[str, Any], refusal: Any) -> Request:
    def outcome(profile: Profile) -> Any:
        current = group({"value": "1"}, {"value": "2"})
        return after_patch(GROUP, current, operation, profile=profile)

    return Request(quirk, outcome, group({"value": "2"}), refusal)


_REQUESTS = [
    _patched(
        Quirk.OP_ANY_CASE,
        {"op": "Replace", "path": "title", "value": "A"},
        {"title": "A"},
        InvalidSyntaxError,
    ),
    _patched(
        Quirk.BOOLEAN_STRINGS,
        {"op": "replace", "path": "active", "value": "False"},
        {"active": False},
        InvalidValueError,
    ),
    _created(Quirk.BOOLEAN_STRINGS, {"active": "true"}, {"active": True}, InvalidValueError),
    _filtered(Quirk.BOOLEAN_STRINGS, 'roles[primary eq "True"]', "roles[primary eq true]"),
    _filtered(Quirk.BOOLEAN_STRINGS, 'active eq "True"', "active eq true"),
    _patched(
        Quirk.DOTTED_NAMES,
        {"op": "replace", "value": {"name.givenName": "G"}},
        {"name": {"givenName": "G"}},
        InvalidPathError,
    ),
    Request(
        Quirk.DOTTED_NAMES,
        lambda profile: after_patch(
            USER,
            user(emails=[{"value": "a@x"}]),
            {"op": "add", "value": {'emails[value eq "a@x"].type': "work"}},
            profile=profile,
        ),
        user(emails=[{"value": "a@x", "type": "work"}]),
        InvalidPathError,
    ),
    _patched(
        Quirk.URN_NAMES,
        {"op": "replace", "value": {f"{ENTERPRISE_USER_SCHEMA}:department": "D"}},
        enterprise(department="D"),
        InvalidPathError,
    ),
    _patched(
        Quirk.URN_NAMES,
        {"op": "replace", "value": {f"{USER_SCHEMA}:title": "A"}},
        {"title": "A"},
        InvalidPathError,
    ),
    _patched(
        Quirk.ABBREVIATED_PATHS,
        {"op": "add", "path": "manager.value", "value": "m"},
        enterprise(manager={"value": "m"}),
        InvalidPathError,
    ),
    _filtered(Quirk.ABBREVIATED_PATHS, 'manager eq "m"', f'{_MANAGER}.value eq "m"'),
    Request(
        Quirk.ABBREVIATED_PATHS,
        lambda profile: [str(each and each.path) for each in _department(profile)],
        [f"{ENTERPRISE_USER_SCHEMA}:department"],
        InvalidValueError,
    ),
    _of_members(
        Quirk.BARE_PATH_FILTERS, {"op": "remove", "path": 'members eq "1"'}, InvalidPathError
    ),
    _patched(
        Quirk.VALUE_PATH_CREATES,
        {"op": "add", "path": 'addresses[type eq "work"].country', "value": "US"},
        {"addresses": [{"type": "work", "country": "US"}]},
        NoTargetError,
    ),
    _of_members(
        Quirk.REMOVE_WITH_VALUE,
        {"op": "remove", "path": "members", "value": [{"value": "1"}]},
        InvalidSyntaxError,
    ),
    _patched(
        Quirk.STRING_FOR_COMPLEX,
        {"op": "add", "path": _MANAGER, "value": "m"},
        enterprise(manager={"value": "m"}),
        InvalidValueError,
    ),
    _created(
        Quirk.STRING_FOR_COMPLEX,
        {"roles": ["admin"]},
        {"roles": [{"value": "admin"}]},
        InvalidValueError,
    ),
    Request(
        Quirk.EMPTY_STRING_REMOVES,
        lambda profile: after_patch(
            USER,
            user(**enterprise(manager={"value": "m"})),
            {"op": "replace", "path": _MANAGER, "value": ""},
            profile=profile,
        ),
        user(),
        InvalidValueError,
    ),
    Request(
        Quirk.EMPTY_STRING_REMOVES,
        lambda profile: replaced(
            USER,
            user(),
            {**_ANN, ENTERPRISE_USER_SCHEMA: {"manager": "", "department": "D"}},
            profile=profile,
        ),
        user(userName="ann", **enterprise(department="D")),
        InvalidValueError,
    ),
    _patched(
        Quirk.ARRAY_FOR_ONE,
        {"op": "add", "path": _MANAGER, "value": [{"value": "m", "$ref": None}]},
        enterprise(manager={"value": "m"}),
        InvalidValueError,
    ),
    _created(
        Quirk.ONE_FOR_ARRAY,
        {"emails": {"value": "a@x"}},
        {"emails": [{"value": "a@x"}]},
        InvalidValueError,
    ),
    _created(
        Quirk.EMPTY_ELEMENTS,
        {"phoneNumbers": [{"value": None}, {"value": "1"}]},
        {"phoneNumbers": [{"value": "1"}]},
        InvalidValueError,
    ),
    _created(
        Quirk.UNKNOWN_SCHEMAS_IGNORED,
        {"schemas": [USER_SCHEMA, "urn:example:none"]},
        {},
        InvalidSyntaxError,
    ),
    _created(Quirk.UNKNOWN_ATTRIBUTES_IGNORED, {"shoeSize": 44}, {}, InvalidSyntaxError),
    _patched(
        Quirk.UNKNOWN_ATTRIBUTES_IGNORED,
        {"op": "add", "value": {"shoeSize": 44, "title": "A"}},
        {"title": "A"},
        InvalidPathError,
    ),
    _created(
        Quirk.ANY_REFERENCE,
        {"profileUrl": "no URI at all"},
        {"profileUrl": "no URI at all"},
        InvalidValueError,
    ),
    _filtered(
        Quirk.VALUE_PATH_COMPARISONS,
        'emails[type eq "work"].value eq "a@x"',
        'emails[type eq "work" and value eq "a@x"]',
    ),
    _filtered(Quirk.BARE_WORDS, "userName eq ann", 'userName eq "ann"'),
    _filtered(
        Quirk.BARE_WORDS,
        f"{ENTERPRISE_USER_SCHEMA}:employeeNumber eq 701984",
        f'{ENTERPRISE_USER_SCHEMA}:employeeNumber eq "701984"',
    ),
    _filtered(Quirk.SINGLE_QUOTES, "userName eq 'ann'", 'userName eq "ann"'),
]


def _department(profile: Profile) -> Any:
    return sort_paths("department", [USER], profile=profile)


@pytest.mark.parametrize("request_", _REQUESTS, ids=lambda each: each.quirk.name)
def test_a_quirk_is_understood_by_those_that_have_it_and_refused_by_all_others(
    request_: Request,
) -> None:
    everything_else = Profile("else", frozenset(Quirk) - {request_.quirk})

    assert request_.outcome(Profile("alone", frozenset({request_.quirk}))) == request_.meant
    for profile in (everything_else, STRICT):
        with pytest.raises(request_.refusal) as refused:
            request_.outcome(profile)
        assert refused.value.clause.startswith("RFC 764")


def test_every_quirk_is_tried() -> None:
    assert {request.quirk for request in _REQUESTS} | _ANSWERS == set(Quirk)


def test_strict_has_no_quirk_and_tolerant_understands_all() -> None:
    assert STRICT.quirks == frozenset()
    assert TOLERANT.quirks == frozenset(Quirk) - _ANSWERS


def test_a_client_s_profile_has_what_the_client_does() -> None:
    assert ENTRA.quirks == {quirk for quirk in Quirk if Client.ENTRA in quirk.clients}
    assert OKTA.quirks == {quirk for quirk in Quirk if Client.OKTA in quirk.clients}
    assert OKTA.quirks < TOLERANT.quirks
    assert ENTRA.quirks - _ANSWERS < TOLERANT.quirks


def test_a_profile_is_found_by_its_name() -> None:
    assert list(PROFILES) == ["tolerant", "entra", "okta", "strict"]
    assert all(profile.name == name for name, profile in PROFILES.items())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize(
    "body",
    [
        {"userType": "Owner"},
        {"emails": [{"value": "a@x", "type": "Arbeit"}]},
        {"phoneNumbers": [{"value": "1", "type": "satellite"}]},
        {"ims": [{"value": "a", "type": "matrix"}]},
    ],
    ids=lambda body: next(iter(body)),
)
def test_canonical_values_are_suggestions_in_every_profile(
    body: dict[str, Any], profile: Profile
) -> None:
    """RFC 7643 section 7: "suggested canonical values that MAY be used"."""
    assert created(USER, {**_ANN, **body}, profile=profile) == {**_ANN, **body}


def test_a_member_that_the_rfc_has_unassigned_is_so_in_every_profile() -> None:
    body = {**_ANN, "title": None, "emails": [], "name": {"givenName": None}}

    for profile in PROFILES.values():
        assert created(USER, body, profile=profile) == _ANN
