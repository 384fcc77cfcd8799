"""What HTTP itself asks of a push, read from its headers."""

from typing import Final

import pytest

from set_receiver.entrypoints.push_answers import Answered
from set_receiver.entrypoints.push_requests import check_headers, headers_of

SET: Final = (b"content-type", b"application/secevent+jwt")


def test_headers_of_one_name_are_one_and_others_do_not_count() -> None:
    given = [SET, (b"accept", b"text/html"), (b"x-other", b"1"), (b"accept", b"application/json")]

    assert headers_of({"headers": given}) == {
        b"content-type": b"application/secevent+jwt",
        b"accept": b"text/html, application/json",
    }


@pytest.mark.parametrize(
    "accept",
    [
        [],
        [b""],
        [b"application/json"],
        [b"*/*"],
        [b"text/html", b"application/json"],
        [b"text/html, application/*;q=0.5"],
    ],
)
def test_whoever_understands_json_is_answered(accept: list[bytes]) -> None:
    check_headers(headers_of({"headers": [SET, *((b"accept", each) for each in accept)]}))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ((b"accept", b"text/html"), 406),
        ((b"accept", b"application/json;q=0"), 406),
        ((b"content-encoding", b"gzip"), 415),
        ((b"content-type", b"application/json"), 415),
    ],
)
def test_another_request_has_its_status(header: tuple[bytes, bytes], status: int) -> None:
    headers = headers_of({"headers": [SET, header]})

    with pytest.raises(Answered) as found:
        check_headers(headers)

    assert found.value.response.status_code == status
