"""How refusals and failures are told."""

import grpc
import pytest

from heliograph.common.v1.failure_pb2 import Failure
from resource_store.domain import errors
from resource_store.domain.changes import Activation, ChangeKind
from resource_store.domain.foreign_writes import effect_identity
from resource_store.domain.resources import Ref
from resource_store.entrypoints.statuses import STATUSES, failure
from scim.errors import InvalidValueError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, errors.StoreError)
    and kind is not errors.StoreError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_reason_and_a_status(kind: type[errors.StoreError]) -> None:
    assert kind.reason.isupper()
    assert STATUSES[kind] is not grpc.StatusCode.INTERNAL


def test_a_refusal_is_told_with_all_it_says() -> None:
    error = InvalidValueError("too long", attribute_path="title", clause="RFC 7643 section 2")

    assert failure(error) == Failure(
        reason="INVALID_VALUE",
        detail="too long",
        attribute_path="title",
        clause="RFC 7643 section 2",
    )


def test_a_defect_is_told_without_detail() -> None:
    told = failure(ZeroDivisionError("with a secret"))

    assert told == Failure(reason="INTERNAL", detail="internal error")


@pytest.mark.parametrize(
    "other",
    [
        {"issuer_group": "b"},
        {"txn": "u"},
        {"ref": Ref("Group", "x")},
        {"ref": Ref("User", "y")},
        {"kind": ChangeKind.REPLACE},
        {"activation": Activation.ACTIVATED},
        {"version": "2"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_effects_are_told_apart_by_each_part_of_their_identity(other: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "issuer_group": "a",
        "txn": "t",
        "ref": Ref("User", "x"),
        "kind": ChangeKind.PATCH,
        "activation": Activation.UNCHANGED,
        "version": "1",
    }

    identity = effect_identity(**parts)  # type: ignore[arg-type]

    assert identity == effect_identity(**parts)  # type: ignore[arg-type]
    assert identity != effect_identity(**parts | other)  # type: ignore[arg-type]
