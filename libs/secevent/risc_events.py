"""The event types of RISC 1.0 (section 2), without the deprecated sessions-revoked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from secevent.event_members import TEXT, EventMember, one_of

PREFIX: Final = "https://schemas.openid.net/secevent/risc/event-type/"
ACCOUNT_CREDENTIAL_CHANGE_REQUIRED: Final = f"{PREFIX}account-credential-change-required"
ACCOUNT_PURGED: Final = f"{PREFIX}account-purged"
ACCOUNT_DISABLED: Final = f"{PREFIX}account-disabled"
ACCOUNT_ENABLED: Final = f"{PREFIX}account-enabled"
IDENTIFIER_CHANGED: Final = f"{PREFIX}identifier-changed"
IDENTIFIER_RECYCLED: Final = f"{PREFIX}identifier-recycled"
CREDENTIAL_COMPROMISE: Final = f"{PREFIX}credential-compromise"
OPT_IN: Final = f"{PREFIX}opt-in"
OPT_OUT_INITIATED: Final = f"{PREFIX}opt-out-initiated"
OPT_OUT_CANCELLED: Final = f"{PREFIX}opt-out-cancelled"
OPT_OUT_EFFECTIVE: Final = f"{PREFIX}opt-out-effective"
RECOVERY_ACTIVATED: Final = f"{PREFIX}recovery-activated"
RECOVERY_INFORMATION_CHANGED: Final = f"{PREFIX}recovery-information-changed"
SESSIONS_REVOKED: Final = f"{PREFIX}sessions-revoked"
"""Deprecated: new implementations use session-revoked of CAEP (section 2.10)."""

ABOUT_IDENTIFIERS: Final = frozenset({IDENTIFIER_CHANGED, IDENTIFIER_RECYCLED})
"""The types whose subject is the identifier itself: an email or a phone_number."""

RISC_EVENTS: Final[Mapping[str, Mapping[str, EventMember]]] = MappingProxyType(
    {
        ACCOUNT_CREDENTIAL_CHANGE_REQUIRED: {},
        ACCOUNT_PURGED: {},
        ACCOUNT_DISABLED: {"reason": EventMember(one_of("hijacking", "bulk-account"))},
        ACCOUNT_ENABLED: {},
        IDENTIFIER_CHANGED: {"new-value": EventMember(TEXT)},
        IDENTIFIER_RECYCLED: {},
        CREDENTIAL_COMPROMISE: {"credential_type": EventMember(TEXT, is_required=True)},
        OPT_IN: {},
        OPT_OUT_INITIATED: {},
        OPT_OUT_CANCELLED: {},
        OPT_OUT_EFFECTIVE: {},
        RECOVERY_ACTIVATED: {},
        RECOVERY_INFORMATION_CHANGED: {},
    }
)
"""The members of each type's payload; those that all of CAEP have are taken for the same here."""
