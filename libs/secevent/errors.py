"""The errors of a SET and of its delivery (RFC 8935 section 2.4)."""

from typing import ClassVar


class SetError(Exception):
    """A SET, or the message that carries it, is refused; `description` is what to answer."""

    err: ClassVar[str]

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class InvalidRequestError(SetError):
    """It cannot be parsed as a SET, or violates the definition of its event."""

    err = "invalid_request"


class InvalidKeyError(SetError):
    """A key that signed or encrypted it is unknown or unacceptable."""

    err = "invalid_key"


class UnknownKeyError(InvalidKeyError):
    """The key set at hand has no such key: a fresh one may."""


class InvalidIssuerError(SetError):
    """Its issuer is not the one that the recipient expects."""

    err = "invalid_issuer"


class InvalidAudienceError(SetError):
    """Its audience does not contain the recipient."""

    err = "invalid_audience"


class AuthenticationFailedError(SetError):
    """Its signature, or its transmitter's credentials, do not hold."""

    err = "authentication_failed"


class AccessDeniedError(SetError):
    """Its transmitter is not authorised to deliver it here."""

    err = "access_denied"


class InvalidStateError(SetError):
    """A verification event has a state that nobody asked for (SSF 1.0 section 8.1.4.1)."""

    err = "invalid_state"
