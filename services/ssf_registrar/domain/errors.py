"""What the registrar refuses, and why: `reason` is stable, the message is for the caller."""

from typing import ClassVar


class RegistrarError(Exception):
    """The registrar refuses."""

    reason: ClassVar[str]


class InvalidRequestError(RegistrarError):
    """A request cannot be parsed, or asks for what cannot be."""

    reason = "INVALID_REQUEST"


class MissingScopeError(RegistrarError):
    """The caller's token does not reach as far as the request."""

    reason = "INSUFFICIENT_SCOPE"

    def __init__(self, scope: str, *, purpose: str) -> None:
        super().__init__(f"{purpose} takes a bearer token with the scope {scope}")
        self.scope = scope


class StreamNotFoundError(RegistrarError):
    """There is no such stream for this caller."""

    reason = "STREAM_NOT_FOUND"

    def __init__(self, stream_id: str) -> None:
        super().__init__(f"there is no stream {stream_id!r} of yours")


class StreamChangedError(RegistrarError):
    """A stream was changed by others each time that this change was about to be stored."""

    reason = "STREAM_CHANGED"

    def __init__(self, stream_id: str) -> None:
        super().__init__(f"stream {stream_id!r} is being changed by others: send this again")


class VerificationTooSoonError(RegistrarError):
    """Verification events are asked for more often than min_verification_interval allows."""

    reason = "VERIFICATION_TOO_SOON"

    def __init__(self, stream_id: str, *, interval: int, retry_after: int) -> None:
        """Take `interval` and `retry_after` in seconds."""
        super().__init__(
            f"stream {stream_id!r} may be verified every {interval} s"
            f" (min_verification_interval): ask again in {retry_after} s"
        )
        self.retry_after = retry_after


class KeyNotFoundError(RegistrarError):
    """The tenant has no key for this algorithm, or does not exist."""

    reason = "KEY_NOT_FOUND"

    def __init__(self, tenant: str, algorithm: str) -> None:
        super().__init__(f"tenant {tenant!r} has no key for {algorithm!r}")


class TokenNotFoundError(RegistrarError):
    """A token is unknown, expired or revoked."""

    reason = "TOKEN_NOT_FOUND"

    def __init__(self, name: str | None = None) -> None:
        """Take a `name` for those who manage tokens."""
        super().__init__(
            "the token is unknown, expired or revoked"
            if name is None
            else f"there is no token {name!r}"
        )


class TokenExistsError(RegistrarError):
    """The tenant has a token of that name."""

    reason = "TOKEN_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is a token {name!r} already: rotate it, revoke it, or choose another name"
        )


class TokenChangedError(RegistrarError):
    """A token was changed by others each time that this change was about to be stored."""

    reason = "TOKEN_CHANGED"

    def __init__(self, name: str) -> None:
        super().__init__(f"token {name!r} is being changed by others: send this again")


class ConfiguredTokenError(RegistrarError):
    """The admin token is what the environment says, not what an API says."""

    reason = "TOKEN_IS_CONFIGURED"

    def __init__(self) -> None:
        super().__init__(
            "this token is set by HELIOGRAPH_ADMIN_TOKEN: change it there, and restart"
        )


class TenantNotFoundError(RegistrarError):
    """There is no such tenant for this caller."""

    reason = "TENANT_NOT_FOUND"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"there is no tenant {tenant!r}")


class TenantExistsError(RegistrarError):
    """A name is a tenant's, or was that of one which has been deleted."""

    reason = "TENANT_EXISTS"

    def __init__(self, tenant: str) -> None:
        super().__init__(
            f"the name {tenant!r} is taken, or was: the name of a deleted tenant is never used"
            " again, since its issuer is for ever. Choose another"
        )


class TenantDeletingError(RegistrarError):
    """A tenant is being deleted."""

    reason = "TENANT_DELETING"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"tenant {tenant!r} is being deleted: nothing of it can be changed")


class TenantNotDeletingError(RegistrarError):
    """Nobody has asked for a tenant's deletion."""

    reason = "TENANT_NOT_DELETING"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"tenant {tenant!r} is not being deleted")


class TenantChangedError(RegistrarError):
    """A tenant was changed by others each time that this change was about to be stored."""

    reason = "TENANT_CHANGED"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"tenant {tenant!r} is being changed by others: send this again")


class DefaultTenantError(RegistrarError):
    """The default tenant cannot be deleted."""

    reason = "DEFAULT_TENANT"

    def __init__(self) -> None:
        super().__init__("the tenant 'default' always exists, and cannot be deleted")


class NotClusterAdminError(RegistrarError):
    """An administrator of one tenant asks for what concerns all of them."""

    reason = "NOT_CLUSTER_ADMIN"

    def __init__(self) -> None:
        super().__init__(
            "only an administrator of the tenant 'default' may create, change and delete tenants"
        )


class InvalidCursorError(RegistrarError):
    """What was given as a journal cursor is none."""

    reason = "INVALID_CURSOR"

    def __init__(self) -> None:
        super().__init__("the cursor is none that this registrar gave: list the streams anew")


class EpochChangedError(RegistrarError):
    """A journal cursor is of a journal that has since been restored."""

    reason = "EPOCH_CHANGED"

    def __init__(self) -> None:
        super().__init__("the journal was restored since that cursor: list the streams anew")
