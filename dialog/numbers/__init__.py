"""Hearing numbers: spoken digits to waybills, phones, tails and codes, over several turns and with corrections.

capture = NumberCapture.start(expect).add("七三幺零零").add("幺九六，不对，幺九七")
capture.digits, capture.complete
decide(rank_candidates(capture.digits, (), expect.candidates, plausibility))
"""

from dialog.numbers.candidates import Candidate, Match, decide, rank_candidates
from dialog.numbers.capture import NumberCapture, hear_number
from dialog.numbers.formats import Plausibility, unknown_formats
from dialog.numbers.readback import read_back
from dialog.numbers.signs import read_line

__all__ = [
    "Candidate",
    "Match",
    "NumberCapture",
    "Plausibility",
    "decide",
    "hear_number",
    "rank_candidates",
    "read_back",
    "read_line",
    "unknown_formats",
]
