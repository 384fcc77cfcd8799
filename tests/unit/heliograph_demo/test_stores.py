"""Where the demo's clusters keep their state."""

from pathlib import Path

import pytest

from heliograph_demo.clusters import ClusterError
from heliograph_demo.stores import MongoStore, database_url, opened


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mongodb://h:1/?replicaSet=rs0", "mongodb://h:1/demo-a?replicaSet=rs0"),
        ("mongodb://h:1,i:2/x", "mongodb://h:1,i:2/demo-a"),
        ("mongodb://u:p@h", "mongodb://u:p@h/demo-a?authSource=admin"),
        ("mongodb://u:p@h/x?w=1", "mongodb://u:p@h/demo-a?w=1&authSource=x"),
        ("mongodb://u:p@h/x?authSource=y", "mongodb://u:p@h/demo-a?authSource=y"),
    ],
)
def test_a_cluster_has_databases_of_its_own_and_the_credentials_of_all(
    url: str, expected: str
) -> None:
    assert database_url(url, "demo-a") == expected


def test_both_clusters_have_one_master_key_and_different_databases() -> None:
    store = MongoStore("mongodb://h/?replicaSet=rs0")

    a, b = (store.environment(Path("demo"), name) for name in ("A", "B"))

    assert a["HELIOGRAPH_MASTER_KEY"] == b["HELIOGRAPH_MASTER_KEY"]
    assert a["HELIOGRAPH_STORE"] == "mongodb://h/demo-a?replicaSet=rs0"
    assert b["HELIOGRAPH_STORE"] == "mongodb://h/demo-b?replicaSet=rs0"


@pytest.mark.parametrize(
    ("store", "keep", "cure"),
    [("mysql", False, "--store must be"), ("mongodb", True, "name it by --store mongodb://")],
)
def test_what_cannot_be_is_refused(store: str, *, keep: bool, cure: str) -> None:
    with pytest.raises(ClusterError, match=cure), opened(store, keep=keep):
        pass
