"""What every place that keeps links does."""

import pytest

from servicekit.leases import FencedError
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.domain.links import Link, LinkKey
from set_receiver.ports.links import Links

ANN = LinkKey("default", "stream-a", "/Users/ann")
SAME_ELSEWHERE = [
    LinkKey("other", "stream-a", "/Users/ann"),
    LinkKey("default", "stream-b", "/Users/ann"),
    LinkKey("default", "stream-a", "/Users/ben"),
]


def linked(key: LinkKey, version: str = 'W/"1"') -> Link:
    return Link(key, is_linked=True, version=version)


def unlinked(key: LinkKey) -> Link:
    return Link(key, is_linked=False, version="")


async def test_what_is_linked_is_found_by_its_whole_key(links: Links, fence: int) -> None:
    await links.write([linked(ANN)], fence=fence)

    assert await links.read([*SAME_ELSEWHERE, ANN]) == {ANN: linked(ANN)}
    assert await links.read([]) == {}


async def test_the_last_word_on_a_resource_stands(links: Links, fence: int) -> None:
    await links.write([linked(ANN), unlinked(ANN), linked(ANN, "2")], fence=fence)
    await links.write([linked(ANN, "3")], fence=fence)

    assert await links.read([ANN]) == {ANN: linked(ANN, "3")}


async def test_what_is_not_linked_any_more_is_not_kept(links: Links, fence: int) -> None:
    await links.write([linked(key) for key in (ANN, *SAME_ELSEWHERE)], fence=fence)

    await links.write([unlinked(ANN), unlinked(ANN)], fence=fence)

    assert set(await links.read([ANN, *SAME_ELSEWHERE])) == set(SAME_ELSEWHERE)


@pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)
async def test_what_is_erased_is_linked_no_more(store: ReceiptStore, fence: int) -> None:
    """Also where there never was a receipt of it."""
    await store.links.write([linked(key) for key in (ANN, *SAME_ELSEWHERE)], fence=fence)

    await store.receipts.erase("default", "/ann", now=1)

    assert set(await store.links.read([ANN, *SAME_ELSEWHERE])) == {
        LinkKey("other", "stream-a", "/Users/ann"),
        LinkKey("default", "stream-a", "/Users/ben"),
    }


@pytest.mark.parametrize("store", ["mongodb"], indirect=True)
async def test_who_has_lost_the_lease_to_apply_keeps_nothing(links: Links, fence: int) -> None:
    with pytest.raises(FencedError):
        await links.write([linked(ANN)], fence=fence + 1)

    assert await links.read([ANN]) == {}
