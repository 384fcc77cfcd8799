"""The catalogue of CAEP and RISC, and what may be told beside it."""

from typing import Any

import pytest

from secevent import caep_events as caep
from secevent import risc_events as risc
from secevent.errors import InvalidRequestError
from secevent.scim_events import EMITTED
from secevent.signals import SIGNAL_TYPES, SSF_PREFIX, check_signal, is_custom

EMAIL = {"format": "email", "email": "ann@example.com"}
COMMON: dict[str, Any] = {
    "event_timestamp": 1_780_000_000,
    "initiating_entity": "policy",
    "reason_admin": {"en": "Landspeed violation", "de-AT": "zu schnell"},
    "reason_user": {"en": "Ask the help desk"},
}
LEAST: dict[str, dict[str, Any]] = {
    caep.TOKEN_CLAIMS_CHANGE: {"claims": {"role": "ro-admin"}},
    caep.CREDENTIAL_CHANGE: {"credential_type": "password", "change_type": "update"},
    caep.ASSURANCE_LEVEL_CHANGE: {"namespace": "NIST-AAL", "current_level": "nist-aal2"},
    caep.DEVICE_COMPLIANCE_CHANGE: {
        "previous_status": "compliant",
        "current_status": "not-compliant",
    },
    caep.RISK_LEVEL_CHANGE: {"principal": "USER", "current_level": "LOW"},
    risc.CREDENTIAL_COMPROMISE: {"credential_type": "password"},
}
REQUIRED = [(uri, name) for uri, payload in LEAST.items() for name in payload]


@pytest.mark.parametrize("uri", SIGNAL_TYPES)
def test_a_type_takes_what_it_requires_and_what_all_may_have(uri: str) -> None:
    check_signal(uri, {**LEAST.get(uri, {}), **COMMON, "anything": [1]}, EMAIL)


def test_the_catalogue_is_that_of_caep_and_risc() -> None:
    assert len(SIGNAL_TYPES) == len(set(SIGNAL_TYPES)) == 8 + 13
    assert risc.SESSIONS_REVOKED not in SIGNAL_TYPES


@pytest.mark.parametrize(("uri", "name"), REQUIRED)
def test_a_required_member_is_missed_by_its_path(uri: str, name: str) -> None:
    payload = {key: value for key, value in LEAST[uri].items() if key != name}

    with pytest.raises(InvalidRequestError) as refused:
        check_signal(uri, payload, EMAIL)

    assert refused.value.description.startswith(f'events["{uri}"].{name} is missing')


@pytest.mark.parametrize(
    ("uri", "name", "value"),
    [
        (caep.SESSION_REVOKED, "event_timestamp", "2026-11-28T00:00:00Z"),
        (caep.SESSION_REVOKED, "event_timestamp", True),
        (caep.SESSION_REVOKED, "event_timestamp", -1),
        (caep.SESSION_REVOKED, "initiating_entity", "Admin"),
        (caep.SESSION_REVOKED, "reason_admin", {}),
        (caep.SESSION_REVOKED, "reason_admin", "left the company"),
        (caep.SESSION_REVOKED, "reason_user", {"en": ""}),
        (caep.SESSION_REVOKED, "reason_user", {"not a tag": "text"}),
        (caep.TOKEN_CLAIMS_CHANGE, "claims", []),
        (caep.TOKEN_CLAIMS_CHANGE, "claims", {}),
        (caep.CREDENTIAL_CHANGE, "credential_type", ""),
        (caep.CREDENTIAL_CHANGE, "change_type", "UPDATE"),
        (caep.CREDENTIAL_CHANGE, "x509_serial", 12),
        (caep.ASSURANCE_LEVEL_CHANGE, "change_direction", "up"),
        (caep.DEVICE_COMPLIANCE_CHANGE, "current_status", "compliant "),
        (caep.SESSION_ESTABLISHED, "amr", "pwd"),
        (caep.SESSION_ESTABLISHED, "amr", ["pwd", ""]),
        (caep.RISK_LEVEL_CHANGE, "current_level", "low"),
        (caep.RISK_LEVEL_CHANGE, "previous_level", None),
        (risc.ACCOUNT_DISABLED, "reason", "left"),
        (risc.IDENTIFIER_CHANGED, "new-value", 7),
    ],
)
def test_a_wrong_member_is_named_by_its_path(uri: str, name: str, value: object) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        check_signal(uri, {**LEAST.get(uri, {}), name: value}, EMAIL)

    assert refused.value.description.startswith(f'events["{uri}"].{name} must be ')


@pytest.mark.parametrize("uri", [risc.IDENTIFIER_CHANGED, risc.IDENTIFIER_RECYCLED])
def test_an_identifier_is_its_own_subject(uri: str) -> None:
    check_signal(uri, {}, {"format": "phone_number", "phone_number": "+12065550100"})

    with pytest.raises(InvalidRequestError, match=r"^sub_id\.format must be email"):
        check_signal(uri, {}, {"format": "iss_sub", "iss": "https://a.example", "sub": "1"})


@pytest.mark.parametrize(
    "uri",
    ["https://events.example.com/badge-lost", "urn:example:badge:lost", "tag:example.com,2026:x"],
)
def test_a_type_of_ones_own_has_any_payload(uri: str) -> None:
    assert is_custom(uri)
    check_signal(uri, {"event_timestamp": "yesterday"}, EMAIL)


@pytest.mark.parametrize("uri", [*EMITTED, f"{SSF_PREFIX}verification", f"{SSF_PREFIX}x"])
def test_what_the_transmitter_makes_is_not_published(uri: str) -> None:
    assert not is_custom(uri)
    with pytest.raises(InvalidRequestError, match="made by the transmitter itself"):
        check_signal(uri, {}, EMAIL)


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        pytest.param(
            f"{caep.PREFIX}session-revokd", "CAEP 1.0 has only session-revoked", id="caep"
        ),
        pytest.param(f"{risc.PREFIX}purged", "RISC 1.0 has only account-cred", id="risc"),
        pytest.param(risc.SESSIONS_REVOKED, f"use {caep.SESSION_REVOKED}", id="deprecated"),
        pytest.param("badge-lost", "must be an absolute URI", id="no URI"),
        pytest.param("https://a b", "must be an absolute URI", id="a space"),
        pytest.param("urn:" + "x" * 1000, "must be an absolute URI", id="too long"),
    ],
)
def test_a_type_that_is_none_is_refused(uri: str, says: str) -> None:
    assert not is_custom(uri)
    with pytest.raises(InvalidRequestError) as refused:
        check_signal(uri, {}, EMAIL)

    assert says in refused.value.description
