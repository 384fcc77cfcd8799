from set_receiver.domain.errors import ReceiverError
from set_receiver.entrypoints.receipt_service import STATUSES


def test_every_error_has_a_status() -> None:
    assert set(ReceiverError.__subclasses__()) == set(STATUSES)


def test_no_two_errors_share_a_reason() -> None:
    errors = ReceiverError.__subclasses__()

    assert len({error.reason for error in errors}) == len(errors)
