"""Reading ``config/`` once at start: the only I/O of the dialogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from dialog.engine.dialogue import Dialogue
from dialog.engine.ports import Captured, NumberHearing, Understander
from dialog.knowledge import Knowledge, parse_knowledge
from dialog.located_yaml import ConfigError
from dialog.numbers import Plausibility, unknown_formats
from dialog.protocol import Expectation
from dialog.rights_file import parse_rights
from dialog.scenes import SCENES
from dialog.settings import Settings, parse_settings
from dialog.wording import Wording, lint, parse_wording
from dialog.wording.names import REQUIRED


def load_dialogue(
    config_dir: Path,
    *,
    understand: Understander | None = None,
    hear_number: NumberHearing | None = None,
    plausible: Plausibility = unknown_formats,
    assist: bool = False,
) -> Dialogue:
    """Read and check everything that operators edit.

    Args:
        config_dir: the folder with ``wording/``, ``who_may_hear.yaml``, ``dialogue.yaml`` and ``knowledge.yaml``.
        understand: replaces ``dialog.understanding.understand``.
        hear_number: replaces the number hearing of ``dialog.numbers``.
        plausible: how well a number fits the carriers' formats.
        assist: whether a language model may be asked about utterances below the line.

    Raises:
        ConfigError: ``file.yaml:12: what is wrong; what to do``.
    """
    wording = _wording(config_dir / "wording")
    return Dialogue(
        wording=wording,
        rights=parse_rights(_bytes(config_dir / "who_may_hear.yaml")),
        knowledge=_knowledge(config_dir / "knowledge.yaml"),
        scenes=SCENES,
        understand=understand or _default_understander(),
        hear_number=hear_number or partial(_default_number_hearing(), plausible=plausible),
        plausible=plausible,
        settings=_settings(config_dir / "dialogue.yaml"),
        assist=assist,
    )


def _default_understander() -> Understander:
    # Imported late: the model is read from disk, and tests bring their own.
    from dialog.understanding import understand

    understand("喂", Expectation())  # the model is read now, not under the first caller's words
    return understand


def _default_number_hearing() -> Callable[..., Captured]:
    from dialog.numbers import hear_number

    return hear_number


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path.name}:1: the file cannot be read ({error.strerror}); put it into the folder"
        ) from error


def _wording(folder: Path) -> Wording:
    wording = Wording()
    for path in sorted(folder.glob("*.yaml")):
        wording = wording.merged(parse_wording(_bytes(path), path.name))
    findings = lint(wording)
    if findings:
        raise ConfigError(str(findings[0]))
    missing = REQUIRED - wording.entries.keys()
    if missing:
        raise ConfigError(f"{folder.name}:1: {min(missing)} is missing; put it back into one of the files")
    return wording


def _settings(path: Path) -> Settings:
    return parse_settings(_bytes(path), path.name) if path.exists() else Settings()


def _knowledge(path: Path) -> Knowledge:
    return parse_knowledge(_bytes(path), path.name) if path.exists() else Knowledge()
