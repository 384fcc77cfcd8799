"""What a transaction is to blame for itself, told from what any other would have met too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson.errors import BSONError
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError

_DUPLICATE_KEY: Final = 11000


class SpoiltBatchError(Exception):
    """Something in a batch cannot be stored. Its text holds no value, unlike MongoDB's own."""


class CollisionError(SpoiltBatchError):
    """Another process has stored the same in the meantime, which a newer snapshot shows."""


@contextmanager
def blamed() -> Iterator[None]:
    """Turn what a transaction is to blame for itself into `SpoiltBatchError`."""
    try:
        yield
    except BSONError as error:
        raise SpoiltBatchError(type(error).__name__) from None
    except PyMongoError as error:
        if _is_duplicate(error):
            raise CollisionError(type(error).__name__) from None
        if _is_no_fault_of_it(error):
            raise
        raise SpoiltBatchError(type(error).__name__) from None


def _is_no_fault_of_it(error: PyMongoError) -> bool:
    return isinstance(error, ConnectionFailure) or error.has_error_label(
        "TransientTransactionError"
    )


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        codes = [each["code"] for each in error.details["writeErrors"]]
        return _DUPLICATE_KEY in codes
    return getattr(error, "code", None) == _DUPLICATE_KEY
