"""The data of a cluster, a backup of them, and places for others."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.cluster_data import ClusterData, make_cluster_data

from helio.backups.making import make_backup
from helio.settings import ClusterSettings, cluster_settings


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> ClusterData:
    return asyncio.run(make_cluster_data(tmp_path_factory.mktemp("original") / "data"))


@pytest.fixture
def data(original: ClusterData, tmp_path: Path) -> ClusterData:
    shutil.copytree(original.folder, tmp_path / "data")
    return replace(original, folder=tmp_path / "data")


@pytest.fixture
def settings(data: ClusterData) -> ClusterSettings:
    return cluster_settings(data=data.folder)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Return a folder for backups and nothing else."""
    places = tmp_path / "places"
    places.mkdir()
    return places


@pytest.fixture
def backup(settings: ClusterSettings, places: Path) -> Path:
    make_backup(settings, places / "backup")
    return places / "backup"


@pytest.fixture
def elsewhere(tmp_path: Path) -> ClusterSettings:
    return cluster_settings(data=tmp_path / "elsewhere")
