"""What the hotline knows apart from parcels: prices, hours, rules, read from ``config/knowledge.yaml``.

::

    invoice:
      asks: [发票, 报销]
      answer: 电子发票在官方小程序的订单页面就能开。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialog.located_yaml import read

_LONGEST = 80  # characters of an answer that a caller can follow


@dataclass(frozen=True, slots=True)
class Topic:
    """One question with its answer; the longest word found in what was said decides."""

    name: str
    asks: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All answers by name."""

    topics: Mapping[str, Topic] = field(default_factory=dict)

    def find(self, text: str) -> str | None:
        """Name the entry that a question is about, None when no word fits."""
        best: tuple[int, str] | None = None
        for topic in self.topics.values():
            for word in topic.asks:
                if word in text and (best is None or len(word) > best[0]):
                    best = (len(word), topic.name)
        return best[1] if best else None

    def answer(self, name: str | None) -> str | None:
        """The answer of an entry."""
        topic = self.topics.get(name or "")
        return topic.answer if topic is not None else None


def parse_knowledge(data: bytes, file: str = "knowledge.yaml") -> Knowledge:
    """Read the file.

    Raises:
        ConfigError: with its line.
    """
    topics: dict[str, Topic] = {}
    for name, node in read(data, file).items():
        node.only("asks", "answer")
        answer = node.need("answer")
        text = answer.text()
        if len(text) > _LONGEST:
            answer.fail(f"{len(text)} characters are too long to listen to; say it in at most {_LONGEST}")
        if not text.endswith(("。", "?", "？", "!", "！")):
            answer.fail("the answer does not end; add a full stop")
        asks = tuple(word.text() for word in node.need("asks").sequence())
        if not all(asks) or not asks:
            node.need("asks").fail("an empty word would answer everything; write the words callers use")
        topics[name] = Topic(name, asks, text)
    return Knowledge(topics)
