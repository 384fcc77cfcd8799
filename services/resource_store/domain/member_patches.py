"""PATCH operations on members that touch their own edges only, however big the group is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resource_store.domain.candidates import mentioned
from resource_store.domain.members import MEMBERS, Member, members_of, texts_in
from scim.errors import InvalidFilterError
from scim.filters import And, Comparison, Filter, Not, Operator, Or, ValuePath
from scim.patch import PatchOperation
from scim.patch_operation import Op

_SELECTABLE = frozenset({"value", "type"})


@dataclass(frozen=True, slots=True)
class AddMembers:
    """Elements of `members` to add, in canonical form."""

    elements: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """The ids of members to remove."""

    ids: frozenset[str]


MemberStep = AddMembers | RemoveMembers


@dataclass(frozen=True, slots=True)
class SplitPatch:
    """A patch without its operations on members, and these as steps."""

    rest: tuple[PatchOperation, ...]
    steps: tuple[MemberStep, ...]


def split(operations: Sequence[PatchOperation]) -> SplitPatch | None:
    """Return the patch in its two parts; None where it must see every member.

    The parts are independent of each other, so each keeps its own order only.
    """
    rest: list[PatchOperation] = []
    steps: list[MemberStep] = []
    for operation in operations:
        if not targets_members(operation):
            rest.append(operation)
        elif (step := _step(operation)) is not None:
            steps.append(step)
        else:
            return None
    return SplitPatch(tuple(rest), tuple(steps))


def targets_members(operation: PatchOperation) -> bool:
    """Whether the operation changes the members of a group."""
    return operation.path.schema is None and operation.path.attribute.name == MEMBERS


def named_members(operations: Sequence[PatchOperation]) -> frozenset[str]:
    """Return the strings of the operations on members; all ids in them are among these."""
    named: set[str] = set()
    for operation in filter(targets_members, operations):
        named |= texts_in(operation.value)
        if operation.path.filter is not None:
            named.update(_literals(operation.path.filter))
    return frozenset(named)


def refuse_unselectable(operations: Sequence[PatchOperation]) -> None:
    """Raise where a filter asks for what is derived when members are shown, and so never matches.

    To call that a success would tell a client that a member is gone who is not.
    """
    for operation in filter(targets_members, operations):
        chosen = operation.path.filter
        derived = sorted(mentioned(chosen) - _SELECTABLE) if chosen is not None else ()
        for name in derived:
            raise InvalidFilterError(
                f"a PATCH selects members by value or type, not by {name}",
                attribute_path=f"{MEMBERS}.{name}",
                clause="RFC 7644 section 3.4.2.2",
            )


def after_steps(
    steps: Sequence[MemberStep],
    before: Mapping[str, Member],
    *,
    types: Mapping[str, str],
    endpoints: Mapping[str, str],
) -> dict[str, Member]:
    """Return the members that the steps leave."""
    members = dict(before)
    for step in steps:
        match step:
            case AddMembers(elements):
                members |= members_of(elements, known=before, types=types, endpoints=endpoints)
            case RemoveMembers(ids):
                for key in ids:
                    members.pop(key, None)
    return members


def _step(operation: PatchOperation) -> MemberStep | None:
    match operation:
        case PatchOperation(op=Op.ADD, path=path, value=list() as elements):
            is_whole = path.filter is None and path.sub_attribute is None
            return AddMembers(elements) if is_whole else None
        case PatchOperation(op=Op.REMOVE, path=path, value=value) if path.sub_attribute is None:
            return _removal(path.filter, value)
    return None


def _removal(selected: Filter | None, value: object) -> RemoveMembers | None:
    match selected, value:
        case Comparison(operator=Operator.EQ, path=path, value=str() as key), None:
            return RemoveMembers(frozenset({key})) if path.attribute == "value" else None
        case None, list() as elements:
            return RemoveMembers(frozenset(element["value"] for element in elements))
    return None


def _literals(term: Filter) -> Iterator[str]:
    match term:
        case And(terms) | Or(terms):
            for inner in terms:
                yield from _literals(inner)
        case Not(inner) | ValuePath(filter=inner):
            yield from _literals(inner)
        case Comparison(value=str() as text):
            yield text
