"""espeak-ng voice variants: who trains the model and who is kept to test it.

A variant changes formants, pitch and roughness of the Mandarin voice. The held-out ones are never trained on;
callers in tests and in ``hotline call`` speak with them.
"""

from __future__ import annotations

HELD_OUT_VOICES = (
    "f4", "m7", "Andrea", "Gene", "Lee", "Alicia", "Marco", "steph", "david", "travis", "pablo", "linda",
)  # fmt: skip
"""Kept for testing: six lower and six higher voices of plain quality."""

TRAIN_VOICES = (
    "", "f1", "f2", "f3", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m8",
    "Alex", "Andy", "Annie", "AnxiousAndy", "Denis", "Diogo", "Gene2", "Henrique", "Hugo", "Jacky", "Mario",
    "Michael", "Mike", "Mr serious", "Nguyen", "Reed", "RicishayMax", "RicishayMax2", "RicishayMax3", "Storm",
    "Tweaky", "adam", "anika", "announcer", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "ed",
    "edward", "edward2", "fast", "grandma", "grandpa", "gustave", "ian", "iven", "iven2", "iven3", "iven4",
    "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "marcelo", "max", "michel",
    "miguel", "mike2", "norbert", "paul", "pedro", "quincy", "robert", "sandro", "shelby", "steph2",
    "steph3", "victor", "zac",
)  # fmt: skip
"""Heard in training; the empty name is the plain voice. Whispering, croaking and robot variants are left out, and
``rob``, which crashes espeak-ng 1.52 on some sentences."""
