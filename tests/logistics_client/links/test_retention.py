"""What callers sent is deleted when its time is over, and not before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from logistics_client.config_lines import ConfigLineError
from logistics_client.links import Purpose
from logistics_client.links.retention import Retention, read_retention
from tests.logistics_client.links.desk import WAYBILL, Desk, photo

SHORT = Retention(timedelta(days=30), timedelta(days=60))


async def test_links_go_first_photos_later_and_shared_photos_last(desk: Desk) -> None:
    first, _ = await desk.send(Purpose.PHOTO)
    await desk.links.take_photos(first, [photo(), photo("PNG")])
    desk.clock.forward(days=31)
    second, _ = await desk.send(Purpose.PHOTO)
    await desk.links.take_photos(second, [photo()])
    await desk.links.purge(SHORT)
    assert await desk.links.store.get(first.link_id) is None
    assert await desk.links.store.uses(first.link_id) == ()
    assert len(await desk.links.store.evidence(first.link_id)) == 2
    assert len(files(desk)) == 4
    desk.clock.forward(days=30)
    await desk.links.purge(SHORT)
    assert await desk.links.store.evidence(first.link_id) == ()
    (kept,) = await desk.links.store.evidence(second.link_id)
    assert {path.stem for path in files(desk)} == {kept.sha256}
    assert desk.links.vault.is_intact(kept, WAYBILL)
    desk.clock.forward(days=31)
    await desk.links.purge(SHORT)
    assert files(desk) == []


async def test_what_did_not_reach_its_order_is_kept(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    desk.outcomes.away = True
    await desk.links.take_photos(link, [photo()])
    desk.clock.forward(days=31)
    await desk.links.purge(SHORT)
    assert await desk.links.store.get(link.link_id) is not None
    desk.outcomes.away = False
    await desk.links.tick()
    await desk.links.purge(SHORT)
    assert await desk.links.store.get(link.link_id) is None
    assert len(desk.outcomes.uses) == 1


def files(desk: Desk) -> list[Path]:
    return [path for path in desk.root.rglob("*") if path.is_file()]


def test_the_file_of_the_repository_is_read() -> None:
    path = Path(__file__).parents[3] / "config" / "retention.yaml"
    assert read_retention(path) == Retention(timedelta(days=90), timedelta(days=180))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parcels: {links: 3d}", "1: links are deleted while they still work"),
        ("parcels:\n  links: 90d\n  photos: 30d", "3: photos are deleted before"),
        ("parcels: {links: forever}", "no length of time"),
        ("parcels: {texts: 3d}", "texts is not known"),
    ],
)
def test_a_wrong_length_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigLineError, match=words):
        read_retention(path)


def test_other_rooms_have_their_own_sections(tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text("recordings: 30d\n", "utf-8")
    assert read_retention(path) == read_retention(tmp_path / "none.yaml") == Retention()
