"""``hotline carrier``: the sandbox carrier alone."""

from __future__ import annotations

import argparse

from voice.config import Address, load_settings


def run(options: argparse.Namespace) -> int:
    """Serve the sandbox carrier until interrupted."""
    from logistics_client.sandbox.server import run_carrier

    address = Address.parse(options.listen)
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    print(f"sandbox carrier on http://{address.host}:{address.port}", flush=True)
    run_carrier(address.host, address.port, db_path=settings.data_dir / "carrier.sqlite3")
    return 0
