"""Whether words said over the bot are meant for it: ``takes`` the floor, ``leaves`` it, or ``unsure``.

A murmur, a word to somebody in the room and a child in the background leave the floor; a wish, a correction, digits and
a request for time take it. Trained with the model of turn states (``python -m dialog.turns.build``). What people say to
others is endless and no list of it is long enough, so the words must also mean something to a parcel hotline: the two
probabilities are multiplied. Over a question this does not hold, for a name or a place may answer it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from dialog.turns import signals
from dialog.turns.model import DATA, features
from dialog.understanding.model import intent_model, softmax
from dialog.understanding.normalise import normalise
from dialog.understanding.urgent import urgent_by_word

FloorClaim: TypeAlias = Literal["takes", "leaves", "unsure"]

ARTEFACT = DATA / "claim.npz"
_TAKES, _LEAVES = 0.75, 0.4
_TAKES_BY_MEANING, _LEAVES_BY_MEANING = 0.5, 0.3
_NO_WISH = {"out_of_domain", "hold", "backchannel"}

_STOP = re.compile(
    r"^(?:[哎喂嗯啊,]|你|先)*(?:等一?下|等等|等会|停|慢着|打住|不对|不是|错了|别说|别念|听我说|我说|人工|转人工|重新|再说|"
    r"没听清|大声|慢一?点|不要|不用|算了|够了|行了行了)|转人工|人工客服|真人|再说一遍|没听清|不对不对|说错了"
)
_LATER = re.compile(r"等?(?:一?会儿?|下|忙完)(?:再|跟|给|找|去|和)(?:你|他|她|去|来|说)")
_DIGITS = re.compile(r"[零一二两三四五六七八九洞拐勾]{2,}(?![个次天楼号点斤块])|[零一二三四五六七八九]{4,}")
_NEW_THOUGHT = re.compile(
    r"^(?:[哎喂嗯啊,]|那)*(?:不对|不是|错了|等一?下|等等|停|转人工|人工|算了|不用|不要|重新|谢谢|再见|拜拜)"
)


@dataclass(frozen=True)
class ClaimModel:
    """Logistic regression over the features of turn states; ``sources`` is the hash of what it was trained from."""

    weights: dict[str, float]
    bias: float
    sources: str

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> ClaimModel:
        """Read the artefact; no unpickling."""
        with np.load(path, allow_pickle=False) as data:
            names = str(data["names"]).split("\n")
            weights = dict(zip(names, data["weights"].astype(float).tolist(), strict=True))
            return cls(weights, float(data["bias"]), str(data["sources"]))

    def probability(self, flat: str) -> float:
        """Probability that the words are meant for the bot, 0..1."""
        logit = self.bias + sum(self.weights.get(name, 0.0) for name in set(features(flat)))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))


@cache
def claim_model() -> ClaimModel:
    """The packaged model, loaded once."""
    return ClaimModel.load()


def floor_claim(text: str, asked: bool = True) -> FloorClaim:
    """Judge words said while the bot speaks (they may still grow); ``asked`` when it is just asking its question."""
    flat = normalise(text)
    if not flat or signals.is_murmur(flat) or _LATER.search(flat):
        return "leaves"
    if _STOP.search(flat) or _DIGITS.search(flat) or urgent_by_word(flat):
        return "takes"
    if flat.strip("喂,") == "":
        return "leaves"  # somebody tests the line: going on is the answer
    if len(flat) < 2 or signals.is_filler(flat):
        return "unsure"
    probability = claim_model().probability(flat)
    takes, leaves = _TAKES, _LEAVES
    if not asked:
        probability *= _means_something(flat)
        takes, leaves = _TAKES_BY_MEANING, _LEAVES_BY_MEANING
    if probability >= takes:
        return "takes"
    return "leaves" if probability <= leaves else "unsure"


def _means_something(flat: str) -> float:
    """Probability of the likeliest wish, 0 when the words are likelier none."""
    model = intent_model()
    probabilities = softmax(model.logits(flat))
    likeliest = int(probabilities.argmax())
    return 0.0 if model.intents[likeliest] in _NO_WISH else float(probabilities[likeliest])


def is_new_thought(text: str) -> bool:
    """Whether words after a finished turn correct it or turn away from it, so that the two are not one sentence."""
    return _NEW_THOUGHT.match(normalise(text)) is not None
