from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.importing import ImportFileError, Watcher, import_orders, import_rows
from logistics_client.orders_table.row import surname_of
from logistics_client.vocabulary import CallerClass
from tests.logistics_client.moving_clock import MovingClock

CSV = """\ufeff运单号,收件人,收件人电话,寄件人电话,订单号,下单时间
73100196611386,李敏,+86 138-0013-8000,13900000801,2611187100012048,2026-11-20 08:30
YT9693083639795,欧阳娜娜,17012340056-3679,,,2026/11/21 09:00:00
,无名,13800138000,,,
73100196611387,王五,110,,,
73100196611388,赵六,13800138001,,,昨天
"""


@pytest.fixture
def table(engine: AsyncEngine, clock: MovingClock) -> OrdersTable:
    return OrdersTable(engine, clock=clock)


async def test_a_csv_with_chinese_headings(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(CSV, encoding="utf-8")
    report = await import_orders(path, table, clock=clock)
    assert (report.stored, report.refused) == (2, 3)
    assert [text.split(":")[0] for text in report.complaints] == ["line 4", "line 5", "line 6"]
    (ref,) = (await table.by_phone("13800138000")).orders
    assert (ref.carrier, ref.receiver_surname, ref.order_no) == ("zto", "李", "2611187100012048")
    (ref,) = await table.search(phone_tail="3679")
    assert (ref.carrier, ref.receiver_surname) == ("yto", "欧阳")


@pytest.mark.parametrize("style", ["array", "lines", "pretty"])
async def test_json_of_every_style(tmp_path: Path, table: OrdersTable, clock: MovingClock, style: str) -> None:
    orders = [{"waybill": f"731001966{n:05d}", "receiver_phone": "13800138000"} for n in range(25)]
    texts = {
        "array": json.dumps(orders),
        "lines": "\n".join(map(json.dumps, orders)),
        "pretty": json.dumps(orders, indent=2),
    }
    path = tmp_path / "orders.json"
    path.write_text(texts[style], encoding="utf-8")
    assert (await import_orders(path, table, clock=clock)).stored == 25
    assert len((await table.by_phone("13800138000")).orders) == 25


async def test_a_big_file_is_stored_in_batches(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    path = tmp_path / "orders.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for n in range(5001):
            stream.write(json.dumps({"waybill": f"731001{n:08d}", "receiver_phone": f"139{n:08d}"}) + "\n")
    assert (await import_orders(path, table, clock=clock)).stored == 5001
    assert len((await table.by_phone("13900005000")).orders) == 1


@pytest.mark.parametrize(
    "broken",
    [
        '{"waybill": "73100196611386", "receiver_phone": "138',
        '{"waybill": [[[',
        '"waybill": 3}',
        "null",
        "[]",
        "{" * 50,
    ],
)
async def test_a_broken_json_line_does_not_stop_the_rest(
    tmp_path: Path, table: OrdersTable, clock: MovingClock, broken: str
) -> None:
    good = [json.dumps({"waybill": f"7310019661138{n}", "receiver_phone": "13800138000"}) for n in range(3)]
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join([good[0], broken, *good[1:]]), encoding="utf-8")
    told: list[str] = []
    report = await import_orders(path, table, clock=clock, watcher=Watcher(refused=told.append))
    assert report.stored == 3
    # An empty list is only a bracket between two rows, as in an array.
    assert told == report.complaints == ([] if broken == "[]" else ["line 2: this is no JSON object; correct it"])


async def test_a_broken_csv_line_does_not_stop_the_rest(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    path = tmp_path / "orders.csv"
    huge = "x" * 200_000
    path.write_text(f"运单号;收件人电话\n73100196611386;13800138000\n{huge};1\n73100196611387;13800138000\n")
    report = await import_orders(path, table, clock=clock)
    assert (report.stored, report.complaints) == (2, ["line 3: this line is no CSV; check its quotes"])


async def test_a_file_as_excel_saves_it(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("运单号\t收件人\t收件人电话\r\n73100196611386\t李敏\t13800138000\r\n".encode("gb18030"))
    assert (await import_orders(path, table, clock=clock)).stored == 1
    assert (await table.by_phone("13800138000")).orders[0].receiver_surname == "李"


async def test_a_row_in_another_encoding_is_refused_alone(
    tmp_path: Path, table: OrdersTable, clock: MovingClock
) -> None:
    rows = [json.dumps({"waybill": f"731{n:011d}", "receiver_phone": "13800138000"}) for n in range(2000)]
    odd = '{"waybill": "73199999999999", "receiver_phone": "13800138000", "goods": "海鲜"}'.encode("gbk")
    path = tmp_path / "orders.jsonl"
    path.write_bytes("\n".join(rows).encode() + b"\n" + odd)
    report = await import_orders(path, table, clock=clock)
    assert (report.stored, report.refused) == (2000, 1)
    assert "another encoding" in report.complaints[0]


async def test_progress_is_told_batch_by_batch(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    rows = [(n, {"waybill": f"731{n:011d}", "receiver_phone": "13800138000"}) for n in range(4001)]
    seen: list[int] = []
    await import_rows(rows, table, clock=clock, watcher=Watcher(stored=lambda report: seen.append(report.stored)))
    assert seen == [2000, 4000, 4001]


async def test_importing_twice_changes_nothing(tmp_path: Path, table: OrdersTable, clock: MovingClock) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(CSV, encoding="utf-8")
    for _ in range(2):
        await import_orders(path, table, clock=clock)
    assert len((await table.by_phone("13800138000")).orders) == 1


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("orders.csv", b"a,b\n1,2\n", "no waybill column"),
        ("orders.csv", b"", "no waybill column"),
        ("orders.json", b"[1, 2]", "no order"),
        ("orders.json", b'[{"waybill": "73100196611386"', "no order"),
        ("orders.json", b"<html>", "no waybill column"),
    ],
)
async def test_a_file_that_is_no_orders_says_so(
    tmp_path: Path, table: OrdersTable, name: str, content: bytes, word: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=word):
        await import_orders(path, table)


async def test_a_missing_file_says_so(tmp_path: Path, table: OrdersTable) -> None:
    with pytest.raises(ImportFileError, match="check its path"):
        await import_orders(tmp_path / "none.csv", table)


async def test_a_register_of_numbers_is_loaded_by_the_same_command(
    tmp_path: Path, table: OrdersTable, clock: MovingClock
) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(
        "电话,号码类型,名称\n13800138012,员工,\n13800138011,merchant,海风优选\n13800138014,坏人,\n,黑名单,\n",
        encoding="utf-8",
    )
    report = await import_orders(path, table, clock=clock)
    assert (report.stored, report.refused) == (2, 2)
    assert (await table.by_phone("13800138012")).caller_class is CallerClass.STAFF
    known = await table.by_phone("13800138011")
    assert (known.caller_class, known.name) == (CallerClass.MERCHANT, "海风优选")


async def test_rows_of_a_push_are_stored_alike(table: OrdersTable, clock: MovingClock) -> None:
    rows = [{"waybill": "73100196611386", "receiver_phone": "13800138000"}, {"waybill": "x"}]
    report = await import_rows(enumerate(rows, 1), table, clock=clock)
    assert (report.stored, report.complaints) == (1, ["line 2: the waybill is missing or has an impossible length"])


def test_only_the_surname_is_kept() -> None:
    assert [surname_of(name) for name in ("李敏", "欧阳娜娜", "欧阳", "", None)] == ["李", "欧阳", "欧", None, None]
