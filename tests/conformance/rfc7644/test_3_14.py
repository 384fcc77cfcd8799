"""Versions: preconditions with weak entity-tags."""

from scim.preconditions import if_match_holds, if_none_match_holds

_VERSION = 'W/"a330bc54f0671c9"'


def test_a_client_that_has_the_version_may_change_it() -> None:
    assert if_match_holds('W/"a330bc54f0671c9"', _VERSION)


def test_a_client_that_has_another_version_may_not() -> None:
    assert not if_match_holds('W/"f250dd84f0671c3"', _VERSION)


def test_a_client_that_has_the_version_need_not_read_it() -> None:
    assert not if_none_match_holds('W/"a330bc54f0671c9"', _VERSION)


def test_a_client_that_has_another_version_reads_it() -> None:
    assert if_none_match_holds('W/"e180ee84f0671b1"', _VERSION)
