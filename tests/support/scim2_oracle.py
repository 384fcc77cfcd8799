"""What scim2-models, an implementation of others, makes of a filter, an order and a PATCH."""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

from pydantic import ValidationError
from scim2_models import (
    Context,
    PatchOp,
    Path,
    Resource,
    SCIMException,
    ScimFilter,
    ScimPolicy,
    ScimProvider,
    SearchRequest,
)
from scim2_models import ResourceType as PublishedResourceType
from scim2_models import Schema as PublishedSchema

from scim.messages import PATCH_OP
from scim.schema import ResourceType, resource_type_representation, schema_representation


def folded(text: str) -> str:
    """Return the text without case and composition, as the Unicode standard has it (chapter 3)."""
    return normalize("NFC", normalize("NFD", text).casefold())


def _key(binding: Any, text: str) -> str:
    """Return what texts are compared by, which RFC 7644 section 3.4.2.2 leaves to the provider."""
    return text if binding.case_exact else folded(text)


STRICT = ScimPolicy(comparison_key=_key)
TOLERANT = ScimPolicy(
    comparison_key=_key,
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Oracle:
    """Answers for one resource type, which it knows by what discovery shows of it."""

    def __init__(self, resource_type: ResourceType) -> None:
        schemas = [resource_type.schema, *(each.schema for each in resource_type.extensions)]
        provider = ScimProvider.from_discovery(
            [PublishedSchema.model_validate(schema_representation(each)) for each in schemas],
            [PublishedResourceType.model_validate(resource_type_representation(resource_type))],
        )
        self.model: Any = provider.model_for(resource_type.name)

    def read(self, resource: Mapping[str, Any]) -> Resource[Any]:
        """Return the resource as a model."""
        model: Resource[Any] = self.model.model_validate(resource)
        return model

    def holds(self, text: str, resource: Resource[Any]) -> bool:
        """Whether the filter holds for the resource, which has been read."""
        with STRICT:
            return bool(ScimFilter[self.model](text).match(resource))

    def refuses(self, text: str) -> bool:
        """Whether the filter is refused, whatever it is put to."""
        try:
            SearchRequest[self.model](filter=text)
        except (SCIMException, ValidationError):
            return True
        return False

    def can_sort_by(self, sort_by: str) -> bool:
        """Whether there is an order by this path."""
        try:
            request = SearchRequest[self.model](sort_by=sort_by)
        except (SCIMException, ValidationError):
            return False
        return request.sort_binding(self.model) is not None

    def order(
        self, sort_by: str, resources: Sequence[Resource[Any]], *, is_descending: bool
    ) -> list[str]:
        """Return the ids of the resources in order; what is equal stays as it was."""
        order = "descending" if is_descending else "ascending"
        request = SearchRequest[self.model](sort_by=sort_by, sort_order=order)
        with STRICT:
            return [str(each.id) for each in request.sort(resources)]

    def selected(self, path: str, resource: Mapping[str, Any]) -> list[Any]:
        """Return the elements, or the values of a sub-attribute in them, that the path leads to."""
        with STRICT:
            found = Path[self.model](path).get(self.read(resource))
        return found if isinstance(found, list) else []

    def patched(
        self,
        resource: Mapping[str, Any],
        *operations: Mapping[str, Any],
        policy: ScimPolicy = STRICT,
    ) -> dict[str, Any] | None:
        """Return what the operations make of the resource; None where they are refused."""
        message = {"schemas": [PATCH_OP], "Operations": list(operations)}
        model = self.read(resource)
        try:
            patch = PatchOp[self.model].model_validate(
                message, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=policy
            )
            patch.patch(model, policy)
        except (SCIMException, ValidationError):
            return None
        return self._shown(model)

    def normalized(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return the resource as `patched` returns one."""
        return self._shown(self.read(resource))

    def _shown(self, model: Resource[Any]) -> dict[str, Any]:
        shown: dict[str, Any] = _without_empty(model.model_dump())
        return {**shown, "schemas": sorted(shown["schemas"])}


def _without_empty(value: Any) -> Any:
    """Return the value without what is unassigned (RFC 7643 section 2.5)."""
    if isinstance(value, dict):
        members = {name: _without_empty(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in (None, [], {})}
    if isinstance(value, list):
        return [left for each in value if (left := _without_empty(each)) not in (None, {})]
    return value
