"""The plan: an organisation is founded, then lives for a week of joiners, movers and leavers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heliograph_demo.changes import Change
from heliograph_demo.organisation import DEPARTMENTS, Organisation

_REPORTS_PER_MANAGER = 8
_LARGEST_ALL_HANDS = 400


@dataclass(frozen=True, slots=True)
class Day:
    """Changes that go out together; those of one resource, in their order."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that will be done, and what is meant to be there in the end."""

    days: tuple[Day, ...]
    resources: dict[str, dict[str, Any]]

    @property
    def size(self) -> int:
        """Return the number of changes."""
        return sum(len(day.changes) for day in self.days)


def plan(*, users: int, groups: int, seed: int, changing: int | None = None) -> Plan:
    """Return the plan; the same arguments give the same one.

    `changing` is how many people of the founding have a week worth telling; all, when None.
    """
    organisation = Organisation(seed)
    _found(organisation, users=users, groups=groups)
    days = [Day("founding", organisation.take_changes())]
    week = _Week(organisation, changing=users if changing is None else changing)
    for name, live in week.days():
        live()
        days.append(Day(name, organisation.take_changes()))
    return Plan(tuple(days), organisation.resources)


def _found(organisation: Organisation, *, users: int, groups: int) -> None:
    """Hire top down, so that a manager is there before the reports; then form the groups."""
    for number in range(users):
        manager = None if number == 0 else f"Users/{(number - 1) // _REPORTS_PER_MANAGER}"
        below_the_top = number > _REPORTS_PER_MANAGER and manager is not None
        department = (
            organisation.department_of(manager)
            if below_the_top and manager is not None
            else DEPARTMENTS[number % len(DEPARTMENTS)]
        )
        organisation.hire(department, manager)
    _form_groups(organisation, groups)


def _form_groups(organisation: Organisation, groups: int) -> None:
    """Form teams, then departments that hold them, and one group of (nearly) all."""
    departments = DEPARTMENTS[: max(1, groups // 4)]
    teams: dict[str, list[str]] = {department: [] for department in departments}
    everyone = organisation.users()
    colleagues: dict[str, list[str]] = {department: [] for department in DEPARTMENTS}
    for key in everyone:
        colleagues[organisation.department_of(key)].append(key)
    for number in range(max(0, groups - len(departments) - 1)):
        department = departments[number % len(departments)]
        pool = colleagues[department] or everyone
        size = min(len(pool), organisation.random.randint(3, 30))
        nested = teams[department][-1:] if number % 5 == 4 else []
        name = f"{department} team {number + 1}"
        members = [*organisation.random.sample(pool, size), *nested]
        teams[department].append(organisation.form(name, members))
    for department in departments:
        organisation.form(f"Department of {department}", teams[department])
    organisation.form("All hands", everyone[:_LARGEST_ALL_HANDS])


class _Week:
    """The days, each a function that changes the organisation."""

    def __init__(self, organisation: Organisation, *, changing: int) -> None:
        self._organisation = organisation
        self._random = organisation.random
        founders = organisation.users()
        self._still = frozenset(founders[changing:])
        self._changing = len(founders) - len(self._still)
        below_the_top = founders[_REPORTS_PER_MANAGER + 1 : changing]
        leavers = min(self._changing // 12, len(below_the_top))
        self._leavers = self._random.sample(below_the_top, leavers)

    def days(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("Monday: joiners", self._joiners),
            ("Tuesday: movers", self._movers),
            ("Wednesday: leavers", self._deactivate_leavers),
            ("Thursday: profiles", self._profiles),
            ("Friday: groups", self._reorganise_groups),
            ("Saturday: full updates", self._full_updates),
            ("Sunday: farewells", self._quit_groups),
            ("Sunday: deletions", self._delete_leavers),
        ]

    def _stayers(self, share: float) -> list[str]:
        others = self._still.union(self._leavers)
        staying = [key for key in self._organisation.users() if key not in others]
        return self._random.sample(staying, round(len(staying) * share))

    def _joiners(self) -> None:
        managers = self._organisation.users()[: max(1, self._changing // 10)]
        for _ in range(max(1, self._changing * 6 // 100)):
            manager = self._random.choice(managers)
            department = self._organisation.department_of(manager)
            joiner = self._organisation.hire(department, manager)
            self._organisation.join(self._random.choice(self._organisation.groups()), joiner)

    def _movers(self) -> None:
        heads = self._organisation.users()[1 : _REPORTS_PER_MANAGER + 1]
        for mover in self._stayers(0.35):
            others = [head for head in heads if head != mover]
            if not others:
                return
            department = self._random.choice(DEPARTMENTS)
            self._organisation.move(mover, department, self._random.choice(others))
            self._change_group(mover)

    def _change_group(self, mover: str) -> None:
        current = self._organisation.groups_of(mover)
        if current:
            self._organisation.quit(self._random.choice(current), mover)
        others = [group for group in self._organisation.groups() if group not in current]
        if others:
            self._organisation.join(self._random.choice(others), mover)

    def _deactivate_leavers(self) -> None:
        """Deactivate, and hand the reports over to the next manager above."""
        for leaver in self._leavers:
            self._organisation.patch_user(leaver, active=False)
            above = self._next_above(leaver)
            for report in self._organisation.reports_of(leaver):
                self._organisation.report_to(report, above)
        for back in self._leavers[: len(self._leavers) // 8]:
            self._organisation.patch_user(back, active=True)
            self._leavers.remove(back)

    def _next_above(self, leaver: str) -> str:
        above = self._organisation.manager_of(leaver)
        while above in self._leavers:
            above = self._organisation.manager_of(above)
        return above or self._organisation.users()[0]

    def _profiles(self) -> None:
        people = self._organisation.people
        for key in self._stayers(0.6):
            match self._random.randrange(3):
                case 0:
                    numbers = [{"value": people.phone_number(), "type": "work"}]
                    self._organisation.patch_user(key, phoneNumbers=numbers)
                case 1:
                    self._organisation.patch_user(key, addresses=[people.moved_house()])
                case _:
                    self._organisation.patch_user(key, nickName=people.family_name())

    def _reorganise_groups(self) -> None:
        groups = self._organisation.groups()
        for group in groups:
            self._organisation.rename(
                group, f"{self._organisation.resources[group]['displayName']} (new)"
            )
            for member in self._random.sample(self._stayers(1.0), 2):
                if member not in self._organisation.members_of(group):
                    self._organisation.join(group, member)
        founded = self._organisation.form("Task force: mirrors", self._stayers(0.02))
        self._organisation.join(groups[-1], founded)
        if len(groups) > 4:
            self._organisation.delete(groups[0])

    def _full_updates(self) -> None:
        people = self._organisation.people
        for key in self._stayers(0.15):
            name = self._organisation.resources[key]["name"] | {"familyName": people.family_name()}
            self._organisation.put(key, name=name, profileUrl=f"https://example.com/{key.lower()}")
        for group in self._organisation.groups()[-3:]:
            self._organisation.put(group)

    def _quit_groups(self) -> None:
        """Take every other leaver out of their groups; the others leave those by being deleted."""
        for leaver in self._gone()[::2]:
            for group in self._organisation.groups_of(leaver):
                self._organisation.quit(group, leaver)

    def _delete_leavers(self) -> None:
        for leaver in self._gone():
            self._organisation.delete(leaver)

    def _gone(self) -> list[str]:
        return self._leavers[: len(self._leavers) * 3 // 4]
