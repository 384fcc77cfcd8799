"""The event types of CAEP 1.0 (sections 2 and 3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from secevent.event_members import (
    INITIATING_ENTITY,
    LOCALIZED,
    OBJECT,
    TEXT,
    TEXTS,
    TIMESTAMP,
    EventMember,
    one_of,
)

PREFIX: Final = "https://schemas.openid.net/secevent/caep/event-type/"
SESSION_REVOKED: Final = f"{PREFIX}session-revoked"
TOKEN_CLAIMS_CHANGE: Final = f"{PREFIX}token-claims-change"
CREDENTIAL_CHANGE: Final = f"{PREFIX}credential-change"
ASSURANCE_LEVEL_CHANGE: Final = f"{PREFIX}assurance-level-change"
DEVICE_COMPLIANCE_CHANGE: Final = f"{PREFIX}device-compliance-change"
SESSION_ESTABLISHED: Final = f"{PREFIX}session-established"
SESSION_PRESENTED: Final = f"{PREFIX}session-presented"
RISK_LEVEL_CHANGE: Final = f"{PREFIX}risk-level-change"

COMMON_MEMBERS: Final[Mapping[str, EventMember]] = MappingProxyType(
    {
        "event_timestamp": EventMember(TIMESTAMP),
        "initiating_entity": EventMember(INITIATING_ENTITY),
        "reason_admin": EventMember(LOCALIZED),
        "reason_user": EventMember(LOCALIZED),
    }
)
"""What every event may have (section 2)."""

_COMPLIANCE: Final = one_of("compliant", "not-compliant")
_RISK: Final = one_of("LOW", "MEDIUM", "HIGH")

CAEP_EVENTS: Final[Mapping[str, Mapping[str, EventMember]]] = MappingProxyType(
    {
        SESSION_REVOKED: {},
        TOKEN_CLAIMS_CHANGE: {"claims": EventMember(OBJECT, is_required=True)},
        # a credential_type may be one by agreement, an assurance namespace too (3.3.1, 3.4.1)
        CREDENTIAL_CHANGE: {
            "credential_type": EventMember(TEXT, is_required=True),
            "change_type": EventMember(
                one_of("create", "revoke", "update", "delete"), is_required=True
            ),
            "friendly_name": EventMember(TEXT),
            "x509_issuer": EventMember(TEXT),
            "x509_serial": EventMember(TEXT),
            "fido2_aaguid": EventMember(TEXT),
        },
        ASSURANCE_LEVEL_CHANGE: {
            "namespace": EventMember(TEXT, is_required=True),
            "current_level": EventMember(TEXT, is_required=True),
            "previous_level": EventMember(TEXT),
            "change_direction": EventMember(one_of("increase", "decrease")),
        },
        DEVICE_COMPLIANCE_CHANGE: {
            "previous_status": EventMember(_COMPLIANCE, is_required=True),
            "current_status": EventMember(_COMPLIANCE, is_required=True),
        },
        SESSION_ESTABLISHED: {
            "fp_ua": EventMember(TEXT),
            "acr": EventMember(TEXT),
            "amr": EventMember(TEXTS),
            "ext_id": EventMember(TEXT),
        },
        SESSION_PRESENTED: {"fp_ua": EventMember(TEXT), "ext_id": EventMember(TEXT)},
        # a principal may be any that SSF knows, a custom one too (section 3.8)
        RISK_LEVEL_CHANGE: {
            "principal": EventMember(TEXT, is_required=True),
            "current_level": EventMember(_RISK, is_required=True),
            "previous_level": EventMember(_RISK),
            "risk_reason": EventMember(TEXT),
        },
    }
)
"""The members of each type's payload, beside the common ones."""
