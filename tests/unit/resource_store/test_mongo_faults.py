"""What a batch is to blame for itself."""

import pytest
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from resource_store.adapters.mongo.faults import SpoiltBatchError, blamed


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(AutoReconnect(), id="a lost connection"),
        pytest.param(PyMongoError("", ["TransientTransactionError"]), id="another's write"),
        pytest.param(OperationFailure("", 11601), id="an interruption"),
    ],
)
def test_what_another_would_have_met_too_is_let_through(error: PyMongoError) -> None:
    with pytest.raises(type(error)) as met, blamed():
        raise error

    assert met.value is error


def test_a_value_that_the_database_refuses_is_told_without_the_value() -> None:
    with pytest.raises(SpoiltBatchError) as blame, blamed():
        raise OperationFailure("key too large: Ada Lovelace", 17280)

    assert str(blame.value) == "OperationFailure [17280]"
