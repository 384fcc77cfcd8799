"""What a transaction is to blame for itself, told from what any other would have met too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson.errors import BSONError
from pymongo.errors import BulkWriteError, ConnectionFailure, DocumentTooLarge, PyMongoError

from resource_store.domain.errors import StorageFailedError, TooLargeError
from servicekit.failures import StorageError
from servicekit.mongo import storage_errors, was_interrupted

_DUPLICATE_KEY: Final = 11000
_TOO_LARGE: Final = frozenset({10334, 17419, 17420})


class SpoiltBatchError(Exception):
    """Something in a batch cannot be stored. Its text holds no value, unlike MongoDB's own."""


class CollisionError(SpoiltBatchError):
    """Another process has stored the same in the meantime, which a newer snapshot shows."""


@contextmanager
def blamed() -> Iterator[None]:
    """Turn what a transaction is to blame for itself into an error without values in its text.

    Raises `TooLargeError`, `CollisionError` or `SpoiltBatchError`; lets all else through.
    """
    try:
        yield
    except PyMongoError as error:
        if _is_no_fault_of_it(error):
            raise
        raise _fault(error) from None
    except BSONError as error:
        raise _fault(error) from None


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn what MongoDB could not do into the port's own `StorageFailedError`."""
    try:
        with storage_errors():
            yield
    except StorageError as error:
        raise StorageFailedError(str(error)) from error


def _is_no_fault_of_it(error: PyMongoError) -> bool:
    is_transient = was_interrupted(error) or error.has_error_label("TransientTransactionError")
    return is_transient or isinstance(error, ConnectionFailure)


def _fault(error: PyMongoError | BSONError) -> Exception:
    codes = _codes(error)
    if _DUPLICATE_KEY in codes:
        return CollisionError(type(error).__name__)
    if isinstance(error, DocumentTooLarge) or codes & _TOO_LARGE:
        return TooLargeError(
            "the resource would become larger than 16 MB: give it fewer or shorter values",
            attribute_path="",
        )
    return SpoiltBatchError(f"{type(error).__name__} {sorted(codes)}")


def _codes(error: PyMongoError | BSONError) -> set[int]:
    if isinstance(error, BulkWriteError):
        return {each["code"] for each in error.details["writeErrors"]}
    code = getattr(error, "code", None)
    return set() if code is None else {code}
