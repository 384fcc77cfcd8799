"""A defect in one transition harms no other."""

from collections.abc import Callable

from support.scim_resources import USER
from support.store_driver import StoreDriver

from resource_store.domain.decisions import Decision, Effect, Outcome, State, Transition, Unchanged
from resource_store.domain.resources import Ref


async def test_what_a_decision_raises_is_its_own_result(store: StoreDriver) -> None:
    def defective(_state: State) -> Decision:
        raise ZeroDivisionError

    made = await store.user("ada")
    results = await store.storage.write(
        [_transition(defective), _transition(_nothing), _transition(defective)]
    )

    kinds = [type(result) for result in results]
    assert kinds == [ZeroDivisionError, Outcome, ZeroDivisionError]
    assert await store.found(None) == [made.ref.id]


def _nothing(_state: State) -> Decision:
    return Unchanged(Effect.UNCHANGED)


def _transition(decide: Callable[[State], Decision]) -> Transition:
    return Transition(
        tenant="default",
        ref=Ref("User", "x"),
        resource_type=USER,
        identity=None,
        named_members=frozenset(),
        needs_every_member=False,
        shown=frozenset(),
        decide=decide,
    )
