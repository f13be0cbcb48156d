"""Every way of saying and mending a number that the hotline promises to hear, one row each."""

import pytest

from dialog.numbers import decide, rank_candidates
from tests.dialog.number_callers import TAIL, captured


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("幺三八洞洞幺三八洞洞洞", "13800138000"),
        ("拐三幺洞洞幺九六六幺幺三八六", "73100196611386"),
        ("幺三八四个八", "1388888"),
        ("双八三六", "8836"),
        ("三连八", "888"),
        ("两个零三个一", "00111"),
        ("零零七要三", "00713"),
        ("圈圈七", "007"),
        ("三六七久", "3679"),
        ("七十五三幺九六", "753196"),
        ("S F幺四四五六七八九零幺二三四", "SF1445678901234"),
        ("顺丰的 S F，幺四四五", "SF1445"),
        ("艾斯艾福幺四四五", "SF1445"),
        ("Y T 圆通那个，九六九三", "YT9693"),
        ("J D V零零幺", "JDV001"),
        ("D P K 三六四", "DPK364"),
        ("尾号四位是三六七九", "3679"),
        ("手机尾号三六七九", "3679"),
        ("取件码三杠二杠幺零五八", "321058"),
        ("A 八 B 九", "A8B9"),
        ("7310 0196 611386", "73100196611386"),
        ("１３８００１３８０００", "13800138000"),
        ("我手机号是幺三八零零幺三八零零零你查一下", "13800138000"),
        ("七三幺零零，嗯，幺九六，六幺幺三八六", "73100196611386"),
    ],
)
def test_said_at_once(said: str, digits: str) -> None:
    assert captured(said).digits == digits


@pytest.mark.parametrize(
    ("turns", "digits"),
    [
        (("七三幺零零", "嗯", "幺九六", "六幺幺三八六"), "73100196611386"),
        (("前面是 Y T", "九六九三零八三六三九七九五"), "YT9693083639795"),
        (("一共十五位", "后面四个八"), "8888"),
        (("前三位是幺三八", "后面八位零零幺三八零零零"), "13800138000"),
        (("七三幺零零幺九六六", "幺九六六幺幺"), "73100196611"),
        (("幺三八零零幺三八零零零", "最后一位不是零是五"), "13800138005"),
        (("幺三八零零幺三八零零零", "第三位是九"), "13900138000"),
        (("七三幺零零幺九六六", "后四位是二二二二"), "7310019662222"),
        (("七三幺零零幺九六六", "后四位错了是二二二二"), "731002222"),
        (("七三幺零", "从头来", "七三二"), "732"),
        (("七三幺零", "等等，从头来", "七三二"), "732"),
        (("七三幺零", "刚才那个不算，我重新报", "七三幺一"), "7311"),
    ],
)
def test_said_in_pieces(turns: tuple[str, ...], digits: str) -> None:
    assert captured(*turns).digits == digits


@pytest.mark.parametrize(
    ("mended", "digits"),
    [
        ("不对，是八不是七", "3689"),
        ("不对不对，是八不是七", "3689"),
        ("倒数第二位是六", "3669"),
        ("倒数第二位错了，是六", "3669"),
        ("第二位是五", "3579"),
        ("最后一位是五", "3675"),
        ("不对，三六七八", "3678"),
    ],
)
def test_a_tail_is_mended(mended: str, digits: str) -> None:
    assert captured("三六七九", mended, expect=TAIL).digits == digits


@pytest.mark.parametrize("mended", ["是五不是二", "少说了一个九"])
def test_what_cannot_be_placed_is_asked_about(mended: str) -> None:
    assert captured("三六七一", mended).unsure


@pytest.mark.parametrize(
    ("heard", "digits"),
    [
        ("七八九五呃三七八八三幺九零七", "78952378831907"),
        ("七三幺呃七六三二八四九九七零", "73127632849970"),
        ("呃七九零幺九八三九九三九六八九", "79019839939689"),
        ("二七九零幺九八三九九三九六八九", "79019839939689"),
        ("七八九五呃三七八", "7895378"),
        ("七三幺零零，嗯，幺九六，六幺幺三八六", "73100196611386"),
    ],
    ids=["二 heard as 呃", "again", "a hesitation", "a hesitation heard as 二", "not the end yet", "whole without it"],
)
def test_a_hesitation_is_a_two_only_when_the_number_then_comes_to_its_end(heard: str, digits: str) -> None:
    assert captured(heard).digits == digits


def test_a_badly_heard_long_number_still_finds_its_parcel_and_a_strangers_does_not() -> None:
    mine = ("76588792888228", "73100196611386", "75815376397103")
    lost_three = decide(rank_candidates("76888798888", (), mine))
    assert (lost_three.kind, lost_three.candidates[0].number) == ("one", "76588792888228")
    assert decide(rank_candidates("78926341705593", (), mine)).kind == "none"
