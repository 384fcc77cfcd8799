"""Writes as messages of the contract."""

import pytest

from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from scim_gateway.adapters.messages import encode_write
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import (
    Change,
    Create,
    Delete,
    Patch,
    Replace,
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
            pb.WriteOperation(create=pb.CreateResource(resource_type="User", attributes=b"{}")),
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
            pb.WriteOperation(delete=pb.DeleteResource(ref=ENCODED_REF)),
            id="delete",
        ),
    ],
)
def test_each_change_has_its_operation(change: Change, operation: pb.WriteOperation) -> None:
    write = Write(Transaction("default", "0f3a", "00-a-b-01"), change, ("members",), strict=True)

    operation.MergeFrom(
        pb.WriteOperation(
            tenant="default",
            txn="0f3a",
            traceparent="00-a-b-01",
            omitted_attributes=["members"],
            strict=True,
        )
    )

    assert encode_write(write) == operation


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_write_that_is_counted_says_the_limit_and_who_asks(is_counted: bool) -> None:
    transaction = Transaction("default", "0f3a", "", asked_by="okta")
    write = Write(transaction, Delete(REF, None), (), strict=False, is_counted=is_counted)

    encoded = encode_write(write, DeletionLimit(5, within_seconds=600))

    told = pb.DeletionBrake(changes=5, within_seconds=600, asked_by="okta")
    assert encoded.deletion_brake == (told if is_counted else pb.DeletionBrake())
    assert encoded.HasField("deletion_brake") is is_counted
