"""Looking a resource up at a service provider by a key."""

from collections.abc import Mapping, Sequence
from typing import Any

from helio.migration.keys import Key, all_keys_of, key_attributes
from helio.migration.pages import Place, first_place, next_place, read_page
from helio.migration.provider import Provider
from helio.migration.type_rules import TypeRules


async def ids_with(provider: Provider, rules: TypeRules, key: Key) -> Sequence[str]:
    """Return the ids of the resources that have a key. Raises `ProviderError`."""
    if provider.capabilities.filter:
        query = {"filter": key.filter(), "attributes": ",".join(key_attributes(rules))}
        answer = await provider.client.get(rules.endpoint, query)
        if answer.ok and isinstance(answer.body, dict):
            return _ids(answer.body.get("Resources") or [], rules, key)
        if answer.status not in {400, 501}:
            raise provider.client.failure("GET", rules.endpoint, answer)
    return await _ids_of_walk(provider, rules, key)


async def _ids_of_walk(provider: Provider, rules: TypeRules, key: Key) -> Sequence[str]:
    place: Place | None = first_place(provider.capabilities)
    found: dict[str, None] = {}
    given: set[object] = set()
    while place is not None:
        count = provider.capabilities.page
        page = await read_page(provider.client, rules.endpoint, place, count=count)
        found.update(dict.fromkeys(_ids(page.resources, rules, key)))
        ids = {resource.get("id") for resource in page.resources}
        place = next_place(place, page, repeated=len(ids & given))
        given |= ids
    return list(found)


def _ids(resources: Sequence[Mapping[str, Any]], rules: TypeRules, key: Key) -> Sequence[str]:
    """Return the ids of those that have the key; a filter may be taken less exactly."""
    return [
        str(resource["id"])
        for resource in resources
        if "id" in resource
        and any(
            (each.attribute, each.folded) == (key.attribute, key.folded)
            for each in all_keys_of(rules, resource)
        )
    ]
