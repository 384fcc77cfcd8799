"""What the clients of the soak were told, to be held against what everybody else saw."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Account:
    """One person: the versions that were acknowledged, in their order, and the present state."""

    uri: str
    versions: list[str] = field(default_factory=list)
    title: str = ""
    is_deleted: bool = False


class Ledger:
    """The accounts of all people whose creation was acknowledged."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}

    def created(self, uri: str, *, version: str, title: str) -> Account:
        """Open an account."""
        account = Account(uri, [version], title)
        self.accounts[uri] = account
        return account

    @property
    def changes(self) -> int:
        """Return how many changes were acknowledged."""
        return sum(len(account.versions) + account.is_deleted for account in self.accounts.values())
