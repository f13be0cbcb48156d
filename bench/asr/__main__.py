"""`make bench-asr`: error rates, whole waybills, then cost and latency against the number of streams."""

from __future__ import annotations

from bench.asr import cer, numbers, streams

if __name__ == "__main__":
    raise SystemExit(cer.main() or numbers.main() or streams.main())
