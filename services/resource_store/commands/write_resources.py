"""POST, PUT, PATCH and DELETE (RFC 7644 sections 3.3, 3.5 and 3.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from resource_store.commands.bodies import parse_json
from resource_store.commands.carrying_out import CarriedOut, carry_out
from resource_store.commands.checking import checking, refusal_in
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.async_answers import Answer, Method
from resource_store.domain.causes import Cause
from resource_store.domain.client_writes import ClientDelete, ClientEdit, Target
from resource_store.domain.decisions import Identity, IdentityKind, Transition
from resource_store.domain.edits import Edit, Patch, Representation
from resource_store.domain.errors import ResourceNotFoundError
from resource_store.domain.limits import refuse_large_values
from resource_store.domain.resources import Ref, Resource
from resource_store.ports.resources import Resources
from scim.patch import parse_patch
from scim.profile import Profile


@dataclass(frozen=True, slots=True)
class Create:
    """A POST."""

    resource_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Replace:
    """A PUT."""

    ref: Ref
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Modify:
    """A PATCH."""

    ref: Ref
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    """A DELETE."""

    ref: Ref
    if_match: str | None


Operation: TypeAlias = Create | Replace | Modify | Delete

_METHODS: Final = {
    Create: Method.POST,
    Replace: Method.PUT,
    Modify: Method.PATCH,
    Delete: Method.DELETE,
}


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One operation, and how it came; `shown` names the derived attributes to give back.

    `promised_below` is the base URI of the location in the answer that the asynchronous request of
    this txn was promised; None where it is no such request.
    """

    cause: Cause
    operation: Operation
    profile: Profile
    shown: frozenset[str]
    promised_below: str | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """The resource is gone."""


Result: TypeAlias = Resource | Deleted | Exception


@dataclass(frozen=True, slots=True)
class WriteResources:
    """Carries out the writes of clients."""

    resources: Resources
    resource_types: ResourceTypes
    password_hashes: PasswordHashes
    new_id: Callable[[], str]

    async def __call__(self, requests: Sequence[WriteRequest]) -> list[Result]:
        """Return a result for each request, in order; a refusal is the error itself."""
        results = await carry_out(self.resources, map(self._answering, requests))
        return [each if isinstance(each, Exception) else _result(each) for each in results]

    async def check(self, requests: Sequence[WriteRequest]) -> list[Exception | None]:
        """Return what each request would be refused with now, and change nothing."""
        results = await carry_out(self.resources, map(self._checking, requests))
        return [refusal_in(each) for each in results]

    async def _answering(self, request: WriteRequest) -> Transition:
        transition = await self._transition(request)
        if request.promised_below is None:
            return transition
        answer = Answer(
            txn=request.cause.txn,
            method=_METHODS[type(request.operation)],
            ref=transition.ref,
            resource_type=transition.resource_type,
            base_uri=request.promised_below,
        )
        return replace(transition, answer=answer)

    async def _checking(self, request: WriteRequest) -> Transition:
        return checking(await self._transition(request))

    async def _transition(self, request: WriteRequest) -> Transition:
        match request.operation:
            case Create(name, body):
                edit = await self._representation(request, Ref(name, self.new_id()), body)
                return _edited(request, edit, target=Target.NEW, if_match=None)
            case Replace(ref, body, if_match):
                edit = await self._representation(request, ref, body)
                return _edited(request, edit, target=Target.EXISTING, if_match=if_match)
            case Modify(ref, body, if_match):
                patch = await self._patch(request, ref, body)
                return _edited(request, patch, target=Target.EXISTING, if_match=if_match)
            case Delete(ref, if_match):
                return self._deleted(request, ref, if_match)

    async def _representation(self, request: WriteRequest, ref: Ref, body: bytes) -> Representation:
        resource_type = self.resource_types[ref.resource_type]
        parsed = parse_json(body)
        refuse_large_values(parsed)
        hashes = await self.password_hashes(request.cause.tenant, ref, parsed)
        return Representation(resource_type, ref.id, parsed, profile=request.profile, hashes=hashes)

    async def _patch(self, request: WriteRequest, ref: Ref, body: bytes) -> Patch:
        resource_type = self.resource_types[ref.resource_type]
        parsed = parse_json(body)
        refuse_large_values(parsed)
        operations = parse_patch(parsed, resource_type, profile=request.profile)
        hashes = await self.password_hashes(request.cause.tenant, ref, parsed)
        return Patch(resource_type, ref.id, operations, profile=request.profile, hashes=hashes)

    def _deleted(self, request: WriteRequest, ref: Ref, if_match: str | None) -> Transition:
        resource_type = self.resource_types[ref.resource_type]
        return Transition(
            tenant=request.cause.tenant,
            ref=ref,
            resource_type=resource_type,
            identity=_identity(request.cause),
            named_members=frozenset(),
            needs_every_member=False,
            shown=request.shown,
            decide=ClientDelete(request.cause, resource_type, ref, if_match=if_match),
        )


def _edited(
    request: WriteRequest, edit: Edit, *, target: Target, if_match: str | None
) -> Transition:
    return Transition(
        tenant=request.cause.tenant,
        ref=edit.ref,
        resource_type=edit.resource_type,
        identity=_identity(request.cause),
        named_members=edit.named_members,
        needs_every_member=edit.needs_every_member,
        shown=request.shown,
        decide=ClientEdit(request.cause, edit, target=target, if_match=if_match),
    )


def _identity(cause: Cause) -> Identity | None:
    return Identity(IdentityKind.TRANSACTION, cause.txn) if cause.txn else None


def _result(carried_out: CarriedOut) -> Result:
    transition, resource = carried_out.transition, carried_out.outcome.resource
    if resource is not None:
        return resource
    if isinstance(transition.decide, ClientDelete):
        return Deleted()
    # A repeated write, of which the first took effect, and somebody deleted the resource since.
    return ResourceNotFoundError(transition.ref)
