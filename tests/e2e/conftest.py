from collections.abc import Iterator, Mapping

import pytest
from support.cluster import Cluster, running_cluster


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, cluster_store: Mapping[str, str]
) -> Iterator[Cluster]:
    """Share a cluster among the tests of a module; each leaves it running and ready."""
    with running_cluster(tmp_path_factory.mktemp("cluster") / "data", cluster_store) as running:
        yield running
