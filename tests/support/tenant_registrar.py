"""A registrar in memory behind a real gRPC socket: streams, a journal, and tenants."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
from support.receiver_peers import STATUSES, FakeStreams, NotHereError

from heliograph.ssf.v1 import stream_service_pb2, tenant_service_pb2_grpc
from heliograph.ssf.v1 import tenant_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import add_StreamServiceServicer_to_server
from heliograph.ssf.v1.token_service_pb2_grpc import add_TokenServiceServicer_to_server
from servicekit.endpoints import unix_endpoint
from servicekit.grpc_server import GrpcFace, registrations
from servicekit.runtime import serving_grpc
from servicekit.settings import ServiceSettings, private_folder


class NotDeletingError(Exception):
    """FAILED_PRECONDITION."""

    reason = "TENANT_NOT_DELETING"


@dataclass
class TenantRegistrar(FakeStreams, tenant_service_pb2_grpc.TenantServiceServicer):
    """Tenants that tests put in, and what services report of them."""

    tenants: dict[str, "pb.TenantState.ValueType"] = field(default_factory=dict)
    reported: list[tuple[str, str]] = field(default_factory=list)

    def begin_deleting(self, tenant: str) -> None:
        self.tenants[tenant] = pb.TENANT_STATE_DELETING
        kind = stream_service_pb2.JOURNAL_KIND_TENANT_CHANGED
        self.journal.append(stream_service_pb2.JournalEntry(kind=kind, tenant=tenant))
        self.news.publish()

    async def ListTenants(  # noqa: N802
        self, _request: pb.ListTenantsRequest, _context: object
    ) -> pb.ListTenantsResponse:
        found = [pb.Tenant(tenant=name, state=state) for name, state in self.tenants.items()]
        return pb.ListTenantsResponse(tenants=found, cursor=str(len(self.journal)))

    async def ReportPurged(  # noqa: N802
        self, request: pb.ReportPurgedRequest, _context: object
    ) -> pb.ReportPurgedResponse:
        if request.tenant not in self.tenants:
            raise NotHereError("TENANT_NOT_FOUND")
        if self.tenants[request.tenant] != pb.TENANT_STATE_DELETING:
            raise NotDeletingError
        self.reported.append((request.tenant, request.service))
        return pb.ReportPurgedResponse()


@asynccontextmanager
async def serving_tenants(
    settings: ServiceSettings, registrar: TenantRegistrar
) -> AsyncIterator[None]:
    private_folder(settings.data)
    register = registrations(
        (add_StreamServiceServicer_to_server, registrar),
        (add_TokenServiceServicer_to_server, registrar),
        (tenant_service_pb2_grpc.add_TenantServiceServicer_to_server, registrar),
    )
    statuses = {**STATUSES, NotDeletingError: grpc.StatusCode.FAILED_PRECONDITION}
    endpoint = unix_endpoint(settings.data, "ssf-registrar")
    async with serving_grpc(GrpcFace(endpoint, tuple(register), statuses)):
        yield
