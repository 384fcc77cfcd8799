"""Why the store refuses; what SCIM itself refuses is in `scim.errors`."""

from typing import ClassVar, TypeAlias

from resource_store.domain.resources import Ref
from scim.errors import ScimError


class StoreError(Exception):
    """A refusal with a stable reason, whose text a client's developer may read."""

    reason: ClassVar[str]
    attribute_path = ""
    clause = ""


class ResourceNotFoundError(StoreError):
    """No resource has this type and id (any more)."""

    reason = "RESOURCE_NOT_FOUND"
    clause = "RFC 7644 section 3.12"

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"there is no {ref.resource_type} with the id {ref.id[:100]!a}")


class DeletedNotFoundError(ResourceNotFoundError):
    """No deleted resource of this type and id is kept (any more)."""

    def __init__(self, ref: Ref) -> None:
        StoreError.__init__(
            self, f"no deleted {ref.resource_type} with the id {ref.id[:100]!a} is kept"
        )


class IdTakenError(StoreError):
    """The id that a new resource was to have again is another's by now."""

    reason = "ID_TAKEN"

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"there is a resource with the id {ref.id[:100]!a}")


class VersionMismatchError(StoreError):
    """If-Match names no version that the resource has."""

    reason = "VERSION_MISMATCH"
    clause = "RFC 7644 section 3.14"

    def __init__(self, ref: Ref, *, current: str) -> None:
        super().__init__(f"If-Match does not name the {ref.resource_type}'s version: {current}")


class UnknownRequestError(StoreError):
    """No asynchronous request of this tenant has this txn (any more)."""

    reason = "REQUEST_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such request")


class UnknownResourceTypeError(StoreError):
    """No resource type has this name."""

    reason = "UNKNOWN_RESOURCE_TYPE"

    def __init__(self, name: str, *, known: str) -> None:
        super().__init__(f"there is no resource type {name[:100]!a}: use one of {known}")


class UnknownProfileError(StoreError):
    """No profile has this name."""

    reason = "UNKNOWN_PROFILE"

    def __init__(self, name: str, *, known: str) -> None:
        super().__init__(f"there is no profile {name[:100]!a}: use one of {known}")


class BrakeOnError(StoreError):
    """A deletion or deactivation is held for an administrator, as there were too many."""

    reason = "BRAKE_ON"

    def __init__(self, ref: Ref) -> None:
        super().__init__(
            f"too many were deleted or deactivated, so the brake on that is on: this"
            f" {ref.resource_type} is as it was, until an administrator lets the request through"
            " (`helio brake`); other changes go on"
        )


class TooLargeError(StoreError):
    """A request asks for more at once than others can be made to wait for."""

    reason = "TOO_LARGE"

    def __init__(self, detail: str, *, attribute_path: str) -> None:
        super().__init__(detail)
        self.attribute_path = attribute_path


class ErasureNotFoundError(StoreError):
    """Nobody has asked to erase this."""

    reason = "ERASURE_NOT_FOUND"

    def __init__(self, resource_id: str) -> None:
        super().__init__(f"no erasure of {resource_id[:100]!a} has begun")


class StampAheadError(StoreError):
    """A change claims to come from the future."""

    reason = "STAMP_AHEAD"

    def __init__(self, cluster: str, *, seconds: int) -> None:
        super().__init__(f"the change of cluster {cluster} is stamped {seconds} s ahead of now")


class EpochChangedError(StoreError):
    """The cursor is of a feed that a restored backup has ended."""

    reason = "EPOCH_CHANGED"

    def __init__(self) -> None:
        super().__init__("the store has been restored: read its present state, then begin anew")


class InvalidCursorError(StoreError):
    """The text is no cursor of this feed."""

    reason = "INVALID_CURSOR"

    def __init__(self) -> None:
        super().__init__("the cursor or key is none that was given: give one back as it came")


class TenantClosedError(StoreError):
    """The tenant is being deleted, or has been."""

    reason = "TENANT_CLOSED"

    def __init__(self) -> None:
        super().__init__("the tenant is being deleted: nothing more is written for it")


class StorageFailedError(StoreError):
    """The storage could not make a write durable; nothing of it happened."""

    reason = "UNAVAILABLE"


Refusal: TypeAlias = StoreError | ScimError
