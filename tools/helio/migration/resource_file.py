"""A file of resources, one JSON object a line (NDJSON), by gzip when its name ends in .gz."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from servicekit.failures import StartError


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty: a resource, or what is wrong with it."""

    number: int
    resource: Mapping[str, Any]
    problem: str = ""

    @property
    def source_id(self) -> str:
        """The id that the resource had where it comes from; a line of its own where it had none."""
        given = self.resource.get("id")
        return given if isinstance(given, str) and given else f"line {self.number}"


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """A file of resources, read as often as need be."""

    path: Path

    def lines(self, is_passed_over: Callable[[int], bool] = lambda _: False) -> Iterator[Line]:
        """Give its lines, without those that are passed over by their numbers.

        Raises `StartError` when it cannot be read to its end.
        """
        try:
            with self._opened() as file:
                for number, text in enumerate(file, start=1):
                    if not is_passed_over(number) and text.strip():
                        yield _line(number, text)
        except EOFError:
            raise StartError(f"{self.path} is cut off: it is no whole gzip file") from None
        except OSError as error:
            why = error.strerror or str(error)
            raise StartError(f"cannot read {self.path}: {why}") from None

    def _opened(self) -> AbstractContextManager[Iterable[bytes]]:
        return gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb")


def _line(number: int, text: bytes) -> Line:
    try:
        resource = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Line(number, {}, f"no JSON: {error}")
    if not isinstance(resource, dict):
        return Line(number, {}, "no JSON object: a line is one resource")
    return Line(number, resource)
