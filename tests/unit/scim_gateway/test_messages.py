"""Writes as messages of the contract."""

import pytest

from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from scim.profile import STRICT
from scim_gateway.adapters.messages import encode_write
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.policies import Lifecycle, Policy
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import (
    Change,
    Create,
    Delete,
    Patch,
    Replace,
    Restore,
    Transaction,
    Write,
)

REF = ResourceRef("User", "1")
ENCODED_REF = resource_pb2.ResourceRef(resource_type="User", id="1")


@pytest.mark.parametrize(
    ("change", "operation"),
    [
        pytest.param(
            Create("User", b"{}"),
            pb.WriteOperation(
                create=pb.CreateResource(resource_type="User", attributes=b"{}", reuses_ids=True)
            ),
            id="create",
        ),
        pytest.param(
            Replace(REF, b"{}", "*"),
            pb.WriteOperation(
                replace=pb.ReplaceResource(ref=ENCODED_REF, attributes=b"{}", if_match="*")
            ),
            id="replace with a condition",
        ),
        pytest.param(
            Replace(REF, b"{}", None),
            pb.WriteOperation(replace=pb.ReplaceResource(ref=ENCODED_REF, attributes=b"{}")),
            id="replace",
        ),
        pytest.param(
            Patch(REF, b"{}", ""),
            pb.WriteOperation(patch=pb.PatchResource(ref=ENCODED_REF, patch=b"{}", if_match="")),
            id="patch with an empty condition",
        ),
        pytest.param(
            Delete(REF, None),
            pb.WriteOperation(delete=pb.DeleteResource(ref=ENCODED_REF, retention_days=7)),
            id="delete",
        ),
        pytest.param(
            Restore(REF),
            pb.WriteOperation(restore=pb.RestoreResource(ref=ENCODED_REF)),
            id="restore",
        ),
    ],
)
def test_each_change_has_its_operation(change: Change, operation: pb.WriteOperation) -> None:
    policy = Policy(STRICT, Lifecycle(7, reuses_ids=True))
    write = Write(Transaction("default", "0f3a", "00-a-b-01"), change, ("members",), policy)

    operation.MergeFrom(
        pb.WriteOperation(
            tenant="default",
            txn="0f3a",
            traceparent="00-a-b-01",
            omitted_attributes=["members"],
            profile="strict",
        )
    )

    assert encode_write(write) == operation


@pytest.mark.parametrize("limit", [DeletionLimit(5, within_seconds=600), None])
def test_a_write_that_is_counted_says_the_limit_and_who_asks(limit: DeletionLimit | None) -> None:
    transaction = Transaction("default", "0f3a", "", asked_by="okta")
    write = Write(transaction, Delete(REF, None), (), Policy(limit=limit))

    encoded = encode_write(write)

    told = pb.DeletionBrake(changes=5, within_seconds=600, asked_by="okta")
    assert encoded.deletion_brake == (told if limit else pb.DeletionBrake())
    assert encoded.HasField("deletion_brake") is (limit is not None)
