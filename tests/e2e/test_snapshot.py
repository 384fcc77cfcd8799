"""`helio snapshot`, as a person uses it."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from support.cluster import Cluster, helio, helio_in_foreground

CREATE = "urn:ietf:params:scim:event:prov:create:full"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def call(cluster: Cluster, service: str, path: str, body: object) -> Any:
    """Send JSON as the administrator, and return the answer's."""
    media_type = "application/scim+json" if "/scim/" in path else "application/json"
    request = urllib.request.Request(  # noqa: S310  http to loopback
        cluster.url(service, path),
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {cluster.admin_token}", "Content-Type": media_type},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def a_poll_stream(cluster: Cluster) -> str:
    made = call(cluster, "ssf-registrar", "/ssf/streams", {"events_requested": [CREATE]})
    return str(made["stream_id"])


def poll(cluster: Cluster, stream_id: str, *, ack: list[str]) -> list[str]:
    answer = call(cluster, "set-transmitter", f"/ssf/poll/{stream_id}", {"ack": ack})
    return list(answer["sets"])


def take_everything(cluster: Cluster, stream_id: str, until: "subprocess.Popen[str]") -> int:
    """Acknowledge what comes until a program has ended; return how much that was."""
    taken = 0
    handed: list[str] = []
    while until.poll() is None:
        handed = poll(cluster, stream_id, ack=handed)
        taken += len(handed)
    return taken


def test_a_snapshot_ends_when_its_receiver_has_it_all(cluster: Cluster) -> None:
    for number in range(30):
        user = {"schemas": [USER], "userName": f"user-{number}"}
        call(cluster, "scim-gateway", "/scim/v2/Users", user)
    stream_id = a_poll_stream(cluster)

    arguments = ("snapshot", "--stream", stream_id, "--data", str(cluster.data))
    with helio_in_foreground(*arguments) as running:
        taken = take_everything(cluster, stream_id, running)
        shown, _ = running.communicate()

    assert running.returncode == 0, shown
    assert f"began a snapshot of the stream {stream_id}" in shown
    assert "all of it is acknowledged, or among the dead letters" in shown
    assert taken >= 30


def test_a_snapshot_need_not_be_waited_for(cluster: Cluster) -> None:
    stream_id = a_poll_stream(cluster)

    begun = helio("snapshot", "--no-wait", "--data", str(cluster.data))

    assert (begun.returncode, begun.stderr) == (0, "")
    assert f"began a snapshot of the stream {stream_id}" in begun.stdout


def test_a_stream_that_is_not_there_is_said_not_to_be(cluster: Cluster) -> None:
    refused = helio("snapshot", "--stream", "unheard-of", "--data", str(cluster.data))

    assert refused.returncode == 1
    assert "there is no stream unheard-of" in refused.stderr


def test_nothing_is_begun_where_nothing_runs(tmp_path: Path) -> None:
    refused = helio("snapshot", "--data", str(tmp_path))

    assert refused.returncode == 2
    assert "nothing runs" in refused.stderr
