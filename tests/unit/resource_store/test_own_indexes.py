"""Paths that an operator wants an index of."""

import pytest

from resource_store.domain.keys import indexed_paths
from resource_store.domain.own_indexes import IndexedPathError, with_indexes
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.registry import standard_registry


@pytest.mark.parametrize(
    ("path", "indexed"),
    [
        ("nickName", "nickName"),
        ("NICKNAME", "nickName"),
        ("costCenter", f"{ENTERPRISE_USER_SCHEMA}:costCenter"),
        (f"{ENTERPRISE_USER_SCHEMA}:costCenter", f"{ENTERPRISE_USER_SCHEMA}:costCenter"),
        ("ims", "ims.value"),
        ("addresses.locality", "addresses.locality"),
        ("userName", "userName"),
    ],
)
def test_a_path_that_is_named_has_an_index(path: str, indexed: str) -> None:
    user, group = with_indexes(standard_registry(), [path]).resource_types

    assert indexed in indexed_paths(user)
    assert (
        indexed_paths(group).keys() == indexed_paths(standard_registry().resource_types[1]).keys()
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("shoeSize", "no resource type has this attribute: name one of /Schemas"),
        ("", "no resource type has this attribute: name one of /Schemas"),
        ("name", "is complex: name one of its sub-attributes"),
        ("password", "filters on it go other ways: leave it out"),
        ("meta.created", "filters on it go other ways: leave it out"),
        ("members", "filters on it go other ways: leave it out"),
    ],
)
def test_a_path_that_cannot_have_one_is_refused(path: str, reason: str) -> None:
    with pytest.raises(IndexedPathError) as refused:
        with_indexes(standard_registry(), [path])

    assert str(refused.value) == f"HELIOGRAPH_SCIM_INDEXED_PATHS: {path}: {reason}"
