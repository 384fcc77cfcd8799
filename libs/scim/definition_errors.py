"""What is wrong with a definition, and where (RFC 7643 sections 6 and 7)."""

from dataclasses import dataclass, replace


class DefinitionError(Exception):
    """A schema or a resource type that cannot be used; its text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: of what is defined there, and of what in it."""

    file: str
    path: str = ""

    def within(self, name: str, *, separator: str = ".") -> "Place":
        """Return the place of a part."""
        return replace(self, path=f"{self.path}{separator}{name}" if self.path else name)

    def wrong(self, what: str) -> DefinitionError:
        """Return the error that says what is wrong here, and what would be right."""
        where = f"{self.file}: {self.path}" if self.path else self.file
        return DefinitionError(" ".join(f"{where}: {what}".split()))
