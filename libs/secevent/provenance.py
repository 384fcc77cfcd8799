"""The one private claim of Heliograph: where a change was first made, and its way since."""

from collections.abc import Mapping
from dataclasses import dataclass

from secevent.errors import InvalidRequestError
from secevent.json_members import object_value, text_member, texts_value

PROVENANCE_CLAIM = "urn:heliograph:provenance"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin's stamp (clock, cluster), the clusters passed since, and the version before.

    `clock` counts microseconds since 1970; `lineage` has the origin first; `version_before` is
    empty for a create.
    """

    clock: int
    cluster: str
    lineage: tuple[str, ...]
    version_before: str


def provenance_claim(provenance: Provenance) -> dict[str, object]:
    """Return the claim's value."""
    return {
        "clock": provenance.clock,
        "cluster": provenance.cluster,
        "lineage": list(provenance.lineage),
        "version_before": provenance.version_before,
    }


def parse_provenance(value: object) -> Provenance:
    """Parse the claim's value."""
    members = object_value(value, PROVENANCE_CLAIM)
    return Provenance(
        clock=_clock(members),
        cluster=text_member(members, "cluster"),
        lineage=texts_value(members.get("lineage"), "lineage"),
        version_before=_version_before(members),
    )


def _clock(members: Mapping[str, object]) -> int:
    clock = members.get("clock")
    if not isinstance(clock, int) or isinstance(clock, bool) or not 0 <= clock < 2**64:
        raise InvalidRequestError("clock must be an integer of at most 64 bits, not negative.")
    return clock


def _version_before(members: Mapping[str, object]) -> str:
    version_before = members.get("version_before")
    if not isinstance(version_before, str):
        raise InvalidRequestError("version_before must be a string, empty for a create.")
    return version_before
