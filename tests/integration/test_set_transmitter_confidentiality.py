"""What a receiver is shown, and what nobody else can read, over real sockets."""

import json
import uuid

import pytest
import pytest_asyncio
from aiohttp import web
from support.compact_jws import opened
from support.eventually import eventually
from support.scripted_receiver import Receiver
from support.transmitter_cluster import (
    ALL_FULL,
    Cluster,
    deletion,
    patch,
)

from secevent.encryption import DecryptionKeys, generate_encryption_jwk
from secevent.scim_events import CREATE_FULL, FEED_ADD, FEED_REMOVE
from secevent.signing import public_jwk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stream(cluster: Cluster, receiver: Receiver) -> str:
    created = await cluster.fresh_stream(receiver.delivery(), signing_algorithm="ES256")
    return str(created["stream_id"])


async def test_what_is_encrypted_waits_for_a_key_and_is_repeated_with_the_same_bytes(
    cluster: Cluster, receiver: Receiver
) -> None:
    private = generate_encryption_jwk("ECDH-ES")
    created = await cluster.fresh_stream(
        receiver.delivery(), receiverJWKSUrl=f"{receiver.origin}/jwks.json"
    )
    user_id = await cluster.add_user("confidential")
    await eventually(lambda: _lacks_a_key(cluster, created["stream_id"]))
    assert receiver.pushed == []
    receiver.script.append(web.Response(status=503))

    receiver.jwks = {"keys": [public_jwk(private)]}

    first, second = await receiver.has_answered(2)
    assert (first.status, second.status, first.jwt) == (503, 202, second.jwt)
    signed = DecryptionKeys.from_private_jwks([private]).decrypt(first.jwt)
    _, jwks = await cluster.request("GET", f"{cluster.origin('ssf-registrar')}/jwks.json")
    (jwk,) = [key for key in jwks["keys"] if key["alg"] == "RS256"]
    _, claims = opened(signed, jwk)
    assert claims["sub_id"]["uri"] == f"/Users/{user_id}"


async def test_a_tenant_encrypts_to_another_whose_receiver_decrypts(cluster: Cluster) -> None:
    registrar, receiver = cluster.origin("ssf-registrar"), cluster.origin("set-receiver")
    await cluster.start("set-receiver")
    token = await _admin_of(cluster, "acme")
    receiving = {
        "delivery": {"method": "urn:ietf:rfc:8935:receive"},
        "events_requested": [CREATE_FULL],
        "iss": registrar,
        "aud": "https://acme.example",
        "issuerJWKSUrl": f"{registrar}/jwks.json",
    }
    _, stream = await cluster.request(
        "POST", f"{registrar}/t/acme/ssf/streams", token=token, json=receiving
    )

    sent = await cluster.fresh_stream(
        {**stream["delivery"], "method": "urn:ietf:rfc:8935"},
        aud="https://acme.example",
        receiverJWKSUrl=f"{registrar}/t/acme/jwks.json",
    )
    await cluster.add_user("between-tenants")

    await eventually(lambda: cluster.state_is(sent["stream_id"], pending=0, acknowledged=1))
    _, listed = await cluster.request("GET", f"{receiver}/admin/v1/receipts", token=token)
    (receipt,) = listed["receipts"]
    assert receipt["jti"].endswith(sent["stream_id"])
    assert await cluster.dead_letters(sent["stream_id"]) == []


async def test_a_filtered_stream_is_told_of_its_feed_alone(
    cluster: Cluster, receiver: Receiver
) -> None:
    feed = {"filter": 'title eq "Dr"', "attributes": ["userName", "title", "active"]}
    stream = await cluster.fresh_stream(
        receiver.delivery(), events_requested=[*ALL_FULL, FEED_ADD, FEED_REMOVE], **feed
    )
    ann = await cluster.add_user("ann", title="Dr", nickName="hidden")
    ben = await cluster.add_user("ben", title="Mr", nickName="hidden")
    await cluster.write(patch(ann, nickName="hidden too"), patch(ben, nickName="hidden too"))
    await cluster.write(patch(ben, title="Dr"), patch(ann, active=False))
    await cluster.write(patch(ann, title="Prof"))
    await cluster.write(patch(ann, active=True), deletion(ann), deletion(ben))

    pushed = await receiver.has_accepted(6)

    told = [(one.subject, one.event.rpartition("event:")[2]) for one in pushed]
    assert sorted(event for subject, event in told if subject == f"/Users/{ben}") == [
        "delete",
        "feed:add",
    ]
    assert [event for subject, event in told if subject == f"/Users/{ann}"] == [
        "create:full",
        "patch:full",
        "deactivate",
        "feed:remove",
    ]
    assert not any("hidden" in json.dumps(one.claims) for one in pushed)
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=0))


async def test_another_filter_counts_for_what_comes_after(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.add_user("before-there-was-a-filter")
    await receiver.has_accepted(1)

    await cluster.change(stream, filter='userName sw "seen-"')
    await eventually(lambda: _has_settled(cluster, receiver, stream))

    (*_, last) = receiver.accepted
    assert "seen-" in json.dumps(last.claims)


async def _lacks_a_key(cluster: Cluster, stream_id: str) -> bool:
    return "no key with use enc" in (await cluster.state(stream_id)).get("last_error", "")


async def _admin_of(cluster: Cluster, tenant: str) -> str:
    """Make a tenant, and return the token of its administrator."""
    admin = f"{cluster.origin('ssf-registrar')}/admin/v1/tenants"
    made = await cluster.request("POST", admin, json={"tenant": tenant})
    assert made[0] == 201, made
    body = {"name": "receiving", "scopes": ["admin", "ssf.manage"]}
    status, created = await cluster.request("POST", f"{admin}/{tenant}/tokens", json=body)
    assert status == 201, created
    return str(created["token"])


async def _has_settled(cluster: Cluster, receiver: Receiver, stream: str) -> bool:
    """Tell whether of two people in a row only the second is told of."""
    unseen = await cluster.add_user(f"unseen-{uuid.uuid4()}")
    seen = await cluster.add_user(f"seen-{uuid.uuid4()}")
    await eventually(lambda: f"/Users/{seen}" in {one.subject for one in receiver.accepted})
    await eventually(lambda: cluster.state_is(stream, pending=0))
    return f"/Users/{unseen}" not in {one.subject for one in receiver.accepted}
