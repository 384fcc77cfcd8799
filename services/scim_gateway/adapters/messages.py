"""Between the gateway's types and the resource contract's messages."""

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from scim_gateway.domain.errors import StoreRefusedError
from scim_gateway.domain.paging import CursorPage, IndexPage
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Search
from scim_gateway.domain.writes import Create, Delete, Patch, Replace, Restore, Write


def encode_ref(ref: ResourceRef) -> resource_pb2.ResourceRef:
    """Return the reference as a message."""
    return resource_pb2.ResourceRef(resource_type=ref.resource_type, id=ref.id)


def decode_resource(resource: resource_pb2.Resource) -> StoredResource:
    """Return the resource of a message."""
    return StoredResource(
        ref=ResourceRef(resource.ref.resource_type, resource.ref.id),
        attributes=resource.attributes,
        version=resource.version,
        created=resource.created,
        last_modified=resource.last_modified,
    )


def decode_result(result: pb.WriteResult) -> StoredResource | StoreRefusedError | None:
    """Return what a write came to; None when the resource is deleted."""
    match result.WhichOneof("outcome"):
        case "failure":
            return refusal(result.failure)
        case "deleted":
            return None
    return decode_resource(result.resource)


def refusal(failure: Failure) -> StoreRefusedError:
    """Return a failure as an error, to be raised."""
    return StoreRefusedError(
        failure.reason,
        failure.detail,
        attribute_path=failure.attribute_path,
        clause=failure.clause,
    )


def encode_write(write: Write) -> pb.WriteOperation:
    """Return the write as a message."""
    operation = pb.WriteOperation(
        tenant=write.transaction.tenant,
        txn=write.transaction.txn,
        traceparent=write.transaction.traceparent,
        omitted_attributes=write.omitted_attributes,
        profile=write.policy.profile.name,
        promised_below=write.promised_below,
    )
    limit = write.policy.limit
    if limit is not None:
        operation.deletion_brake.changes = limit.changes
        operation.deletion_brake.within_seconds = limit.within_seconds
        operation.deletion_brake.asked_by = write.transaction.asked_by
    match write.change:
        case Create(resource_type, body):
            operation.create.resource_type = resource_type
            operation.create.attributes = body
            operation.create.reuses_ids = write.policy.lifecycle.reuses_ids
        case Replace(ref, body, if_match):
            replace = pb.ReplaceResource(ref=encode_ref(ref), attributes=body, if_match=if_match)
            operation.replace.CopyFrom(replace)
        case Patch(ref, body, if_match):
            patch = pb.PatchResource(ref=encode_ref(ref), patch=body, if_match=if_match)
            operation.patch.CopyFrom(patch)
        case Delete(ref, if_match):
            days = write.policy.lifecycle.retention_days
            delete = pb.DeleteResource(ref=encode_ref(ref), if_match=if_match, retention_days=days)
            operation.delete.CopyFrom(delete)
        case Restore(ref):
            operation.restore.CopyFrom(pb.RestoreResource(ref=encode_ref(ref)))
    return operation


def encode_search(search: Search) -> pb.SearchResourcesRequest:
    """Return the search as a message."""
    request = pb.SearchResourcesRequest(
        tenant=search.caller.tenant,
        resource_types=search.resource_types,
        filter=search.filter,
        sort_by=search.sort.sort_by if search.sort else None,
        descending=search.sort is not None and search.sort.is_descending,
        count=search.paging.count,
        omitted_attributes=search.omitted_attributes,
        profile=search.caller.policy.profile.name,
    )
    match search.paging:
        case IndexPage(start_index, _):
            request.start_index = start_index
        case CursorPage(cursor, _, is_count_chosen):
            page = pb.CursorPage(
                cursor=cursor,
                principal=search.caller.principal,
                lifetime_seconds=search.cursor_seconds,
                is_count_chosen=is_count_chosen,
            )
            request.cursor_page.CopyFrom(page)
    return request


def decode_page(found: pb.SearchResourcesResponse) -> Page:
    """Return the page of a message."""
    return Page(
        total_results=found.total_results if found.HasField("total_results") else None,
        resources=tuple(map(decode_resource, found.resources)),
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )
