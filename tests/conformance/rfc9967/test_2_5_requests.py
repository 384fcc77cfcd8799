"""RFC 9967 section 2.5: requests that are answered before they are carried out, and their end."""

from itertools import count
from typing import Any

import pytest
from support.async_requests import Answer, AsyncClient
from support.eventually import eventually

from scim.messages import BULK_REQUEST, BULK_RESPONSE, ERROR, PATCH_OP, SEARCH_REQUEST, USER_SCHEMA
from secevent.scim_events import ASYNC_RESPONSE, CREATE_FULL

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW_ID = {
    "schemas": [PATCH_OP],
    "Operations": [{"op": "replace", "path": "id", "value": "x"}],
}
_NUMBERS = count(1)


def user(**attributes: Any) -> dict[str, Any]:
    """Return a person whom nobody else is."""
    return {"schemas": [USER_SCHEMA], "userName": f"person-{next(_NUMBERS)}", **attributes}


def patch(**values: Any) -> dict[str, Any]:
    """Return a PATCH that replaces attributes."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": values}]}


async def created(client: AsyncClient, **attributes: Any) -> dict[str, Any]:
    """Create a person at once."""
    answer = await client.ask("POST", "/Users", user(**attributes))
    assert answer.status == 201
    found: dict[str, Any] = answer.json
    return found


def told(claims: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a completion's one event."""
    assert list(claims["events"]) == [ASYNC_RESPONSE]
    payload: dict[str, Any] = claims["events"][ASYNC_RESPONSE]
    return payload


async def test_the_early_answer_has_no_body_and_says_where_the_outcome_will_be(
    client: AsyncClient,
) -> None:
    answer = await client.promised("POST", "/Users", user())

    txn = answer.headers["set-txn"]
    assert answer.body == b""
    assert "content-type" not in answer.headers
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.headers["location"] == f"{client.base_uri}/AsyncRequests/{txn}"
    assert answer.headers["retry-after"] == "1"


async def test_a_completion_tells_of_the_request_by_its_txn(client: AsyncClient) -> None:
    promised = await client.promised("POST", "/Users", user())

    claims = await client.completion(promised)

    payload = told(claims)
    location = payload.pop("location")
    found = await client.ask("GET", location)
    assert claims["txn"] == promised.headers["set-txn"]
    assert claims["sub_id"] == {"format": "scim", "uri": f"/Users/{found.json['id']}"}
    assert location == found.json["meta"]["location"]
    assert payload == {"method": "POST", "version": found.headers["etag"], "status": "201"}


async def test_what_is_fetched_again_has_the_same_jti_and_is_stored_nowhere_between(
    client: AsyncClient,
) -> None:
    promised = await client.promised("POST", "/Users", user())

    first = await client.completion(promised)
    second = await client.outcome(promised)
    head = await client.ask("HEAD", promised.headers["location"])

    assert await client.verified(second.body.decode()) == first
    assert (head.status, head.body) == (200, b"")
    assert head.headers["cache-control"] == second.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "status"), [("PUT", "200"), ("PATCH", "200"), ("DELETE", "204")]
)
async def test_each_method_may_be_answered_early(
    client: AsyncClient, method: str, status: str
) -> None:
    ann = await created(client)
    path = f"/Users/{ann['id']}"
    bodies = {"PUT": user(title="Dr"), "PATCH": patch(title="Dr")}

    promised = await client.promised(
        method, path, bodies.get(method), If_Match=ann["meta"]["version"]
    )
    payload = told(await client.completion(promised))

    after = await client.ask("GET", path)
    expected = {"method": method, "status": status, "location": client.base_uri + path}
    if method != "DELETE":
        assert after.json["title"] == "Dr"
        expected["version"] = after.headers["etag"]
    assert payload == expected
    assert after.status == (404 if method == "DELETE" else 200)


