"""Notices on their way to the store by way of their publisher, over real sockets."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.eventually import eventually
from support.receiver_service import Receiver, push_stream
from support.scim_publisher import SECRET, ScimPublisher, Scripted, scim_publisher

from heliograph.resource.v1 import change_service_pb2 as change_pb
from secevent.scim_events import CREATE_NOTICE
from secevent.token import SecurityEventToken

ANN = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "ann", "userName": "ann"}
FETCHED = "FETCHED: fetched from the publisher; and replaced"


@pytest.fixture
async def publisher(stopped: Receiver) -> AsyncIterator[ScimPublisher]:
    async with scim_publisher() as running:
        running.resources["/Users/ann"] = ANN
        stopped.streams.put(
            push_stream(
                stopped.remote,
                publisher_scim_url=running.base_url,
                publisher_authorization=SECRET,
            )
        )
        yield running


@pytest.fixture
async def receiver(stopped: Receiver, publisher: ScimPublisher) -> AsyncIterator[Receiver]:
    """Give a receiver that knows from the beginning where to fetch."""
    assert publisher.origin
    async with stopped.running():
        yield stopped


def noticed(receiver: Receiver, resource_id: str = "ann") -> SecurityEventToken:
    return receiver.issuer.token(
        CREATE_NOTICE, {"attributes": ["userName"]}, subject=f"/Users/{resource_id}"
    )


async def outcomes(receiver: Receiver) -> list[tuple[str, str]]:
    return [(row["state"], row["reason"]) for row in await receiver.receipts()]


async def until(receiver: Receiver, *expected: tuple[str, str]) -> None:
    async def are_reached() -> bool:
        return await outcomes(receiver) == list(expected)

    await eventually(are_reached)


@pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)
async def test_a_notice_becomes_what_its_publisher_shows(
    receiver: Receiver, publisher: ScimPublisher
) -> None:
    await receiver.push_token(noticed(receiver))

    await until(receiver, ("applied", FETCHED))

    (request,) = publisher.requests
    assert request.headers["Authorization"] == SECRET
    assert request.headers["Accept"] == "application/scim+json"
    (change,) = receiver.store.applied
    assert (change.kind, change.ref.id) == (change_pb.CHANGE_KIND_REPLACE, "ann")


async def test_many_notices_are_answered_by_one_request_after_the_last(
    receiver: Receiver, publisher: ScimPublisher
) -> None:
    publisher.open.clear()
    await receiver.push_token(noticed(receiver))
    await eventually(lambda: len(publisher.requests) == 1)
    for _ in range(20):
        await receiver.push_token(noticed(receiver))

    publisher.open.set()

    async def all_are_settled() -> bool:
        return "pending" not in await receiver.states()

    await eventually(all_are_settled)
    assert len(publisher.requests) == 2
    assert [row for row in await outcomes(receiver) if row[0] == "applied"] == [
        ("applied", FETCHED)
    ] * 2


async def test_a_publisher_gets_a_few_requests_at_a_time_and_holds_nobody_up(
    receiver: Receiver, publisher: ScimPublisher
) -> None:
    publisher.open.clear()
    for number in range(10):
        publisher.resources[f"/Users/{number}"] = ANN | {"id": str(number)}
        await receiver.push_token(noticed(receiver, str(number)))
    await receiver.push_token(receiver.deleted("/Users/somebody-else"))

    await receiver.eventually_states(*["pending"] * 10, "applied")
    publisher.open.set()

    await receiver.eventually_states(*["applied"] * 11)
    assert publisher.most_at_once == 4


@pytest.mark.parametrize(
    "scripted",
    [
        pytest.param(Scripted(429, headers={"Retry-After": "1"}), id="429"),
        pytest.param(Scripted(401), id="401"),
        pytest.param(Scripted(403), id="403"),
        pytest.param(Scripted(500), id="500"),
        pytest.param(Scripted(404, b"<html>"), id="another server's 404"),
        pytest.param(Scripted(302, headers={"Location": "/Users/ann"}), id="a redirect"),
        pytest.param(Scripted(200, b"{"), id="no JSON"),
        pytest.param(Scripted(200, b'{"id":"ben"}'), id="another resource"),
        pytest.param(Scripted(200, b"[]"), id="no resource"),
    ],
)
async def test_a_publisher_in_trouble_is_asked_again(
    receiver: Receiver, publisher: ScimPublisher, scripted: Scripted
) -> None:
    publisher.script["/Users/ann"] = [scripted]
    publisher.resources["/Users/ben"] = ANN | {"id": "ben"}
    publisher.open.clear()
    await receiver.push_token(noticed(receiver))
    await receiver.push_token(noticed(receiver, "ben"))
    publisher.open.set()

    await until(receiver, ("applied", FETCHED), ("applied", FETCHED))
    ann = next(row for row in await receiver.receipts() if row["subject_uri"] == "/Users/ann")
    assert ann["attempts"] == 1
    assert publisher.asked().count("/Users/ann") == 2
    assert publisher.asked().count("/Users/ben") == 1


async def test_what_the_publisher_has_no_more_is_deleted(
    receiver: Receiver, publisher: ScimPublisher
) -> None:
    del publisher.resources["/Users/ann"]

    await receiver.push_token(noticed(receiver))

    await until(receiver, ("applied", "GONE: the publisher has it no more; deleted here"))
    (change,) = receiver.store.applied
    assert change.kind == change_pb.CHANGE_KIND_DELETE


async def test_the_trouble_with_a_publisher_is_shown_and_ends_with_a_new_configuration(
    receiver: Receiver, publisher: ScimPublisher
) -> None:
    receiver.streams.change("pushstreamaa", publisher_authorization="Bearer wrong")
    publisher.script["/Users/ann"] = [Scripted(401)]
    publisher.open.clear()
    await receiver.push_token(noticed(receiver))
    publisher.open.set()

    async def last_error() -> Any:
        (stream,) = (await receiver.admin("/receive-streams"))["streams"]
        return stream["last_error"]

    expected = "PUBLISHER_AWAY: the publisher answered 401: it does not accept the credentials"

    async def is_shown() -> bool:
        return await last_error() == expected

    publisher.script["/Users/ann"] += [Scripted(401)] * 20
    await eventually(is_shown)
    publisher.script["/Users/ann"].clear()
    receiver.streams.change("pushstreamaa", publisher_authorization=SECRET)

    await until(receiver, ("applied", FETCHED))
    assert await last_error() == ""
