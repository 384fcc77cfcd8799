"""RFC 8935 section 2.2: success response."""

import pytest

from secevent.push import Accepted, Unreachable, classify


def test_202_acknowledges() -> None:
    assert classify(202, {}, b"") == Accepted()


@pytest.mark.parametrize("status", [200, 201, 204])
def test_no_other_success_acknowledges(status: int) -> None:
    assert isinstance(classify(status, {"Content-Type": "text/html"}, b"<html>"), Unreachable)
