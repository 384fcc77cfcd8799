"""What the admin API of the brake takes and shows."""

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scim_gateway.domain.brakes import AppliedPage, DeletionLimit, HeldPage, Standing

LONGEST_RELEASE_MINUTES = 7 * 24 * 60
LARGEST_PAGE = 500


class LimitView(BaseModel):
    """So many people may be deleted or deactivated within so long."""

    changes: int
    within_minutes: float


class BrakeView(BaseModel):
    """Where the brake stands; times are microseconds since 1970."""

    limit: LimitView | None = Field(description="null: the brake is off, and nothing is counted")
    is_on: bool = Field(description="deletions and deactivations are held")
    on_since: int | None
    pass_until: int = Field(description="until then an administrator lets changes through")
    pass_left: int | None = Field(description="so many of them still may; null: any number")
    held: int = Field(description="operations that wait for an administrator")


class HeldView(BaseModel):
    """An operation that was asked for and not carried out; times as above."""

    resource_type: str
    id: str
    operation: Literal["delete", "deactivate"]
    asked_by: str = Field(description="the subject of the token")
    txn: str = Field(description="that of the last request, as in the request log")
    first_asked: int
    last_asked: int
    attempts: int = Field(description="how often it was asked for")


class HeldList(BaseModel):
    """A page of what is held; `next` is the `beyond` of the page that follows, null on the last."""

    operations: list[HeldView]
    next: str | None


class Release(BaseModel):
    """For how long changes go through, and how many."""

    model_config = ConfigDict(extra="forbid")

    minutes: int | None = Field(
        None,
        ge=1,
        le=LONGEST_RELEASE_MINUTES,
        description="null: as long as the brake's window",
    )
    changes: int | None = Field(
        None,
        ge=0,
        le=2**31 - 1,
        description="null: any number; 0: nothing is held any more, and all is counted",
    )


class Choice(BaseModel):
    """Of which resources: none means all."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(default=[], max_length=LARGEST_PAGE)


class Applying(Choice):
    """Of which resources: none means a page of all."""

    beyond: str = Field("", description="what the page before gave as next")
    limit: int = Field(100, ge=1, le=LARGEST_PAGE)


class AppliedView(BaseModel):
    """What became of an operation: a refused one is still held."""

    resource_type: str
    id: str
    outcome: Literal["applied", "gone", "refused"]
    detail: str


class AppliedList(BaseModel):
    """As `HeldList`."""

    operations: list[AppliedView]
    next: str | None


class Dismissed(BaseModel):
    """How many operations were forgotten."""

    dismissed: int


def brake_view(limit: DeletionLimit | None, standing: Standing) -> BrakeView:
    """Show a brake."""
    return BrakeView(
        limit=_limit_view(limit),
        is_on=standing.on_since > 0,
        on_since=standing.on_since or None,
        pass_until=standing.pass_until,
        pass_left=standing.pass_left,
        held=standing.held,
    )


def _limit_view(limit: DeletionLimit | None) -> LimitView | None:
    if limit is None:
        return None
    return LimitView(changes=limit.changes, within_minutes=limit.within_seconds / 60)


def held_list(page: HeldPage) -> HeldList:
    """Show a page of what is held."""
    shown = [HeldView(**asdict(each)) for each in page.operations]
    return HeldList(operations=shown, next=page.next or None)


def applied_list(page: AppliedPage) -> AppliedList:
    """Show what became of a page of what was held."""
    shown = [AppliedView(**asdict(each)) for each in page.operations]
    return AppliedList(operations=shown, next=page.next or None)
