"""Understanding one utterance: intents, slots and feeling, in the context of the question that was asked.

Pure and fast (a linear model over n-grams of characters and pinyin, plus grammars); the texts it was trained on are
``dialog/data/utterances``, and ``python -m dialog.understanding.build`` makes the stored model again.
"""

from dialog.understanding.intents import ALL_INTENTS, DIALOGUE_INTENTS, SERVICE_INTENTS
from dialog.understanding.reader import LINE, understand
from dialog.understanding.reading import IntentScore, Understanding

__all__ = [
    "ALL_INTENTS",
    "DIALOGUE_INTENTS",
    "LINE",
    "SERVICE_INTENTS",
    "IntentScore",
    "Understanding",
    "understand",
]
