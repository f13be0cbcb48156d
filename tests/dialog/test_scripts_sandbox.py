"""The same conversations against the sandbox carrier over HTTP: the small world of the tests does not flatter."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialog.engine import Dialogue
from dialog.scripts import Script, parse_script
from tests.dialog.test_scripts import CALLS
from tests.dialog.world import CONFIG
from voice.rehearsal import rehearse

pytestmark = pytest.mark.long


@pytest.fixture(params=CALLS, ids=[path.stem for path in CALLS])
def script(request: pytest.FixtureRequest) -> Script:
    path: Path = request.param
    return parse_script(path.read_bytes(), path.name)


async def test_conversation_against_the_sandbox(script: Script, dialogue: Dialogue, tmp_path: Path) -> None:
    report = await rehearse(dialogue, script, data_dir=tmp_path, promises=CONFIG / "promises.yaml")
    talk = "\n".join(f"{who}: {text}" for who, text in report.said)
    assert not report.failures, "\n".join([*report.failures, talk])
