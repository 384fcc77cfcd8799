"""`helio receipts` and `helio dead-letters`, on a cluster whose events come back to it."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from support.cluster import Cluster, helio
from support.eventually import eventually

CREATE = "urn:ietf:params:scim:event:prov:create:full"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@example.com"}
OTHER = {**USER, "userName": "dead@example.com"}


def post(cluster: Cluster, service: str, path: str, body: Mapping[str, Any]) -> Any:
    request = Request(  # noqa: S310  our own cluster
        cluster.url(service, path),
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {cluster.admin_token}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as response:  # noqa: S310  as above
        return json.load(response)


def receipts(cluster: Cluster, *arguments: str) -> Any:
    said = helio("receipts", *arguments, "--json", "--data", str(cluster.data))
    assert (said.returncode, said.stderr) == (0, "")
    return json.loads(said.stdout)


@pytest.fixture(scope="module")
def receipt(cluster: Cluster) -> Mapping[str, Any]:
    """Give the receipt of a change that the cluster made itself, and so passes over."""
    iss = cluster.url("ssf-registrar")
    receiving = {
        "events_requested": [CREATE],
        "delivery": {"method": "urn:ietf:rfc:8935:receive"},
        "iss": iss,
        "aud": [f"{iss}/receivers/admin"],
        "issuerJWKSUrl": f"{iss}/jwks.json",
    }
    delivery = post(cluster, "ssf-registrar", "/ssf/streams", receiving)["delivery"]
    pushing = {
        "events_requested": [CREATE],
        "delivery": {**delivery, "method": "urn:ietf:rfc:8935"},
    }
    post(cluster, "ssf-registrar", "/ssf/streams", pushing)
    post(cluster, "scim-gateway", "/scim/v2/Users", USER)
    (row,) = asyncio.run(eventually(lambda: settled(cluster), seconds=60))
    return dict(row)


def settled(cluster: Cluster) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = receipts(cluster, "list", "--state", "without_effect")[
        "receipts"
    ]
    return found


def test_receipts_are_listed_and_shown(cluster: Cluster, receipt: Mapping[str, Any]) -> None:
    assert (receipt["state"], receipt["reason"]) == ("without_effect", "OWN")
    assert receipts(cluster, "show", receipt["id"]) == receipt
    assert receipts(cluster, "list", "--state", "dead") == {"receipts": [], "next": None}


def test_a_person_reads_a_table(cluster: Cluster, receipt: Mapping[str, Any]) -> None:
    listed = helio("receipts", "list", "--data", str(cluster.data))
    shown = helio("receipts", "show", receipt["id"], "--data", str(cluster.data))

    assert re.search(r"\b1 +20\d\d-\d\d-\d\dT", listed.stdout)
    assert f"subject_uri  {receipt['subject_uri']}\n" in shown.stdout


async def test_a_receipt_is_applied_again(cluster: Cluster, receipt: Mapping[str, Any]) -> None:
    answer = receipts(cluster, "reapply", receipt["id"])

    assert answer == {"reapplied": 1}
    (row,) = await eventually(lambda: settled(cluster), seconds=60)
    assert row["settled"] > receipt["settled"]


async def test_receipts_of_a_state_and_a_time_are_applied_again(
    cluster: Cluster, receipt: Mapping[str, Any]
) -> None:
    await eventually(lambda: settled(cluster), seconds=60)
    stream = ("--state", "without_effect", "--stream", receipt["stream_id"])

    too_late = receipts(cluster, "reapply", *stream, "--since", "2999-01-01T00:00:00Z")
    in_time = receipts(cluster, "reapply", *stream, "--before", "2999-01-01")

    assert (too_late, in_time) == ({"reapplied": 0}, {"reapplied": 1})


def streams(cluster: Cluster, *arguments: str) -> Any:
    said = helio("streams", *arguments, "--json", "--data", str(cluster.data))
    assert (said.returncode, said.stderr) == (0, "")
    return json.loads(said.stdout)


async def test_streams_are_shown_verified_paused_and_resumed(
    cluster: Cluster, receipt: Mapping[str, Any]
) -> None:
    """Both ends of one stream: what it sends as transmitter, the cluster receives itself."""
    received, sent = streams(cluster, "list")["streams"]
    assert (received["stream_id"], received["direction"]) == (receipt["stream_id"], "receive")
    assert (sent["status"], sent["method"], sent["lag_events"]) == ("enabled", "push", 0)
    assert sent["last_contact"] > receipt["received"]

    agreed = streams(cluster, "verify", received["stream_id"])
    streams(cluster, "verify", sent["stream_id"], "--state", agreed["state"])
    await eventually(lambda: ignored(cluster) == ["VERIFICATION"], seconds=60)
    paused = streams(cluster, "pause", sent["stream_id"], "--reason", "upgrade")
    await eventually(lambda: ignored(cluster)[1:] == ["STREAM_UPDATED"], seconds=60)
    told = streams(cluster, "show", received["stream_id"])["transmitter_status"]
    resumed = streams(cluster, "resume", sent["stream_id"])

    assert (paused["status"], paused["reason"]) == ("paused", "upgrade")
    assert told == "paused upgrade"
    assert resumed["status"] == "enabled"


def ignored(cluster: Cluster) -> list[str]:
    listed = receipts(cluster, "list", "--state", "ignored")["receipts"]
    return [row["reason"].partition(":")[0] for row in listed]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error"),
    [
        pytest.param(["show", "99"], 1, "404 there is no such receipt", id="an unknown one"),
        pytest.param(["reapply", "x"], 1, "404 there is no such receipt", id="no id at all"),
        pytest.param(["reapply"], 2, "give either an ID, or --state", id="nothing chosen"),
        pytest.param(["reapply", "1", "--state", "dead"], 2, "give either", id="both chosen"),
        pytest.param(["reapply", "--state", "pending"], 2, "anyway", id="what is pending"),
        pytest.param(
            ["reapply", "--state", "dead", "--since", "noon"], 2, "'noon' is no time", id="no time"
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    cluster: Cluster, arguments: list[str], exit_code: int, error: str
) -> None:
    said = helio("receipts", *arguments, "--data", str(cluster.data))

    assert (said.returncode, said.stdout) == (exit_code, "")
    assert error in said.stderr


def test_without_a_cluster_nothing_is_listed(tmp_path: Path) -> None:
    said = helio("receipts", "list", "--data", str(tmp_path))

    assert said.returncode == 2
    assert "nothing runs on" in said.stderr


def dead_letters(cluster: Cluster, *arguments: str) -> Any:
    said = helio("dead-letters", *arguments, "--json", "--data", str(cluster.data))
    assert (said.returncode, said.stderr) == (0, "")
    return json.loads(said.stdout)


@pytest.fixture(scope="module")
def stream(cluster: Cluster) -> Mapping[str, Any]:
    """Give a stream whose receiver has refused the creation of a user."""
    asked = {"events_requested": [CREATE]}
    stream: dict[str, Any] = post(cluster, "ssf-registrar", "/ssf/streams", asked)
    post(cluster, "scim-gateway", "/scim/v2/Users", OTHER)
    endpoint = stream["delivery"]["endpoint_url"].removeprefix(cluster.url("set-transmitter"))
    error = {"err": "access_denied", "description": "no"}
    sets = post(cluster, "set-transmitter", endpoint, {})["sets"]
    post(
        cluster,
        "set-transmitter",
        endpoint,
        {"setErrs": dict.fromkeys(sets, error), "maxEvents": 0},
    )
    return stream


def test_what_was_sent_in_vain_is_seen_told_again_and_dropped(
    cluster: Cluster, stream: Mapping[str, Any]
) -> None:
    mine = ("--stream", stream["stream_id"])
    (letter, *_) = dead_letters(cluster, "list", *mine)["dead_letters"]
    table = helio("dead-letters", "list", *mine, "--data", str(cluster.data)).stdout

    shown = dead_letters(cluster, "show", letter["id"])
    replayed = dead_letters(cluster, "replay", letter["id"])
    dropped = dead_letters(cluster, "drop", *mine)

    (row, *_) = [line for line in table.splitlines() if letter["id"] in line]
    assert row.rstrip().endswith("access_denied: no")
    assert CREATE in shown["set"]["events"]
    assert replayed["original"] == 1
    assert dropped == {"dropped": replayed["left"]}
    assert dead_letters(cluster, "list", *mine) == {"dead_letters": [], "next": None}


def test_of_what_was_received_nothing_is_dead(cluster: Cluster) -> None:
    listed = dead_letters(cluster, "list", "--side", "received")
    unknown = helio("dead-letters", "drop", "4711", "--data", str(cluster.data))

    assert listed["receipts"] == []
    assert (unknown.returncode, "there is no such receipt" in unknown.stderr) == (1, True)


def test_it_says_which_are_meant(cluster: Cluster) -> None:
    said = helio("dead-letters", "replay", "--data", str(cluster.data))

    assert said.returncode == 2
    assert "--stream" in said.stderr
