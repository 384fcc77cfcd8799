"""The queue into the request log takes in what there is room for, and makes nobody wait."""

from prometheus_client import REGISTRY
from support.request_log_entries import exchange

from scim_gateway.entrypoints.exchange_queue import ExchangeQueue


def dropped() -> float:
    name = "heliograph_request_log_dropped_total"
    return REGISTRY.get_sample_value(name, {"reason": "full"}) or 0.0


def test_exchanges_come_out_in_order_so_many_at_a_time() -> None:
    queue = ExchangeQueue()
    exchanges = [exchange(id=str(number)) for number in range(3)]
    for each in exchanges:
        queue.put(each)

    assert [queue.take(2), queue.take(2), queue.take(2)] == [exchanges[:2], exchanges[2:], []]


def test_what_there_is_no_room_for_is_dropped_and_counted() -> None:
    queue = ExchangeQueue(most=1)
    before = dropped()

    queue.put(exchange(id="first"))
    queue.put(exchange(id="second"))

    assert [each.id for each in queue.take(10)] == ["first"]
    assert dropped() == before + 1


def test_bodies_take_up_room_until_they_are_taken() -> None:
    queue = ExchangeQueue(most_bytes=10)
    large = exchange(request=b"123456", response=b"123")

    queue.put(large)
    queue.put(large)
    queue.take(10)
    queue.put(large)

    assert queue.take(10) == [large]


async def test_whoever_waits_goes_on_when_there_is_something_or_the_time_is_over() -> None:
    queue = ExchangeQueue()

    await queue.wait(seconds=0.001)
    queue.put(exchange())
    await queue.wait(seconds=60)

    assert len(queue) == 1
