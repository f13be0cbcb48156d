"""The wording files, their parser, linter and checker."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import dialog
from dialog.engine import ConfigError, Dialogue, load_dialogue
from dialog.engine.turn import Turn
from dialog.facts import FACTS
from dialog.wording import Wording, lint, parse_wording
from dialog.wording.names import REQUIRED
from tests.dialog.world import CONFIG, Call

_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_NO_WORDING = re.compile(r"^parcel\.|\.yaml$|^promise\.made$")  # facts, files and an event of the ledger


def _names_in_code() -> set[str]:
    """Names of entries that stand as text anywhere in the engine or the scenes."""
    folder = Path(dialog.__file__).parent
    files = [path for part in ("engine", "scenes") for path in (folder / part).glob("*.py")]
    texts = [
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {
        text
        for text in texts
        if _NAME.fullmatch(text) and not text.startswith(("parcel.", "call.")) and not text.endswith(".yaml")
    }


def test_the_required_names_are_those_that_the_code_uses() -> None:
    assert _names_in_code() == REQUIRED


def test_nothing_is_written_that_nobody_says(dialogue: Dialogue) -> None:
    free = ("intent.", "empathy.")
    extra = {
        name
        for name in dialogue.wording.entries.keys() - REQUIRED
        if not name.startswith(free) and name.removesuffix(".again") not in REQUIRED
    }
    assert extra == set()


def test_the_files_have_no_finding(dialogue: Dialogue) -> None:
    assert lint(dialogue.wording) == ()


def _finding(sentence: str, name: str = "track.where") -> str:
    entries = parse_wording(f'{name}:\n  version: 1\n  say:\n    - "{sentence}"\n'.encode(), "w.yaml")
    findings = lint(Wording().merged(entries))
    return str(findings[0]) if findings else ""


@pytest.mark.parametrize(
    ("sentence", "complaint"),
    [
        ("我保证今晚送到。", "promises what nobody can keep"),
        ("您的包裹明天到。", "a time"),
        ("三天内回复您。", "a quantity"),
        ("请拨打95338。", "a digit"),
        ("请找王师傅。", "a name"),
        ("包裹到了湖北省。", "a place"),
        ("您尾号{parcel.tail}的包裹", "does not end"),
        ("这句话" + "很长" * 40 + "。", "too long"),
    ],
)
def test_the_linter_names_what_may_not_be_said(sentence: str, complaint: str) -> None:
    finding = _finding(sentence)
    assert finding.startswith("w.yaml:4: ")
    assert complaint in finding


@pytest.mark.parametrize(
    "sentence",
    ["请按1,人工请按0。", "请再说一次。", "您慢一点说。", "请说后四位。", "您尾号{parcel.tail}的包裹{parcel.where}。"],
)
def test_the_linter_lets_harmless_words_pass(sentence: str) -> None:
    assert _finding(sentence) == ""


def test_a_greeting_is_short() -> None:
    assert "too long" in _finding(
        "您好,这里是一家服务特别周到的快递公司自动语音客服,本次通话有录音。", "opening.greeting"
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a.b:\n  version: 1\n  say:\n    - '{parcel.tali}。'\n", r"w.yaml:4: \{parcel.tali\} is no known fact"),
        ("a.b:\n  version: 1\n  say:\n    - '{}。'\n", "w.yaml:4"),
        ("a.b:\n  say:\n    - 好。\n", "w.yaml:2: version is missing"),
        ("a.b:\n  version: 0\n  say: [好。]\n", "w.yaml:2: 0 is too small"),
        ("a.b:\n  version: 1\n  say: []\n", "w.yaml:2: a.b says nothing"),
        ("a.b:\n  version: 1\n  say: 好。\n", "w.yaml:3: a list"),
        ("a.b: {version: 1, say: [好。]}\na.b: {version: 1, say: [好。]}\n", "w.yaml:2: a.b is written twice"),
        ("a.b:\n  version: 1\n  speak: [好。]\n", "w.yaml:3: speak is not known here"),
        ("a.b:\n\tversion: 1\n", "w.yaml:2: .*correct the YAML here"),
        ("", "w.yaml:1: the file is empty"),
        ("- a\n", "w.yaml:1: a mapping"),
    ],
)
def test_mistakes_of_an_operator_are_named_with_their_line(text: str, error: str) -> None:
    with pytest.raises(ConfigError, match=error):
        parse_wording(text.encode(), "w.yaml")


def test_a_file_that_is_not_utf8_is_named() -> None:
    with pytest.raises(ConfigError, match=r"w.yaml:1: the file is not UTF-8"):
        parse_wording("好".encode("gbk"), "w.yaml")


def test_an_entry_in_two_files_is_named() -> None:
    first = parse_wording("a.b: {version: 1, say: [好。]}".encode(), "one.yaml")
    second = parse_wording("a.b: {version: 1, say: [好。]}".encode(), "two.yaml")
    with pytest.raises(ConfigError, match=r"two.yaml:1: a.b is already in one.yaml:1"):
        Wording().merged(first).merged(second)


def _copy_config(target: Path) -> Path:
    for path in (*CONFIG.glob("*.yaml"), *(CONFIG / "wording").glob("*.yaml")):
        copy = target / path.relative_to(CONFIG)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return target


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("wording/people.yaml", "nobody.busy:", "nobody.buzy:", "nobody.busy is missing"),
        ("wording/track.yaml", "您收到了吗?", "明天您收到了吗?", r"track.yaml:\d+: 「明天」 looks like a time"),
        ("dialogue.yaml", "reprompts: 2", "reprompts: many", r"dialogue.yaml:2: many is not a whole number"),
        ("dialogue.yaml", "survey: true", "survey: maybe", "survey is a switch; write true or false"),
        ("dialogue.yaml", "reprompts: 2", "repromts: 2", "dialogue.yaml:2: repromts is not known here"),
        ("who_may_hear.yaml", "trace: yes", "trace: sometimes", r"who_may_hear.yaml:\d+: sometimes is no right"),
        ("knowledge.yaml", "asks: [发票", "words: [发票", r"knowledge.yaml:\d+: words is not known here"),
    ],
)
def test_a_broken_folder_is_refused_at_start(tmp_path: Path, file: str, old: str, new: str, error: str) -> None:
    folder = _copy_config(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=error):
        load_dialogue(folder)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = _copy_config(tmp_path)
    (folder / "who_may_hear.yaml").unlink()
    with pytest.raises(ConfigError, match=r"who_may_hear.yaml:1: the file cannot be read"):
        load_dialogue(folder)


def test_phrases_for_prerendering_are_whole_sentences(dialogue: Dialogue) -> None:
    phrases = dialogue.phrases()
    assert "还有别的要帮您吗?" in phrases
    assert not [phrase for phrase in phrases if "{" in phrase]


def test_variants_take_turns(dialogue: Dialogue) -> None:
    view = Turn(dialogue, Call(dialogue).state).view()
    said = [dialogue.wording["home.more"].render(view, times) for times in range(3)]
    assert len({sentence.text for sentence in said if sentence}) == 3


def test_every_fact_has_an_example_that_a_caller_could_hear() -> None:
    assert all(fact.example for fact in FACTS.values())
    assert len({fact.name for fact in FACTS.values()}) == len(FACTS)


def test_every_fact_is_in_the_documents() -> None:
    text = (CONFIG.parent / "docs" / "dialogue.md").read_text(encoding="utf-8")
    assert [name for name in FACTS if f"`{name}`" not in text] == []
