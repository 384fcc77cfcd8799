"""The brake's documents: where a tenant's stands, what was counted, what is held."""

from typing import Any

from resource_store.adapters.mongo.documents import address_document, ref_of
from resource_store.adapters.waves import Address
from resource_store.domain.brakes import BrakeState
from resource_store.domain.held_operations import HeldOperation, Risk
from servicekit.mongo import Document


def state_document(tenant: str, state: BrakeState) -> Document:
    """Return the document of a tenant's brake."""
    return {
        "_id": tenant,
        "counted": state.counted,
        "on_since": state.on_since,
        "pass_until": state.pass_until,
        "pass_left": state.pass_left,
    }


def state_of(document: Document | None) -> BrakeState:
    """Return where a tenant's brake stands; off where nothing was ever counted."""
    if document is None:
        return BrakeState()
    return BrakeState(**{name: value for name, value in document.items() if name != "_id"})


def count_document(here: Address, *, number: int, made: int) -> Document:
    """Return the document of a counted change, which the next of the same resource replaces."""
    return {"_id": address_document(here), "tenant": here[0], "number": number, "made": made}


def held_update(held: HeldOperation) -> dict[str, Any]:
    """Return what makes the document of a held operation, or brings it up to date."""
    return {
        "$setOnInsert": {"type": held.ref.resource_type, "first_asked": held.first_asked},
        "$set": {
            "risk": held.risk.value,
            "asked_by": held.asked_by,
            "txn": held.txn,
            "version": held.version,
            "last_asked": held.last_asked,
        },
        "$inc": {"attempts": held.attempts},
    }


def held_of(document: Document) -> HeldOperation:
    """Return the held operation of a document."""
    return HeldOperation(
        ref=ref_of(document),
        risk=Risk(document["risk"]),
        asked_by=document["asked_by"],
        txn=document["txn"],
        version=document["version"],
        first_asked=document["first_asked"],
        last_asked=document["last_asked"],
        attempts=document["attempts"],
    )
