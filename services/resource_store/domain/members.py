"""Who is in a group (RFC 7643 section 4.2): edges, and no part of the group's own attributes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resource_store.domain.resources import Ref, reference

MEMBERS = "members"
GROUPS = "groups"
DERIVED = frozenset({MEMBERS, GROUPS})


@dataclass(frozen=True, slots=True)
class Member:
    """One member; its type is None where neither it nor its group's event says."""

    id: str
    resource_type: str | None

    def element(self, endpoints: Mapping[str, str]) -> dict[str, str]:
        """Return the element of `members` that tells of it."""
        if self.resource_type is None:
            return {"value": self.id}
        ref = reference(endpoints, self.resource_type, self.id)
        return {
            "value": self.id,
            **({"$ref": ref} if ref else {}),
            "type": self.resource_type,
        }


def member_element(member: Member, *, display: str, endpoints: Mapping[str, str]) -> dict[str, str]:
    """Return the element of `members` that a reader sees, with the member's name for people."""
    return member.element(endpoints) | ({"display": display} if display else {})


def group_element(
    group: Ref, *, display: str, is_direct: bool, endpoints: Mapping[str, str]
) -> dict[str, str]:
    """Return the element of `groups` that a reader sees (RFC 7643 section 4.1.2)."""
    return {
        "value": group.id,
        "$ref": reference(endpoints, group.resource_type, group.id) or "",
        "display": display,
        "type": "direct" if is_direct else "indirect",
    }


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """How a write changes a group's members; `after` is None where not all of them were read."""

    added: tuple[Member, ...] = ()
    removed: tuple[str, ...] = ()
    after: tuple[Member, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def operations(self, endpoints: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the changes as PATCH operations (RFC 7644 section 3.5.2)."""
        if self.removed and self.after == ():
            return [{"op": "remove", "path": MEMBERS}]
        operations: list[dict[str, Any]] = [
            {"op": "remove", "path": f'{MEMBERS}[value eq "{_escaped(removed)}"]'}
            for removed in self.removed
        ]
        if self.added:
            value = [member.element(endpoints) for member in self.added]
            operations.append({"op": "add", "path": MEMBERS, "value": value})
        return operations


def changes_between(
    before: Mapping[str, Member], after: Mapping[str, Member], *, complete: bool
) -> MemberChanges:
    """Return what leads from one set of members to the other, in the order of their ids."""
    return MemberChanges(
        added=tuple(after[new] for new in sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        after=tuple(after[key] for key in sorted(after)) if complete else None,
    )


def members_of(
    elements: Iterable[Mapping[str, Any]],
    *,
    known: Mapping[str, Member],
    types: Mapping[str, str],
    endpoints: Mapping[str, str],
) -> dict[str, Member]:
    """Return whom elements of `members` mean; what is known of them outweighs what they say."""
    members = {}
    for element in elements:
        key = element["value"]
        said = known[key].resource_type if key in known else element.get("type")
        resource_type = types.get(key) or said
        known_type = resource_type if resource_type in endpoints else None
        members[key] = Member(key, known_type)
    return members


def texts_in(value: object) -> frozenset[str]:
    """Return every string within a JSON value: among them are the ids of all members in it."""
    found: set[str] = set()
    rest: list[object] = [value]
    while rest:
        match rest.pop():
            case str() as text:
                found.add(text)
            case dict() as members:
                rest.extend(members.values())
            case list() as elements:
                rest.extend(elements)
    return frozenset(found)


def elements_of(attributes: dict[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Take the elements of `members` out of a resource's attributes."""
    elements: Sequence[Mapping[str, Any]] = attributes.pop(MEMBERS, None) or ()
    return elements


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
