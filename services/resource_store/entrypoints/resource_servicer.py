"""`heliograph.resource.v1.ResourceService`."""

from typing import Any

from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1 import resource_service_pb2_grpc
from resource_store.commands.read_resources import ReadRequest, ReadResources
from resource_store.commands.search_resources import SearchRequest, SearchResources
from resource_store.commands.walks import CursorPage
from resource_store.commands.write_resources import (
    Create,
    Delete,
    Deleted,
    Modify,
    Operation,
    Replace,
    Restore,
    Result,
    WriteRequest,
    WriteResources,
)
from resource_store.domain.causes import Cause
from resource_store.domain.errors import Refusal, UnknownProfileError
from resource_store.domain.resources import Resource
from resource_store.entrypoints.brake_measures import tell_held
from resource_store.entrypoints.encoding import (
    brake_of,
    profile_of,
    ref_of,
    resource_message,
    shown,
)
from resource_store.entrypoints.statuses import failure
from scim.errors import InvalidSyntaxError


class ResourceServicer(resource_service_pb2_grpc.ResourceServiceServicer):
    """Reads, writes and finds resources."""

    def __init__(
        self, *, read: ReadResources, write: WriteResources, search: SearchResources
    ) -> None:
        self._read = read
        self._write = write
        self._search = search

    async def ReadResources(  # noqa: N802 the contract's name
        self,
        request: pb.ReadResourcesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReadResourcesResponse:
        """Read resources by id."""
        results = await self._read([_read_request(operation) for operation in request.operations])
        return pb.ReadResourcesResponse(results=map(_read_result, results))

    async def WriteResources(  # noqa: N802 the contract's name
        self,
        request: pb.WriteResourcesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.WriteResourcesResponse:
        """Create, replace, patch and delete resources."""
        given = [write_request(operation) for operation in request.operations]
        ready = [each for each in given if isinstance(each, WriteRequest)]
        written = await self._write(ready)
        tell_held(ready, written)
        results = iter(written)
        return pb.WriteResourcesResponse(
            results=[
                _write_result(next(results) if isinstance(each, WriteRequest) else each)
                for each in given
            ]
        )

    async def SearchResources(  # noqa: N802 the contract's name
        self,
        request: pb.SearchResourcesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.SearchResourcesResponse:
        """Find resources by a filter."""
        found = await self._search(_search_request(request))
        return pb.SearchResourcesResponse(
            total_results=found.total,
            resources=map(resource_message, found.resources),
            next_cursor=found.next_cursor,
            previous_cursor=found.previous_cursor,
        )


def _read_request(operation: pb.ReadOperation) -> ReadRequest:
    return ReadRequest(operation.tenant, ref_of(operation.ref), shown(operation.omitted_attributes))


def _read_result(result: Resource | Exception) -> pb.ReadResult:
    if isinstance(result, Resource):
        return pb.ReadResult(resource=resource_message(result))
    return pb.ReadResult(failure=failure(result))


def write_request(message: pb.WriteOperation) -> WriteRequest | Refusal:
    """Return what a message asks for; the error where it asks for nothing that there is."""
    operation = _operation(message)
    if operation is None:
        return InvalidSyntaxError(
            "the write says neither create, replace, patch, delete nor restore"
        )
    try:
        profile = profile_of(message.profile)
    except UnknownProfileError as error:
        return error
    return WriteRequest(
        cause=Cause(
            message.tenant,
            message.txn,
            message.traceparent,
            lineage=tuple(message.lineage),
        ),
        operation=operation,
        profile=profile,
        shown=shown(message.omitted_attributes),
        brake=brake_of(message),
        promised_below=message.promised_below if message.HasField("promised_below") else None,
    )


def _operation(message: pb.WriteOperation) -> Operation | None:
    match message.WhichOneof("operation"):
        case "create":
            create = message.create
            return Create(create.resource_type, create.attributes, create.reuses_ids)
        case "replace":
            replace = message.replace
            return Replace(ref_of(replace.ref), replace.attributes, if_match=_if_match(replace))
        case "patch":
            patch = message.patch
            return Modify(ref_of(patch.ref), patch.patch, if_match=_if_match(patch))
        case "delete":
            return _deletion(message.delete)
        case "restore":
            return Restore(ref_of(message.restore.ref))
    return None


def _deletion(message: pb.DeleteResource) -> Delete:
    days = message.retention_days if message.HasField("retention_days") else None
    return Delete(ref_of(message.ref), _if_match(message), days)


def _if_match(message: pb.ReplaceResource | pb.PatchResource | pb.DeleteResource) -> str | None:
    return message.if_match if message.HasField("if_match") else None


def _write_result(result: Result) -> pb.WriteResult:
    match result:
        case Resource():
            return pb.WriteResult(resource=resource_message(result))
        case Deleted():
            return pb.WriteResult(deleted=pb.Deleted())
        case _:
            return pb.WriteResult(failure=failure(result))


def _search_request(message: pb.SearchResourcesRequest) -> SearchRequest:
    return SearchRequest(
        tenant=message.tenant,
        resource_types=tuple(message.resource_types),
        filter=message.filter if message.HasField("filter") else None,
        sort_by=message.sort_by if message.HasField("sort_by") else None,
        is_descending=message.descending,
        start_index=message.start_index,
        count=message.count,
        cursor_page=_cursor_page(message),
        shown=shown(message.omitted_attributes),
        profile=profile_of(message.profile),
    )


def _cursor_page(message: pb.SearchResourcesRequest) -> CursorPage | None:
    if not message.HasField("cursor_page"):
        return None
    asked = message.cursor_page
    return CursorPage(
        cursor=asked.cursor,
        principal=asked.principal,
        lifetime_seconds=asked.lifetime_seconds,
        is_count_chosen=asked.is_count_chosen,
    )
