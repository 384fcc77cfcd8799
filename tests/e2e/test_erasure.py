"""`helio deleted` and `helio erase`, on a cluster whose events come back to it."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import bson
import pytest
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from support.cluster import Cluster, helio, running_cluster
from support.eventually import eventually

CREATE = "urn:ietf:params:scim:event:prov:create:full"
PATCH = "urn:ietf:params:scim:event:prov:patch:full"
DELETE = "urn:ietf:params:scim:event:prov:delete"
PERSON = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "zuzana.unmistakable@example.com",
    "externalId": "ext-unmistakable",
    "displayName": "Zuzana Unmistakable",
}


def _in_base64(word: bytes, offset: int) -> bytes:
    """Return what of a word's encoding does not depend on what is around it."""
    encoded = urlsafe_b64encode(bytes(offset) + word)
    return encoded[-(-offset * 8 // 6) : (offset + len(word)) * 8 // 6]


IN_JWT = [_in_base64(b"unmistakable", offset) for offset in range(3)]


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, cluster_store: Mapping[str, str]
) -> Iterator[Cluster]:
    environment = {**cluster_store, "HELIOGRAPH_SCIM_REQUEST_LOG": "all"}
    data = tmp_path_factory.mktemp("erasing") / "data"
    with running_cluster(data, environment) as running:
        make_streams(running)
        yield running


def call(cluster: Cluster, method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
    request = Request(  # noqa: S310  our own cluster
        url,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {cluster.admin_token}", "Content-Type": "application/json"},
        method=method,
    )
    with urlopen(request, timeout=30) as response:  # noqa: S310  as above
        return json.loads(response.read() or b"null")


def make_streams(cluster: Cluster) -> None:
    """Let events come back, and others wait for a receiver that is not there."""
    iss, types = cluster.url("ssf-registrar"), [CREATE, PATCH, DELETE]
    streams = f"{iss}/ssf/streams"
    receiving = {
        "events_requested": types,
        "delivery": {"method": "urn:ietf:rfc:8935:receive"},
        "iss": iss,
        "aud": [f"{iss}/receivers/admin"],
        "issuerJWKSUrl": f"{iss}/jwks.json",
    }
    delivery = call(cluster, "POST", streams, receiving)["delivery"]
    absent = {**delivery, "endpoint_url": "http://127.0.0.1:9/nobody"}
    for each in (delivery, absent):
        pushing = {**each, "method": "urn:ietf:rfc:8935"}
        call(cluster, "POST", streams, {"events_requested": types, "delivery": pushing})


def users(cluster: Cluster, path: str = "") -> str:
    return cluster.url("scim-gateway", f"/scim/v2/Users{path}")


def told(cluster: Cluster, *arguments: str) -> Any:
    said = helio(*arguments, "--json", "--data", str(cluster.data))
    assert (said.returncode, said.stderr) == (0, "")
    return json.loads(said.stdout)


def is_gone(cluster: Cluster, person: str) -> bool:
    with pytest.raises(HTTPError) as caught:
        call(cluster, "GET", users(cluster, f"/{person}"))
    with caught.value as answer:
        return answer.code == 404


def found_anywhere(cluster: Cluster) -> set[str]:
    """Return the files and collections of the cluster that tell of the person."""
    return {name for name, content in _files(cluster) if tells_of_person(content)} | {
        name for name, content in _collections(cluster) if tells_of_person(content)
    }


def _files(cluster: Cluster) -> Iterator[tuple[str, bytes]]:
    for path in cluster.data.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()


def _collections(cluster: Cluster) -> Iterator[tuple[str, bytes]]:
    url = cluster.environment.get("HELIOGRAPH_STORE")
    if url is None:
        return
    prefix = parse_uri(url)["database"]
    with MongoClient[dict[str, Any]](url) as client:
        for database in client.list_database_names():
            if database.startswith(prefix):
                for name in client[database].list_collection_names():
                    content = b"".join(map(bson.encode, client[database][name].find()))
                    yield f"{database}.{name}", content


def tells_of_person(content: bytes) -> bool:
    """Look for what is unmistakable, as it is or within a JWT."""
    return b"unmistakable" in content.lower() or any(each in content for each in IN_JWT)


def test_who_was_deleted_is_listed_and_restored(cluster: Cluster) -> None:
    person = call(cluster, "POST", users(cluster), {**PERSON, "userName": "ada"})["id"]
    call(cluster, "DELETE", users(cluster, f"/{person}"))

    (row,) = told(cluster, "deleted", "list", "--type", "User")["resources"]
    restored = told(cluster, "deleted", "restore", person)

    assert (row["id"], row["user_name"]) == (person, "ada")
    assert restored["id"] == person
    assert call(cluster, "GET", users(cluster, f"/{person}"))["userName"] == "ada"
    assert told(cluster, "deleted", "list") == {"resources": [], "next": None}
    again = helio("deleted", "restore", person, "--data", str(cluster.data))
    assert again.returncode == 1
    assert "404 no deleted resource with the id" in again.stderr
    told(cluster, "erase", person, "--yes")


async def test_no_byte_of_an_erased_person_is_left_in_any_file(cluster: Cluster) -> None:
    person = call(cluster, "POST", users(cluster), PERSON)["id"]
    with pytest.raises(HTTPError):
        call(cluster, "POST", users(cluster), PERSON)
    change = {"op": "add", "path": "title", "value": "The Unmistakable"}
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
    call(cluster, "PATCH", users(cluster, f"/{person}"), patch)
    call(cluster, "DELETE", users(cluster, f"/{person}"))

    def deletion_was_received() -> bool:
        receipts = told(cluster, "receipts", "list")["receipts"]
        return any(
            row["event_type"] == DELETE and row["subject_uri"].endswith(person) for row in receipts
        )

    await eventually(deletion_was_received, seconds=60)
    before = found_anywhere(cluster)

    report = told(cluster, "erase", person, "--yes")

    for service in ("request", "resource-store", "set-receiver", "set-transmitter"):
        assert any(service in name for name in before)
    assert found_anywhere(cluster) == set()
    assert is_gone(cluster, person)
    assert report["completed"] >= report["begun"]
    assert report["removed"]["receipts"] == 3
    assert report["removed"]["events"] == 2
    assert report["removed"]["store_kept_resources"] == 1
    assert report["removed"]["request_log_entries"] >= 4
    shown = call(cluster, "GET", cluster.url("scim-gateway", f"/admin/v1/erasures/{person}"))
    assert shown == report
    assert told(cluster, "deleted", "list") == {"resources": [], "next": None}


def test_what_was_interrupted_is_just_repeated(cluster: Cluster) -> None:
    person = call(cluster, "POST", users(cluster), {**PERSON, "userName": "grace"})["id"]

    first = told(cluster, "erase", person, "--yes")
    again = told(cluster, "erase", person, "--yes")

    assert is_gone(cluster, person)
    assert again["begun"] == first["begun"]
    assert again["removed"]["store_changes"] == first["removed"]["store_changes"] == 2
