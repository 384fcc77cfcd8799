"""A made-up organisation as it is now, and every change that makes it another one.

Each method is one change: it is noted for SCIM, and made to the model, so that what the cluster
holds in the end can be compared with what was meant.
"""

import copy
import random
from collections.abc import Iterable, Mapping
from typing import Any

from heliograph_demo.changes import (
    Change,
    Create,
    Delete,
    MemberPath,
    Patch,
    Ref,
    Replace,
    external_id_of,
)
from heliograph_demo.people import ENTERPRISE_SCHEMA, People, Post

GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"

_TITLES = {
    "Engineering": ("Engineer", "Senior Engineer", "Staff Engineer", "Engineering Manager"),
    "Optics": ("Optician", "Lens Designer", "Mirror Maker", "Head of Laboratory"),
    "Sales": ("Account Executive", "Sales Engineer", "Regional Director"),
    "Finance": ("Accountant", "Controller", "Treasurer"),
    "People": ("Recruiter", "People Partner", "Trainer"),
    "Operations": ("Signaller", "Station Keeper", "Dispatcher", "Shift Leader"),
    "Support": ("Support Agent", "Support Engineer", "Support Lead"),
    "Legal": ("Counsel", "Paralegal", "Privacy Officer"),
}
DEPARTMENTS = tuple(_TITLES)


class Organisation:
    """People and groups, by key; `changes` is what was done since they were last taken."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  made-up people are no secret
        self.people = People(seed)
        self.resources: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, dict[str, None]] = {"Users": {}, "Groups": {}}  # in their order
        self._changes: list[Change] = []
        self._last_number = {"Users": -1, "Groups": -1}

    def take_changes(self) -> tuple[Change, ...]:
        """Return the changes since the last call."""
        taken, self._changes = tuple(self._changes), []
        return taken

    def users(self) -> list[str]:
        """Return the keys of all people."""
        return list(self._keys["Users"])

    def groups(self) -> list[str]:
        """Return the keys of all groups."""
        return list(self._keys["Groups"])

    def post(self, department: str) -> Post:
        """Return a post in a department."""
        return Post(
            department=department,
            title=self.random.choice(_TITLES[department]),
            cost_center=f"CC-{4000 + DEPARTMENTS.index(department) * 100}",
        )

    def hire(self, department: str, manager: str | None) -> str:
        """Create a person and return the key."""
        key = self._next_key("Users")
        person = self.people.person(key, self.post(department))
        if manager is not None:
            person[ENTERPRISE_SCHEMA]["manager"] = {"value": Ref(manager)}
        self._note(Create(key, copy.deepcopy(person)))
        person.pop("password", None)
        self.resources[key] = person
        return key

    def form(self, name: str, members: Iterable[str]) -> str:
        """Create a group and return its key."""
        key = self._next_key("Groups")
        group: dict[str, Any] = {
            "schemas": [GROUP_SCHEMA],
            "externalId": external_id_of(key),
            "displayName": name,
            "members": [{"value": Ref(member)} for member in members],
        }
        self.resources[key] = group
        self._note(Create(key, copy.deepcopy(group)))
        return key

    def patch_user(self, key: str, **attributes: object) -> None:
        """Replace attributes of a person in one PATCH."""
        self.resources[key].update(attributes)
        operations = ({"op": "replace", "value": dict(attributes)},)
        self._note(Patch(key, copy.deepcopy(operations)))

    def move(self, key: str, department: str, manager: str) -> None:
        """Give a person another department, title and manager, in one PATCH of three operations."""
        post = self.post(department)
        person = self.resources[key]
        person["title"] = post.title
        person[ENTERPRISE_SCHEMA] |= {
            "department": post.department,
            "costCenter": post.cost_center,
            "manager": {"value": Ref(manager)},
        }
        extension = f"{ENTERPRISE_SCHEMA}:"
        self._note(
            Patch(
                key,
                (
                    {"op": "replace", "path": "title", "value": post.title},
                    {"op": "replace", "path": f"{extension}department", "value": post.department},
                    {"op": "replace", "path": f"{extension}costCenter", "value": post.cost_center},
                    {
                        "op": "replace",
                        "path": f"{extension}manager",
                        "value": {"value": Ref(manager)},
                    },
                ),
            )
        )

    def report_to(self, key: str, manager: str) -> None:
        """Give a person another manager."""
        self.resources[key][ENTERPRISE_SCHEMA]["manager"] = {"value": Ref(manager)}
        path = f"{ENTERPRISE_SCHEMA}:manager.value"
        self._note(Patch(key, ({"op": "replace", "path": path, "value": Ref(manager)},)))

    def put(self, key: str, **attributes: object) -> None:
        """Replace a whole resource with what it is, but for some attributes."""
        self.resources[key].update(attributes)
        self._note(Replace(key, copy.deepcopy(self.resources[key])))

    def join(self, group: str, member: str) -> None:
        """Add a member to a group."""
        self.resources[group]["members"].append({"value": Ref(member)})
        operation = {"op": "add", "path": "members", "value": [{"value": Ref(member)}]}
        self._note(Patch(group, (operation,)))

    def quit(self, group: str, member: str) -> None:
        """Remove a member from a group, by a path with a filter."""
        self._drop(group, member)
        self._note(Patch(group, ({"op": "remove", "path": MemberPath(member)},)))

    def rename(self, group: str, name: str) -> None:
        """Give a group another name."""
        self.resources[group]["displayName"] = name
        self._note(Patch(group, ({"op": "replace", "path": "displayName", "value": name},)))

    def delete(self, key: str) -> None:
        """Delete a resource; it is then a member of nothing."""
        del self.resources[key]
        del self._keys[key.partition("/")[0]][key]
        for group in self.groups_of(key):
            self._drop(group, key)
        self._note(Delete(key))

    def groups_of(self, member: str) -> list[str]:
        """Return the groups that have a member directly."""
        return [group for group in self.groups() if member in self.members_of(group)]

    def members_of(self, group: str) -> list[str]:
        """Return the keys of a group's direct members."""
        return [member["value"].key for member in self.resources[group]["members"]]

    def reports_of(self, manager: str) -> list[str]:
        """Return those whose manager a person is."""
        return [key for key in self.users() if self.manager_of(key) == manager]

    def manager_of(self, key: str) -> str | None:
        """Return a person's manager; None at the top."""
        manager: Mapping[str, Ref] | None = self.resources[key][ENTERPRISE_SCHEMA].get("manager")
        return None if manager is None else manager["value"].key

    def department_of(self, key: str) -> str:
        """Return a person's department."""
        return str(self.resources[key][ENTERPRISE_SCHEMA]["department"])

    def _drop(self, group: str, member: str) -> None:
        kept = [held for held in self.resources[group]["members"] if held["value"].key != member]
        self.resources[group]["members"] = kept

    def _next_key(self, endpoint: str) -> str:
        self._last_number[endpoint] += 1
        key = f"{endpoint}/{self._last_number[endpoint]}"
        self._keys[endpoint][key] = None
        return key

    def _note(self, change: Change) -> None:
        self._changes.append(change)
