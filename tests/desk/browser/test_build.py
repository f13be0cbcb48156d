"""What the page's build decides before it does anything."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def build_web() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_web", ROOT / "deploy" / "build_web.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_web"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("version", "good"),
    [
        *(("v20.19.0", True), ("v22.12.0", True), ("v24.1.0", True)),
        *(("v20.18.3", False), ("v18.20.0", False), ("v21.7.0", False), ("v22.11.0", False)),
        *(("", False), ("node: not found", False)),
    ],
)
def test_only_a_node_that_vite_runs_on_is_used(build_web: ModuleType, version: str, good: bool) -> None:
    assert build_web.is_new_enough(version) is good


def test_packages_are_installed_again_only_when_a_needed_one_differs(build_web: ModuleType) -> None:
    lock = {
        "packages": {
            "": {"name": "desk"},
            "node_modules/vue": {"version": "3.5.45"},
            "node_modules/vitest": {"version": "5.1.1", "dev": True},
            "node_modules/fsevents": {"version": "2.3.3", "optional": True},
        }
    }
    assert build_web.is_installed(lock, {"packages": {"node_modules/vue": {"version": "3.5.45"}}})
    assert not build_web.is_installed(lock, {"packages": {"node_modules/vue": {"version": "3.5.44"}}})
    assert not build_web.is_installed(lock, {"packages": {}})


def test_a_changed_source_is_another_page(build_web: ModuleType, tmp_path: Path) -> None:
    names = {path.name for path in build_web.sources()}
    assert {"package-lock.json", "main.ts", "softphone.js", "WorkbenchPage.vue"} <= names
    one = build_web.ROOT / "desk" / "web" / "package.json"
    assert build_web.fingerprint([one]) != build_web.fingerprint([one, one])


def test_a_second_build_finds_nothing_to_do(built: None) -> None:
    done = subprocess.run([sys.executable, "deploy/build_web.py"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_script_can_come_from_data() -> None:
    """Vue shows text as text unless it is told otherwise, and nothing on these pages tells it so."""
    for path in (ROOT / "desk" / "web" / "src").rglob("*"):
        if path.is_file():
            text = path.read_text()
            for danger in ("v-html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                assert danger not in text, f"{danger} in {path.name}"