async def test_a_failure_is_told_with_its_error_and_as_of_the_endpoint(client: AsyncClient) -> None:
    ann = await created(client)

    promised = await client.promised("POST", "/Users", user(userName=ann["userName"].upper()))
    claims = await client.completion(promised)

    payload = told(claims)
    error = payload.pop("response")
    assert claims["sub_id"] == {"format": "scim", "uri": "/Users"}
    assert payload == {"method": "POST", "status": "409"}
    assert (error["schemas"], error["status"], error["scimType"]) == ([ERROR], "409", "uniqueness")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("POST", "/Users", {"userName": "x"}, 400, id="no schemas"),
        pytest.param("POST", "/Users", {"schemas": [USER_SCHEMA]}, 400, id="no userName"),
        pytest.param("POST", "/Users", [], 400, id="no object"),
        pytest.param("PATCH", "/Users/ID", NEW_ID, 400, id="a new id"),
        pytest.param("PUT", "/Users/nobody", user(), 404, id="nobody"),
        pytest.param("DELETE", "/Users/nobody", None, 404, id="nobody to delete"),
        pytest.param("POST", "/Bulk", {"schemas": [BULK_REQUEST]}, 400, id="no operations"),
    ],
)
async def test_what_is_wrong_already_is_refused_at_once(
    client: AsyncClient, method: str, path: str, body: Any, status: int
) -> None:
    if "ID" in path:
        path = path.replace("ID", (await created(client))["id"])

    answer = await client.ask(method, path, body, Prefer="respond-async")

    assert answer.status == status
    assert answer.json["schemas"] == [ERROR]
    assert "set-txn" not in answer.headers


async def test_a_precondition_is_judged_at_once(client: AsyncClient) -> None:
    ann = await created(client)
    stale = {"If_Match": 'W/"other"', "Prefer": "respond-async"}

    refused = await client.ask("PATCH", f"/Users/{ann['id']}", patch(title="Dr"), **stale)

    assert refused.status == 412


async def test_a_client_that_waits_gets_the_ordinary_answer(client: AsyncClient) -> None:
    prefer = {"Prefer": 'Respond-Async;x="a, b", wait="20"'}
    body = user(title="Dr")

    answer = await client.ask("POST", "/Users?attributes=userName", body, **prefer)
    again = await client.ask("POST", "/Users", body, **prefer)
    path = f"/Users/{answer.json['id']}"
    gone = await client.ask("DELETE", path, **prefer)

    assert answer.status == 201
    assert set(answer.json) == {"schemas", "id", "userName"}
    assert answer.headers["location"] == client.base_uri + path
    assert (again.status, again.json["scimType"]) == (409, "uniqueness")
    assert (gone.status, gone.body) == (204, b"")


@pytest.mark.parametrize(
    "prefer", ["return=minimal", "wait=20", "respond-asynchronously", "handling=lenient"]
)
async def test_other_preferences_are_ignored(client: AsyncClient, prefer: str) -> None:
    answer = await client.ask("POST", "/Users", user(), Prefer=prefer)

    assert answer.status == 201
    assert "preference-applied" not in answer.headers


async def test_reading_is_never_answered_early(client: AsyncClient) -> None:
    search = {"schemas": [SEARCH_REQUEST], "count": 1}

    listed = await client.ask("GET", "/Users?count=1", Prefer="respond-async")
    searched = await client.ask("POST", "/Users/.search", search, Prefer="respond-async")

    assert (listed.status, searched.status) == (200, 200)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_what_holds_a_password_is_carried_out_at_once(
    client: AsyncClient, method: str
) -> None:
    path = "/Users"
    body = user(password="t1meMa$heen")
    if method != "POST":
        path += f"/{(await created(client))['id']}"
    if method == "PATCH":
        body = patch(password="t1meMa$heen")

    answer = await client.ask(method, path, body, Prefer="respond-async")

    assert answer.status == (201 if method == "POST" else 200)
    assert "set-txn" not in answer.headers


