"""A requested verification as the journal keeps it, in JSON."""

import orjson

from ssf_registrar.domain.verifications import Verification


def encode_verification(verification: Verification | None) -> str | None:
    """Return what is stored of it; None for none."""
    if verification is None:
        return None
    members = {
        "txn": verification.txn,
        "state": verification.state,
        "requested": verification.requested,
    }
    return orjson.dumps(members).decode()


def decode_verification(stored: str | None) -> Verification | None:
    """Return what was stored."""
    if stored is None:
        return None
    members = orjson.loads(stored)
    return Verification(members["txn"], members["state"], members["requested"])
