"""`make bench-asr`: error rates, false words, whole waybills, then cost and latency against the number of streams.

With ``funasr`` installed the yardstick ``AutoModel`` runs beside; a real-size Paraformer is measured by
``python -m bench.asr.real_size`` (8 GB of memory), which is not part of this run.
"""

from __future__ import annotations

from bench.asr import cer, load, numbers, quiet

if __name__ == "__main__":
    raise SystemExit(cer.main() or quiet.main() or numbers.main() or load.main())
