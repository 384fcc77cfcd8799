"""Reads a PATCH message into operations (RFC 7644 section 3.5.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scim.attributes import Mutability
from scim.errors import InvalidPathError, MutabilityError, NoTargetError
from scim.patch_operation import Op, PatchOperation, PatchPath
from scim.patch_path import parse_patch_path
from scim.patch_request import OperationRequest, operation_requests
from scim.patch_value import canonical_patch_value, members_to_patch
from scim.profile import Profile
from scim.quirks import Quirk
from scim.resource_type import ResourceType, SchemaExtension


def parse_patch(
    body: object, resource_type: ResourceType, *, profile: Profile
) -> tuple[PatchOperation, ...]:
    """Return the operations, each with an explicit path and a checked value.

    An operation on the resource, or on an extension, becomes one for each attribute in its value.
    """
    reader = _Reader(resource_type, profile)
    requests = operation_requests(body, profile)
    return tuple(operation for request in requests for operation in reader.operations(request))


@dataclass(frozen=True, slots=True)
class _Reader:
    resource_type: ResourceType
    profile: Profile

    def operations(self, request: OperationRequest) -> Iterator[PatchOperation]:
        if request.path is None:
            yield from self._on_resource(request)
        elif extension := self.resource_type.extension(request.path):
            yield from self._on_extension(request, extension)
        else:
            path = parse_patch_path(request.path, self.resource_type, self.profile)
            _refuse_read_only(path)
            yield self._operation(request, path)

    def _on_resource(self, request: OperationRequest) -> Iterator[PatchOperation]:
        if request.op is Op.REMOVE:
            raise NoTargetError("remove must have a path", clause="RFC 7644 section 3.5.2.2")
        for name, value in members_to_patch(request.value).items():
            member = OperationRequest(request.op, name, value)
            if extension := self.resource_type.extension(name):
                yield from self._on_extension(member, extension)
            else:
                yield from self._on_member(member, name)

    def _on_extension(
        self, request: OperationRequest, extension: SchemaExtension
    ) -> Iterator[PatchOperation]:
        """Yield an operation for each attribute that is given, or for all where the whole goes."""
        urn, op, members = extension.schema.id, request.op, request.value
        if op is Op.REMOVE or members is None:
            yield from self._without(extension)
            return
        for name, value in members_to_patch(members).items():
            yield from self._on_member(OperationRequest(op, f"{urn}:{name}", value), name)

    def _without(self, extension: SchemaExtension) -> Iterator[PatchOperation]:
        urn = extension.schema.id
        if extension.required:
            raise MutabilityError(
                f"{urn} is required and cannot be removed",
                attribute_path=urn,
                clause="RFC 7644 section 3.5.2.2",
            )
        for attribute in extension.schema.attributes:
            request = OperationRequest(Op.REMOVE, f"{urn}:{attribute.name}", None)
            for operation in self._on_member(request, attribute.name):
                yield replace(operation, of_whole=True)

    def _on_member(self, request: OperationRequest, name: str) -> Iterator[PatchOperation]:
        """Yield the operation, unless the member is none that a client may set.

        Okta sends `id` with what it changes, and Entra ID sends paths for names.
        """
        self._refuse_path(name)
        path = self._known_path(request.path or name)
        if path is not None and not _read_only(path):
            yield self._operation(request, path)

    def _refuse_path(self, name: str) -> None:
        """Raise where a name is a path, unless clients may write so."""
        before_filter, bracket, _ = name.partition("[")
        _, colon, attribute = before_filter.rpartition(":")
        is_path = bracket or "." in attribute
        if (is_path and not self.profile.has(Quirk.DOTTED_NAMES)) or (
            colon and not self.profile.has(Quirk.URN_NAMES)
        ):
            raise InvalidPathError(
                "In a value, a member's name is that of an attribute",
                clause="RFC 7644 section 3.5.2.1",
            )

    def _known_path(self, text: str) -> PatchPath | None:
        try:
            return parse_patch_path(text, self.resource_type, self.profile)
        except InvalidPathError:
            if not self.profile.has(Quirk.UNKNOWN_ATTRIBUTES_IGNORED):
                raise
            return None

    def _operation(self, request: OperationRequest, path: PatchPath) -> PatchOperation:
        value = canonical_patch_value(request.op, path, value=request.value, profile=self.profile)
        return PatchOperation(request.op, path, value)


def _read_only(path: PatchPath) -> bool:
    targets = (path.attribute, path.sub_attribute or path.attribute)
    return any(target.mutability is Mutability.READ_ONLY for target in targets)


def _refuse_read_only(path: PatchPath) -> None:
    if _read_only(path):
        raise MutabilityError(
            f"{path.attribute_path} is readOnly",
            attribute_path=str(path.attribute_path),
            clause="RFC 7644 section 3.5.2",
        )
