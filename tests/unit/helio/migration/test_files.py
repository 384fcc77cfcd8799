"""Files of resources: in the making, and read again."""

import gzip
import stat
from pathlib import Path
from typing import Any

import pytest

from helio.migration.partial_file import PartialFile
from helio.migration.resource_file import Line, ResourceFile
from servicekit.failures import StartError

ANN: dict[str, Any] = {"id": "a"}
BOB: dict[str, Any] = {"id": "b"}


@pytest.mark.parametrize("name", ["all.ndjson", "all.ndjson.gz"])
def test_what_was_not_kept_is_cut_off(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with PartialFile(target).opened() as left:
        assert left is None
    first = PartialFile(target)
    with first.opened():
        first.append([ANN])
        first.keep({"source": "x"})
        first.append([BOB])

    second = PartialFile(target)
    with second.opened() as left:
        ids = list(second.ids(behind=0))
        second.append([BOB])
        second.finish()

    assert left is not None
    assert (left["source"], ids) == ("x", ["a"])
    assert [line.resource for line in ResourceFile(target).lines()] == [ANN, BOB]
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "all.ndjson"
    target.touch()

    with pytest.raises(StartError, match="exists already"), PartialFile(target).opened():
        pass


def test_two_do_not_write_one_file(tmp_path: Path) -> None:
    target = tmp_path / "all.ndjson"

    with (
        PartialFile(target).opened(),
        pytest.raises(StartError, match="another `helio`"),
        PartialFile(target).opened(),
    ):
        pass


def test_a_line_that_is_no_resource_says_so(tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson"
    path.write_bytes(b'{"id": "a"}\n\n[1]\n{"userName": "x"}\n{\n')

    lines = list(ResourceFile(path).lines())

    assert lines[0] == Line(1, ANN)
    assert [line.number for line in lines] == [1, 3, 4, 5]
    assert [bool(line.problem) for line in lines] == [False, True, False, True]
    assert [line.source_id for line in lines[:3]] == ["a", "line 3", "line 4"]


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"id": "a"}\n')[:-6])

    with pytest.raises(StartError, match="cut off"):
        list(ResourceFile(path).lines())