def bulk(*operations: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a bulk request."""
    return {"schemas": [BULK_REQUEST], "Operations": operations, **members}


async def test_each_operation_of_a_bulk_request_has_its_own_completion(
    client: AsyncClient,
) -> None:
    taken = await created(client)
    request = bulk(
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user()},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user(**_name_of(taken))},
        {"method": "PATCH", "path": "/Users/bulkId:a", "data": patch(title="Dr")},
        {"method": "DELETE", "path": "/Things/1"},
    )

    promised = await client.promised("POST", "/Bulk", request)
    claims = await client.completions(promised)

    txn = promised.headers["set-txn"]
    first, second, third, fourth = (claims[f"{txn}:{index}"] for index in range(4))
    statuses = [told(each)["status"] for each in (first, second, third, fourth)]
    assert len(claims) == 4
    assert statuses == ["201", "409", "200", "404"]
    assert [told(each).get("bulkId") for each in (first, second)] == ["a", "b"]
    assert first["sub_id"] == third["sub_id"]
    assert [each["sub_id"]["uri"] for each in (second, fourth)] == ["/Users", "/Bulk"]
    assert told(fourth)["response"]["status"] == "404"


async def test_operations_that_were_not_processed_have_no_completion(client: AsyncClient) -> None:
    taken = await created(client)
    request = bulk(
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user(**_name_of(taken))},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user()},
        failOnErrors=1,
    )

    promised = await client.promised("POST", "/Bulk", request)

    assert list(await client.completions(promised)) == [f"{promised.headers['set-txn']}:0"]


async def test_a_client_that_waits_for_a_bulk_request_gets_its_response(
    client: AsyncClient,
) -> None:
    request = bulk({"method": "POST", "path": "/Users", "bulkId": "a", "data": user()})

    answer = await client.ask("POST", "/Bulk", request, Prefer="respond-async, wait=20")

    (operation,) = answer.json["Operations"]
    assert (answer.status, answer.json["schemas"]) == (200, [BULK_RESPONSE])
    assert (operation["bulkId"], operation["status"]) == ("a", "201")


async def test_requests_on_one_resource_take_effect_in_the_order_of_their_acceptance(
    client: AsyncClient,
) -> None:
    ann = await created(client)
    promises: list[Answer] = [
        await client.promised("PATCH", f"/Users/{ann['id']}", patch(title=f"title-{number}"))
        for number in range(8)
    ]

    versions = [told(await client.completion(promised))["version"] for promised in promises]

    found = await client.ask("GET", f"/Users/{ann['id']}")
    assert found.json["title"] == "title-7"
    assert found.headers["etag"] == versions[-1]
    assert len(set(versions)) == 8


async def test_a_stream_that_lists_it_hears_of_the_change_and_then_of_the_completion(
    client: AsyncClient,
) -> None:
    events = [CREATE_FULL, ASYNC_RESPONSE]
    stream = await client.ask(
        "POST", f"{client.registrar}/ssf/streams", {"events_requested": events}
    )
    delivery = stream.json["delivery"]["endpoint_url"]
    promised = await client.promised("POST", "/Users", user())
    txn = promised.headers["set-txn"]
    completion = await client.completion(promised)
    heard: list[dict[str, Any]] = []

    async def has_heard_of_both() -> bool:
        acks = [claims["jti"] for claims in heard]
        polled = await client.ask("POST", delivery, {"returnImmediately": True, "ack": acks})
        heard.extend([await client.verified(jwt) for jwt in polled.json["sets"].values()])
        return sum(claims["txn"] == txn for claims in heard) == 2

    await eventually(has_heard_of_both, seconds=60)

    change, end = [claims for claims in heard if claims["txn"] == txn]
    assert stream.json["events_delivered"] == events
    assert [*change["events"], *end["events"]] == events
    assert end["events"] == completion["events"]
    assert end["sub_id"]["uri"] == change["sub_id"]["uri"] == completion["sub_id"]["uri"]
    assert len({change["jti"], end["jti"], completion["jti"]}) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_an_outcome_can_only_be_read(client: AsyncClient, method: str) -> None:
    promised = await client.promised("POST", "/Users", user())

    answer = await client.ask(method, promised.headers["location"], {})

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_an_unknown_request_is_not_found_and_none_is_shown_without_a_token(
    client: AsyncClient,
) -> None:
    promised = await client.promised("POST", "/Users", user())

    unknown = await client.ask("GET", "/AsyncRequests/unknown")
    stranger = await client.ask("GET", promised.headers["location"], token="stranger")

    assert (unknown.status, stranger.status) == (404, 401)


def _name_of(person: dict[str, Any]) -> dict[str, str]:
    return {"userName": person["userName"]}
