import pytest

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding import understand

OPEN = Expectation(kind=ExpectKind.OPEN)


def slots(text: str, expect: Expectation = OPEN, candidates: tuple[str, ...] = ()) -> dict[str, str]:
    return understand(text, expect, candidates=candidates).slots


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("帮我查一下单号七三幺零零幺九六六幺幺三八六", "waybill_no", "73100196611386"),
        ("查一下 SF1445678901234 到哪了", "waybill_no", "SF1445678901234"),
        ("手机尾号三六七九的件到哪了", "phone_tail4", "3679"),
        ("单号我忘了，尾号三六七九", "phone_tail4", "3679"),
        ("单号尾号三六七九的到哪了", "waybill_tail4", "3679"),
        ("尾号三六七九那个件帮我催一下", "waybill_tail4", "3679"),
        ("我没单号，你用我手机号查，13912345678", "contact_phone", "13912345678"),
        ("订单号1234567890123456789帮我查一下", "order_no", "1234567890123456789"),
        ("不是圆通，是韵达", "carrier", "yunda"),
        ("园通快递到哪了", "carrier", "yto"),
        ("我是收件人，查一下快递", "caller_role", "receiver"),
        ("我是寄件人，我要拦截", "caller_role", "sender"),
        ("我帮我妈查一下快递到哪了", "caller_role", "helper"),
        ("我是商家，查一下我发的快递", "caller_role", "merchant"),
        ("我是网点的，问一下", "caller_role", "staff"),
        ("我买的海鲜晚了三天肯定坏了", "goods_type", "海鲜"),
        ("我买的鱼都臭了", "goods_type", "鱼"),
        ("东西值三千块没保价怎么赔", "goods_value", "3000"),
        ("东西值三千块没保价怎么赔", "insured", "no"),
        ("我买了保价的，怎么赔", "insured", "yes"),
        ("地址改成朝阳区建国路88号，行吗", "new_address", "朝阳区建国路88号"),
        ("改到公司，收件人换成我老婆", "new_address", "公司"),
        ("用户留的地址是老小区没有电梯", "address_note", "老小区无电梯"),
        ("我住五楼没电梯，送上来吧", "address_note", "五楼无电梯"),
        ("今天不在家，明天下午三点以后再送", "time_window", "明天下午三点以后"),
        ("改到周六上午送", "time_window", "周六上午"),
        ("晚上七点到九点送可以吗", "time_window", "晚上七点到九点"),
        ("显示签收了但我没收到，门口和驿站都没有", "location_hint", "门口、驿站没有"),
        ("打开一看全碎了，少了一件", "issue_desc", "打开一看全碎了，少了一件"),
    ],
)
def test_slots_are_read(text: str, name: str, value: str) -> None:
    assert slots(text).get(name) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("用我手机号查一下", "goods_type"),
        ("地址改成建国路88号", "time_window"),
        ("我要打12305投诉你们", "waybill_no"),
        ("我昨天下午寄的，到哪了", "time_window"),
        ("三号楼五单元六零二", "waybill_tail4"),
        ("我的快递到哪了", "number"),
        ("向邮政局投诉", "carrier"),
        ("放哪了有照片没", "new_address"),
    ],
)
def test_slots_are_not_invented(text: str, name: str) -> None:
    assert name not in slots(text)


def test_a_bare_tail_is_the_waybill_of_the_callers_own_parcel() -> None:
    asked = Expectation(kind=ExpectKind.DIGITS, min_digits=4, max_digits=4)
    assert slots("三六七九", asked, ("73100000003679",)) == {"number": "3679", "waybill_tail4": "3679"}
    assert slots("三六七九", asked) == {"number": "3679"}


def test_the_number_asked_for_is_what_was_heard_so_far() -> None:
    assert slots("七三幺零零，幺九六", Expectation(kind=ExpectKind.NUMBER))["number"] == "73100196"
