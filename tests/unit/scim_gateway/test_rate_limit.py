"""The rate at which a credential may ask."""

from collections.abc import Callable

import pytest

from scim_gateway.domain.errors import RateExceededError
from scim_gateway.domain.rates import Rate
from scim_gateway.entrypoints.errors import error_answer
from scim_gateway.entrypoints.rate_limit import RateLimit

A, B = b"a", b"b"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limited(clock: Callable[[], float], *, per_second: float, burst: int) -> RateLimit:
    return RateLimit(Rate(per_second, burst), clock=clock)


def passed(limit: RateLimit, credential: bytes, *, tries: int) -> int:
    """Return how many of so many requests at once get through."""
    return sum(gets_through(limit, credential) for _ in range(tries))


def gets_through(limit: RateLimit, credential: bytes) -> bool:
    try:
        limit.let_through(credential)
    except RateExceededError:
        return False
    return True


def test_a_burst_gets_through_at_once_and_no_more(clock: Clock) -> None:
    limit = limited(clock, per_second=2, burst=5)

    assert passed(limit, A, tries=20) == 5


def test_what_was_used_comes_back_at_the_rate(clock: Clock) -> None:
    limit = limited(clock, per_second=2, burst=5)
    passed(limit, A, tries=5)

    clock.now += 1.5

    assert passed(limit, A, tries=20) == 3


def test_no_more_than_a_burst_is_saved_up(clock: Clock) -> None:
    limit = limited(clock, per_second=2, burst=5)
    passed(limit, A, tries=3)

    clock.now += 3600

    assert passed(limit, A, tries=20) == 5


def test_requests_at_the_rate_never_wait(clock: Clock) -> None:
    limit = limited(clock, per_second=10, burst=1)

    for _ in range(1000):
        assert gets_through(limit, A)
        clock.now += 0.1


def test_one_credential_does_not_use_up_what_is_anothers(clock: Clock) -> None:
    limit = limited(clock, per_second=1, burst=2)

    assert passed(limit, A, tries=9) == 2
    assert passed(limit, B, tries=9) == 2


def test_what_is_refused_uses_nothing_up(clock: Clock) -> None:
    limit = limited(clock, per_second=1, burst=1)
    passed(limit, A, tries=100)

    clock.now += 1

    assert gets_through(limit, A)


@pytest.mark.parametrize(
    ("per_second", "seconds"), [(100, 1), (1, 1), (0.5, 2), (0.3, 4), (0.001, 1000)]
)
def test_who_waits_as_long_as_it_is_told_gets_through(
    clock: Clock, per_second: float, seconds: int
) -> None:
    limit = limited(clock, per_second=per_second, burst=1)
    limit.let_through(A)

    with pytest.raises(RateExceededError) as refused:
        limit.let_through(A)
    clock.now += refused.value.seconds

    assert refused.value.seconds == seconds
    assert gets_through(limit, A)


def test_credentials_of_long_ago_are_forgotten(clock: Clock) -> None:
    limit = limited(clock, per_second=0.001, burst=1)
    limit.let_through(A)
    others = [str(number).encode() for number in range(10_000)]

    assert all(gets_through(limit, other) for other in others)
    assert gets_through(limit, A)
    assert not gets_through(limit, others[-1])


def test_the_answer_says_how_long_to_wait(clock: Clock) -> None:
    limit = limited(clock, per_second=0.5, burst=1)
    limit.let_through(A)

    with pytest.raises(RateExceededError) as refused:
        limit.let_through(A)
    answer = error_answer(refused.value)

    assert (answer.status, answer.headers) == (429, ((b"retry-after", b"2"),))
    assert b"0.5 requests a second" in answer.body
