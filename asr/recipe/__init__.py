"""The recipe of the embedded recogniser: text, speech, telephone channel, training, export, measurement.

Run it with ``python -m asr.recipe``. It needs the ``funasr`` extra (torch); the parts that make text,
speech and channels need only numpy, scipy and espeak-ng.
"""
