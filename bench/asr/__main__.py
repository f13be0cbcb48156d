"""`make bench-asr`: error rates, then cost and latency against the number of streams."""

from __future__ import annotations

from bench.asr import cer, streams

if __name__ == "__main__":
    raise SystemExit(cer.main() or streams.main())
