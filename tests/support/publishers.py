"""Publishers without a network: what streams have one, and what it answers."""

from collections import defaultdict
from dataclasses import dataclass, field

from set_receiver.domain.errors import StreamUnknownError
from set_receiver.domain.fetching import Answer, Gone, Publisher

PUBLISHER = Publisher("https://publisher.example/scim/v2", "Bearer a-secret-of-the-publisher")


@dataclass
class KnownStreams:
    """Every stream has the same publisher, if any; with `is_known` false none is known."""

    publisher: Publisher | None = None
    is_known: bool = True

    def publisher_of(
        self,
        tenant: str,  # noqa: ARG002  all are the same
        stream_id: str,  # noqa: ARG002
    ) -> Publisher | None:
        if not self.is_known:
            raise StreamUnknownError(is_registrar_away=True)
        return self.publisher


@dataclass
class ScriptedPublisher:
    """Answers by URI, one after the other and the last again and again; else there is nothing."""

    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)

    async def fetch(self, publisher: Publisher, uri: str) -> Answer:
        assert publisher == PUBLISHER
        self.asked.append(uri)
        answers = self.answers[uri]
        if not answers:
            return Gone()
        return answers.pop(0) if len(answers) > 1 else answers[0]
