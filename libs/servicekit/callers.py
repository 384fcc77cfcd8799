"""The one table of who may call which RPC; the import-linter contracts draw the same picture."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from servicekit.faces import FACES

_GATEWAY: Final = frozenset({"scim-gateway"})
_TRANSMITTER: Final = frozenset({"set-transmitter"})
_RECEIVER: Final = frozenset({"set-receiver"})
_NOBODY: Final[frozenset[str]] = frozenset()

CALLERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "/heliograph.event.v1.EventService/Publish": _NOBODY,
        "/heliograph.event.v1.EventService/ReadDeliveryStates": _NOBODY,
        "/heliograph.event.v1.EventService/Route": _RECEIVER,
        "/heliograph.event.v1.EventService/SignCompletions": _GATEWAY,
        "/heliograph.receipt.v1.ReceiptService/ListReceipts": _NOBODY,
        "/heliograph.resource.v1.AsyncService/CheckWrites": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/GetRequest": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/GiveTurnBack": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/ListWaitingRequests": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/QueueRequests": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/SettleRequests": _GATEWAY,
        "/heliograph.resource.v1.AsyncService/TakeTurn": _GATEWAY,
        "/heliograph.resource.v1.BrakeService/ApplyHeldOperations": _GATEWAY,
        "/heliograph.resource.v1.BrakeService/DismissHeldOperations": _GATEWAY,
        "/heliograph.resource.v1.BrakeService/GetBrake": _GATEWAY,
        "/heliograph.resource.v1.BrakeService/ListHeldOperations": _GATEWAY,
        "/heliograph.resource.v1.BrakeService/ReleaseBrake": _GATEWAY,
        "/heliograph.resource.v1.ChangeService/ApplyChanges": _RECEIVER,
        "/heliograph.resource.v1.ChangeService/ReadChanges": _TRANSMITTER,
        "/heliograph.resource.v1.ChangeService/ReadCluster": _RECEIVER,
        "/heliograph.resource.v1.ChangeService/ReadSnapshot": _TRANSMITTER,
        "/heliograph.resource.v1.LifecycleService/EraseResource": _GATEWAY,
        "/heliograph.resource.v1.LifecycleService/ListDeletedResources": _GATEWAY,
        "/heliograph.resource.v1.LifecycleService/ListErasures": _GATEWAY,
        "/heliograph.resource.v1.LifecycleService/RecordErasure": _GATEWAY,
        "/heliograph.resource.v1.PurgeService/PurgeTenant": _GATEWAY,
        "/heliograph.resource.v1.ResourceService/ReadResources": _GATEWAY | _RECEIVER,
        "/heliograph.resource.v1.ResourceService/SearchResources": _GATEWAY | _RECEIVER,
        "/heliograph.resource.v1.ResourceService/WriteResources": _GATEWAY | _RECEIVER,
        "/heliograph.resource.v1.SchemaService/ReadSchemas": _GATEWAY,
        "/heliograph.ssf.v1.KeyService/GetSigningKey": _TRANSMITTER,
        "/heliograph.ssf.v1.KeyService/ListDecryptionKeys": _RECEIVER,
        "/heliograph.ssf.v1.StreamService/GetStream": _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.StreamService/ListStreams": _GATEWAY | _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.StreamService/ReadJournal": _GATEWAY | _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.StreamService/SetStreamStatus": _TRANSMITTER,
        "/heliograph.ssf.v1.TenantService/GetTenant": _GATEWAY,
        "/heliograph.ssf.v1.TenantService/ListTenants": _GATEWAY | _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.TenantService/ReportPurged": _GATEWAY | _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.TokenService/LookUpToken": _GATEWAY | _TRANSMITTER | _RECEIVER,
        "/heliograph.ssf.v1.TokenService/RecordTokenUses": _GATEWAY,
        "/grpc.health.v1.Health/Check": frozenset(FACES),
    }
)
"""The services that may call a method, by its full name. What is not here, nobody may call."""


class CallerNotAllowedError(Exception):
    """A service calls what is not its to call."""

    reason = "CALLER_NOT_ALLOWED"


class Door:
    """Lets in the callers of a table, by the names in their certificates.

    It stands in the way of every call, so no name is decoded unless it is refused.
    """

    def __init__(self, callers: Mapping[str, frozenset[str]] = CALLERS) -> None:
        self._callers = {
            method: frozenset(name.encode() for name in names) for method, names in callers.items()
        }

    def admit(self, method: str, names: Iterable[bytes]) -> None:
        """Raise `CallerNotAllowedError` unless one of the names may call the method."""
        if self._callers.get(method, frozenset()).isdisjoint(names):
            caller = b", ".join(names).decode(errors="replace") or "a caller without a name"
            raise CallerNotAllowedError(f"{caller} may not call {method}")
