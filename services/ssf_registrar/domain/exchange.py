"""How SETs travel and read beyond what SSF says of a stream; for an administrator to set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.members import flag, optional_text

_ADMIN: Final = "admin"
_RECEIVER_KEYS: Final = "receiverJWKSUrl"
_LEGACY: Final = "accepts_legacy"
_MEMBERS: Final = (_RECEIVER_KEYS, _LEGACY)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What two parties agree on beside the standards."""

    receiver_jwks_uri: str | None = None
    """For a transmit stream: where the keys are that its SETs are encrypted to (RFC 7516)."""
    accepts_legacy: bool = False
    """For a receive stream: whether SETs of drafts before RFC 9967 are taken for what they mean."""


def changed_exchange(
    current: Exchange, body: Mapping[str, object], *, transmits: bool, is_admin: bool
) -> Exchange:
    """Return `current` with the members that a body has; null deletes one.

    Raises `InvalidRequestError` for a member of the other direction, and `MissingScopeError` when
    somebody else than an admin would change one: to pass over a wish for encryption would be worse.
    """
    given = {name: body[name] for name in _MEMBERS if name in body}
    changed = Exchange(
        optional_text(given, _RECEIVER_KEYS) or None
        if _RECEIVER_KEYS in given
        else current.receiver_jwks_uri,
        flag(given, _LEGACY) or False if _LEGACY in given else current.accepts_legacy,
    )
    if changed == current:
        return current
    if not is_admin:
        raise MissingScopeError(_ADMIN, purpose=" and ".join(given))
    _check_direction(changed, transmits=transmits)
    return changed


def exchange_members(exchange: Exchange) -> dict[str, object | None]:
    """Return the members of a configuration object; None for those that it does not have."""
    return {
        _RECEIVER_KEYS: exchange.receiver_jwks_uri,
        _LEGACY: exchange.accepts_legacy or None,
    }


def receiver_keys_url(exchange: Exchange) -> dict[str, str]:
    """Return the URL that it makes this cluster call, if any, by its member."""
    uri = exchange.receiver_jwks_uri
    return {} if uri is None else {_RECEIVER_KEYS: uri}


def stored(exchange: Exchange) -> dict[str, object]:
    """Return it as it is stored."""
    return {
        "receiver_jwks_uri": exchange.receiver_jwks_uri,
        "accepts_legacy": exchange.accepts_legacy,
    }


def loaded(members: Mapping[str, Any] | None) -> Exchange:
    """Return what was stored; the default for a stream of a release that had none."""
    return Exchange(**members) if members else Exchange()


def _check_direction(exchange: Exchange, *, transmits: bool) -> None:
    if exchange.receiver_jwks_uri is not None and not transmits:
        raise InvalidRequestError(
            f"{_RECEIVER_KEYS} is for a stream that transmits: to a stream that receives, the"
            " transmitter encrypts by the keys of this tenant's own JWK Set"
        )
    if exchange.accepts_legacy and transmits:
        raise InvalidRequestError(
            f"{_LEGACY} is for a stream that receives: what is transmitted is RFC 9967 alone"
        )
