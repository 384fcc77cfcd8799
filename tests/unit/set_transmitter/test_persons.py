"""What a change did to a person, as far as its record says it."""

from typing import Any

import orjson
import pytest

from heliograph.resource.v1 import change_service_pb2 as pb
from set_transmitter.adapters.changed_persons import person_of
from set_transmitter.domain.persons import PersonChange, Values, person_change, primary_email

HOME = {"value": "ann@home.example"}
WORK = {"value": "ann@example.com", "primary": True}
OLD, NEW = {"value": "MIIold"}, {"value": "MIInew"}


def changed(attribute: str, before: Any, after: Any) -> PersonChange:
    return person_change([attribute], Values({attribute: after}, {attribute: before}))


@pytest.mark.parametrize(
    ("emails", "found"),
    [
        pytest.param([HOME, WORK], "ann@example.com", id="the primary one"),
        pytest.param([HOME], "ann@home.example", id="without one the first"),
        pytest.param([{"type": "work"}], "", id="none without a value"),
        pytest.param(None, "", id="none at all"),
    ],
)
def test_the_primary_address(emails: Any, found: str) -> None:
    assert primary_email({"emails": emails}) == found


def test_another_primary_address_is_told_with_both() -> None:
    assert changed("emails", [HOME], [HOME, WORK]) == PersonChange(
        email_changed=True, email_before="ann@home.example", email_after="ann@example.com"
    )


def test_another_address_beside_it_is_not() -> None:
    assert not changed("emails", [WORK], [WORK, HOME]).email_changed


def test_an_address_that_came_or_went_is_empty_on_the_other_side() -> None:
    came, went = changed("emails", None, [WORK]), changed("emails", [WORK], None)

    assert (came.email_before, came.email) == ("", "ann@example.com")
    assert (went.email_after, went.email) == ("", "ann@example.com")


def test_a_change_of_something_else_has_the_address_that_there_is() -> None:
    change = person_change(["active"], Values({"emails": [WORK]}, {"active": True}))

    assert change == PersonChange(email_before=WORK["value"], email_after=WORK["value"])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(None, [NEW], ("create",), id="came"),
        pytest.param([OLD], None, ("delete",), id="went"),
        pytest.param([OLD], [OLD, NEW], ("create",), id="one more"),
        pytest.param([OLD], [NEW], ("create", "delete"), id="one for another"),
        pytest.param([OLD], [{**OLD, "display": "x"}], ("update",), id="the same, shown otherwise"),
    ],
)
def test_certificates(before: Any, after: Any, told: tuple[str, ...]) -> None:
    assert changed("x509Certificates", before, after).certificates == told


@pytest.mark.parametrize(
    ("op", "told"), [("add", ("create",)), ("remove", ("delete",)), ("replace", ("update",))]
)
def test_an_older_record_tells_of_certificates_by_its_operations(
    op: str, told: tuple[str, ...]
) -> None:
    operations = [{"op": op, "path": 'x509Certificates[value eq "a"]'}, {"op": "add", "path": "x"}]

    change = person_change(["x509Certificates"], Values(None, None, operations))

    assert change.certificates == told


def test_an_older_record_tells_that_addresses_changed_and_not_which() -> None:
    change = person_change(["emails"], Values({"emails": [WORK]}, None))

    assert change == PersonChange(email_changed=True, email_after="ann@example.com")


def test_a_password_is_known_by_its_name_alone() -> None:
    assert person_change(["password"], Values(None, None)) == PersonChange(password_changed=True)


def test_the_record_of_a_replacement_has_the_state_as_its_data() -> None:
    record = pb.Change(
        kind=pb.CHANGE_KIND_REPLACE,
        attributes=["emails"],
        data=orjson.dumps({"emails": [WORK]}),
        replaced=orjson.dumps({"emails": [HOME]}),
    )

    assert person_of(record) == PersonChange(
        email_changed=True, email_before="ann@home.example", email_after="ann@example.com"
    )


def test_the_record_of_a_deletion_has_the_state_before() -> None:
    record = pb.Change(kind=pb.CHANGE_KIND_DELETE, state=orjson.dumps({"emails": [WORK]}))

    assert person_of(record) == PersonChange(email_before=WORK["value"], email_after=WORK["value"])


def test_the_record_of_a_patch_may_have_nothing_but_operations() -> None:
    message = {"Operations": [{"op": "add", "path": "x509Certificates", "value": [NEW]}]}
    record = pb.Change(
        kind=pb.CHANGE_KIND_PATCH, attributes=["x509Certificates"], data=orjson.dumps(message)
    )

    assert person_of(record) == PersonChange(certificates=("create",))


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(pb.Change(kind=pb.CHANGE_KIND_PATCH, attributes=["title"]), id="a title"),
        pytest.param(pb.Change(kind=pb.CHANGE_KIND_CREATE, attributes=["emails"]), id="a creation"),
    ],
)
def test_of_what_makes_no_signal_nothing_is_read(record: pb.Change) -> None:
    assert person_of(record) is None
