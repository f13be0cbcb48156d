"""The checker before the voice: no source, not spoken.

The wording was linted when it was loaded, so what is left to prove for one sentence is that it is exactly its wording
with its facts, and that every fact still reads from its source as it is about to be spoken.
"""

from __future__ import annotations

from dialog.facts import FACTS, View
from dialog.protocol import Sentence
from dialog.wording.catalogue import Wording


def check(sentence: Sentence, wording: Wording, view: View) -> str | None:
    """Say why a sentence may not be spoken, or None when it may."""
    entry = wording.by_mark(sentence.wording)
    if entry is None:
        return f"{sentence.wording} is not in the wording files"
    for fact in sentence.facts:
        kind = FACTS.get(fact.source)
        if kind is None:
            return f"{fact.source} is no known source"
        if kind.value(view) != fact.value:
            return f"{fact.source} does not say so, or this caller may not hear it"
        if kind.private and not sentence.private:
            return f"{fact.source} is private and would leave the machine"
    spoken = {fact.source: fact.value for fact in sentence.facts}
    named = tuple(fact.source for fact in sentence.facts)
    if not any(variant.blanks == named and variant.fill(spoken) == sentence.text for variant in entry.variants):
        return f"the words are not those of {sentence.wording}"
    return None
