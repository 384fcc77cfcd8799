"""The store's gRPC services, as a server takes them."""

from collections.abc import Callable

import grpc

from heliograph.resource.v1.async_service_pb2_grpc import add_AsyncServiceServicer_to_server
from heliograph.resource.v1.brake_service_pb2_grpc import add_BrakeServiceServicer_to_server
from heliograph.resource.v1.change_service_pb2_grpc import add_ChangeServiceServicer_to_server
from heliograph.resource.v1.lifecycle_service_pb2_grpc import (
    add_LifecycleServiceServicer_to_server,
)
from heliograph.resource.v1.purge_service_pb2_grpc import add_PurgeServiceServicer_to_server
from heliograph.resource.v1.resource_service_pb2_grpc import add_ResourceServiceServicer_to_server
from heliograph.resource.v1.schema_service_pb2_grpc import add_SchemaServiceServicer_to_server
from resource_store.entrypoints.async_servicer import AsyncServicer
from resource_store.entrypoints.brake_servicer import BrakeServicer
from resource_store.entrypoints.change_servicer import ChangeServicer
from resource_store.entrypoints.lifecycle_servicer import LifecycleServicer
from resource_store.entrypoints.purge_servicer import PurgeServicer
from resource_store.entrypoints.resource_servicer import ResourceServicer
from resource_store.entrypoints.schema_servicer import SchemaServicer
from servicekit.grpc_server import registrations


def registered(
    resources: ResourceServicer,
    changes: ChangeServicer,
    schemas: SchemaServicer,
    lifecycle: LifecycleServicer,
    brakes: BrakeServicer,
    requests: AsyncServicer,
    purging: PurgeServicer,
) -> tuple[Callable[[grpc.aio.Server], None], ...]:
    """Return what registers the services with a server."""
    return tuple(
        registrations(
            (add_ResourceServiceServicer_to_server, resources),
            (add_ChangeServiceServicer_to_server, changes),
            (add_SchemaServiceServicer_to_server, schemas),
            (add_LifecycleServiceServicer_to_server, lifecycle),
            (add_BrakeServiceServicer_to_server, brakes),
            (add_AsyncServiceServicer_to_server, requests),
            (add_PurgeServiceServicer_to_server, purging),
        )
    )
