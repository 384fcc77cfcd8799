"""The registrar's tenants behind gRPC."""

from collections.abc import Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_service_pb2
from heliograph.ssf.v1 import tenant_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.tenant_service_pb2_grpc import TenantServiceStub
from scim_gateway.domain.tenants import (
    DEFAULT_TENANT,
    NOT_CONFIGURED,
    DeletionBrake,
    JwtIssuer,
    Tenant,
    TenantConfiguration,
)
from servicekit.channels import call
from servicekit.failures import RemoteError

_DEADLINE_SECONDS: Final = 5.0
_UNIMPLEMENTED: Final = grpc.StatusCode.UNIMPLEMENTED.name
"""What a registrar of the version before says of tenants."""
_THE_ONE: Final = Tenant(DEFAULT_TENANT, is_active=True, configuration=NOT_CONFIGURED)


class GrpcTenants:
    """Implements `Tenants`; raises `RemoteUnavailableError` while the registrar is away."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = TenantServiceStub(channel)
        self._streams = StreamServiceStub(channel)

    async def all(self) -> tuple[Sequence[Tenant], str]:
        """As the port says."""
        try:
            listed = await call(
                self._stub.ListTenants, pb.ListTenantsRequest(), deadline=_DEADLINE_SECONDS
            )
        except RemoteError as error:
            if error.reason == _UNIMPLEMENTED:
                return await self._of_the_version_before()
            raise
        return [_tenant(each) for each in listed.tenants], listed.cursor

    async def get(self, name: str) -> Tenant | None:
        """As the port says."""
        request = pb.GetTenantRequest(tenant=name)
        try:
            found = await call(self._stub.GetTenant, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason == "TENANT_NOT_FOUND":
                return None
            if error.reason == _UNIMPLEMENTED:
                return _THE_ONE if name == DEFAULT_TENANT else None
            raise
        return _tenant(found.tenant)

    async def _of_the_version_before(self) -> tuple[Sequence[Tenant], str]:
        """Return the one tenant of a registrar that is still to be updated."""
        request = stream_service_pb2.ListStreamsRequest()
        listed = await call(self._streams.ListStreams, request, deadline=_DEADLINE_SECONDS)
        return [_THE_ONE], listed.cursor


def _tenant(tenant: pb.Tenant) -> Tenant:
    return Tenant(
        name=tenant.tenant,
        is_active=tenant.state == pb.TENANT_STATE_ACTIVE,
        configuration=_configuration(tenant.configuration),
    )


def _configuration(given: pb.TenantConfiguration) -> TenantConfiguration:
    brake = given.deletion_brake
    return TenantConfiguration(
        profile=given.profile if given.HasField("profile") else None,
        deletion_brake=(
            DeletionBrake(brake.changes, brake.minutes)
            if given.HasField("deletion_brake")
            else None
        ),
        retention_days=given.retention_days if given.HasField("retention_days") else None,
        reuses_ids=given.reuses_ids if given.HasField("reuses_ids") else None,
        jwt_issuers=tuple(map(_issuer, given.jwt_issuers)),
    )


def _issuer(issuer: pb.JwtIssuer) -> JwtIssuer:
    return JwtIssuer(
        issuer=issuer.issuer,
        audiences=frozenset(issuer.audiences),
        jwks_uri=issuer.jwks_uri,
        jwks=issuer.jwks,
        required_scope=issuer.required_scope,
        me_claim=issuer.me_claim,
        me_attribute=issuer.me_attribute,
    )
