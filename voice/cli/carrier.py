"""``hotline carrier``: the sandbox carrier alone."""

from __future__ import annotations

import argparse

from voice.config import Address, load_settings


def run(options: argparse.Namespace) -> int:
    """Serve the sandbox carrier until interrupted."""
    from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET
    from logistics_client.sandbox.server import listen, run_carrier

    address = Address.parse(options.listen)
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    listener = listen(address.host, address.port)
    listener.listen()
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"sandbox carrier on http://{shown}:{port}", flush=True)
    print(
        f"  a hotline that uses it: CARRIER=http CARRIER_URL=http://{shown}:{port} CARRIER_KEY={SANDBOX_KEY} "
        f"CARRIER_SECRET={SANDBOX_SECRET} .venv/bin/hotline serve",
        flush=True,
    )
    run_carrier(listener, db_path=settings.data_dir / "carrier.sqlite3")
    return 0
