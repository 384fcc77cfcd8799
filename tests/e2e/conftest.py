from collections.abc import Iterator

import pytest
from support.cluster import Cluster, running_cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Share a cluster among the tests of a module; each leaves it running and ready."""
    with running_cluster(tmp_path_factory.mktemp("cluster") / "data") as running:
        yield running
