"""What can go wrong here; `reason` is stable and machine-readable."""

from typing import ClassVar


class ReceiverError(Exception):
    """An error of this service's own."""

    reason: ClassVar[str]


class KeysUnavailableError(ReceiverError):
    """An issuer's keys cannot be had just now; nothing can be said of its SETs."""

    reason = "KEYS_UNAVAILABLE"

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class StoreUnavailableError(ReceiverError):
    """The store did not answer; what was asked of it may have happened."""

    reason = "STORE_UNAVAILABLE"


class ChangesRefusedError(ReceiverError):
    """The store refused a list of changes as a whole, so one of them may be at fault."""

    reason = "CHANGES_REFUSED"

    def __init__(self, store_reason: str, detail: str) -> None:
        super().__init__(f"{store_reason}: {detail}")
        self.store_reason = store_reason
        self.detail = detail


class StreamUnknownError(ReceiverError):
    """Nothing is known of a stream: it was made a moment ago, or is deleted, or we just began."""

    reason = "STREAM_UNKNOWN"

    def __init__(self, *, is_registrar_away: bool) -> None:
        super().__init__("nothing is known of the stream")
        self.is_registrar_away = is_registrar_away


class TransmitterUnavailableError(ReceiverError):
    """The transmitter did not answer; what was asked of it may have happened."""

    reason = "TRANSMITTER_UNAVAILABLE"


class RouteRefusedError(ReceiverError):
    """The transmitter refused a list of SETs as a whole, so one of them may be at fault."""

    reason = "ROUTE_REFUSED"

    def __init__(self, transmitter_reason: str, detail: str) -> None:
        super().__init__(f"{transmitter_reason}: {detail}")
        self.transmitter_reason = transmitter_reason
        self.detail = detail


class ReceiptNotFoundError(ReceiverError):
    """There is no such receipt, or it is another tenant's."""

    reason = "RECEIPT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such receipt")


class ReceiptPendingError(ReceiverError):
    """A receipt is to be applied again that has not been settled yet."""

    reason = "RECEIPT_PENDING"

    def __init__(self) -> None:
        super().__init__("the receipt is pending: it is going to be applied anyway")


class ReceiptNotDeadError(ReceiverError):
    """A receipt is to be dropped that is not dead."""

    reason = "RECEIPT_NOT_DEAD"

    def __init__(self) -> None:
        super().__init__("the receipt is not dead: there is nothing to drop")


class ReceiptErasedError(ReceiverError):
    """A receipt is to be applied again of which nothing is left."""

    reason = "RECEIPT_ERASED"

    def __init__(self) -> None:
        super().__init__("the data of the receipt have been erased: there is nothing to apply")


class InvalidPageTokenError(ReceiverError):
    """A page token is none that this service has given."""

    reason = "INVALID_PAGE_TOKEN"
