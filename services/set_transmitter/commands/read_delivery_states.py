"""Reporting how far the streams are."""

from dataclasses import dataclass

from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import DeliveryState


@dataclass(frozen=True, slots=True)
class ReadDeliveryStates:
    """Reads the delivery state of a tenant's streams, in the order of their ids."""

    outboxes: Outboxes
    contacts: Contacts

    def __call__(self, tenant: str) -> list[DeliveryState]:
        """Return a state for each stream."""
        states = (
            DeliveryState(
                stream_id=outbox.stream.stream_id,
                status=outbox.stream.status.value,
                status_reason=outbox.stream.status_reason,
                pending=outbox.pending,
                acknowledged=outbox.acknowledged,
                dead_letters=outbox.dead_letters,
                oldest_pending=outbox.oldest_pending,
                last_error=outbox.last_error,
                last_contact=self.contacts.last(outbox.stream.stream_id),
                snapshot=outbox.snapshot_state(self.outboxes.end),
                dropped=outbox.dropped,
            )
            for outbox in self.outboxes
            if outbox.stream.tenant == tenant
        )
        return sorted(states, key=lambda state: state.stream_id)
