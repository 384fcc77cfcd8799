"""A resource of one service provider as the body of a request to another (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helio.migration.references import Found, Lost, Resolve, followed
from helio.migration.type_rules import AttributeRule, Rules, TypeRules

# The service provider's own (RFC 7643 section 3.1), and what is made anew here.
_NOT_SENT: Final = frozenset({"id", "meta", "schemas"})
REFERENCES_AT_ONCE: Final = 1000
"""How many references of one attribute a creation may hold; a target may refuse a huge one."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a resource becomes at the target."""

    body: Mapping[str, Any]
    """For a POST or a PUT, with the references that can be followed now."""
    references: Mapping[str, Any]
    """The values of the attributes that refer to resources, by their paths."""
    due: tuple[str, ...]
    """The paths of those that are not in the body, as they have to be added later."""
    lost: tuple[Lost, ...]
    unknown: tuple[str, ...]
    """The paths of what the target has no such attribute for."""


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps resources of one type."""

    rules: TypeRules
    endpoints: Mapping[str, str]
    """Where the resources of each type are at the target, by its name."""
    source_id_as_external_id: bool = False

    def mapped(
        self, resource: Mapping[str, Any], resolve: Resolve, *, at_once: int | None
    ) -> Mapped:
        """Return what a resource becomes.

        With `at_once`, an attribute with more references than that, or with one that is pending, is
        left for later. Without, all that can be followed is in the body.
        """
        work = _Work(resolve, self.endpoints, at_once)
        body: dict[str, Any] = {"schemas": [self.rules.schema]}
        own: dict[str, Any] = {}
        extending: list[tuple[str, Rules | None, dict[str, Any]]] = []
        for name, value in resource.items():
            lower = name.lower()
            if lower in _NOT_SENT or _is_unassigned(value):
                continue
            if (extension := self.rules.extensions.get(lower)) is not None:
                if isinstance(value, dict):
                    extending.append((*extension, value))
            elif lower == "externalid":
                body["externalId"] = value
            else:
                own[name] = value
        body.update(work.members(self.rules.attributes, own, ""))
        for urn, rules, members in extending:
            if held := dict(work.members(rules, members, urn)):
                body[urn] = held
                body["schemas"].append(urn)
        if self.source_id_as_external_id and "externalId" not in body and "id" in resource:
            body["externalId"] = resource["id"]
        return work.mapped(body)


@dataclass(slots=True)
class _Work:
    resolve: Resolve
    endpoints: Mapping[str, str]
    at_once: int | None
    references: dict[str, Any] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def mapped(self, body: Mapping[str, Any]) -> Mapped:
        return Mapped(body, self.references, tuple(self.due), tuple(self.lost), tuple(self.unknown))

    def members(
        self, rules: Rules | None, members: Mapping[str, Any], urn: str
    ) -> Iterator[tuple[str, Any]]:
        """Give the members that are to be sent, in the target's spelling."""
        for name, value in members.items():
            rule = None if rules is None else rules.get(name.lower())
            if rule is None and rules is not None:
                self.unknown.append(f"{urn}:{name}" if urn else name)
            elif not _is_unassigned(value):
                sent = value if rule is None else self._value(rule, value)
                if sent is not None:
                    yield (name if rule is None else rule.name), sent

    def _value(self, rule: AttributeRule, value: Any) -> Any:  # noqa: ANN401  JSON
        """Return the value that the target is sent now; None for none."""
        if rule.read_only:
            return None
        if not rule.refers_to:
            return self._plain(rule, value)
        found = followed(rule, value, self.resolve, self.endpoints)
        self.lost.extend(found.lost)
        if found.value is not None:
            self.references[rule.path] = found.value
        if self._is_for_later(found):
            self.due.append(rule.path)
            return None
        return found.value

    def _is_for_later(self, found: Found) -> bool:
        if self.at_once is None:
            return False
        is_large = isinstance(found.value, list) and len(found.value) > self.at_once
        return found.is_pending or is_large

    def _plain(self, rule: AttributeRule, value: Any) -> Any:  # noqa: ANN401  JSON
        """Return a value that refers to nothing, without what cannot be set of it."""
        match value:
            case dict() if rule.sub_attributes is not None:
                sent = {
                    name: inner
                    for name, inner in value.items()
                    if not _is_unassigned(inner) and not self._is_read_only(rule, name)
                }
                return sent or None
            case list():
                elements = [self._plain(rule, element) for element in value]
                return [element for element in elements if element is not None] or None
            case _:
                return value

    @staticmethod
    def _is_read_only(rule: AttributeRule, name: str) -> bool:
        known = (rule.sub_attributes or {}).get(name.lower())
        return known is not None and known.read_only


def _is_unassigned(value: object) -> bool:
    """Say whether a value is none at all (RFC 7643 section 2.5)."""
    return value is None or value == []
