import pytest

from scim.preconditions import if_match_holds, if_none_match_holds

_VERSION = 'W/"a330bc54"'


@pytest.mark.parametrize(
    ("header", "names_it"),
    [
        pytest.param('W/"a330bc54"', True, id="the same weak tag"),
        pytest.param('"a330bc54"', True, id="its opaque part as a strong tag"),
        pytest.param("a330bc54", True, id="without quotes"),
        pytest.param("*", True, id="anything"),
        pytest.param('"x", W/"a330bc54","y"', True, id="in a list"),
        pytest.param('"x,a330bc54,y"', False, id="inside another tag"),
        pytest.param('W/"A330BC54"', False, id="in another case"),
        pytest.param('"x"', False, id="another tag"),
        pytest.param('""', False, id="an empty tag"),
        pytest.param('"x" , "a330bc54"\t', True, id="behind blanks"),
        pytest.param('"a330bc54"x', False, id="with more behind it"),
        pytest.param('x",W/"a330bc54"', True, id="behind what is no tag"),
        pytest.param("W/", False, id="the mark of a weak tag alone"),
        pytest.param("a" * 1_000_000 + '"', False, id="a megabyte that is never closed"),
        pytest.param(" " * 1_000_000 + '"x', False, id="a megabyte of blanks"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_header_names_the_version_or_not(header: str, *, names_it: bool) -> None:
    assert if_match_holds(header, _VERSION) is names_it
    assert if_none_match_holds(header, _VERSION) is not names_it
