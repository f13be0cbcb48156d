import random
from pathlib import Path

import numpy as np
import pytest

from asr.recipe import features, network
from asr.recipe.batches import PREFIXES, Example, Shards, collate, endless, plan

TOKENS = network.token_list("快递到了")
TEXTS = ["快递到了", "到了", "", "快件", "sfa"]
FRAMES = [300, 120, 60, 90, 200]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    add_shard(tmp_path, 0)
    return tmp_path


def add_shard(folder: Path, number: int) -> None:
    path = folder / f"shard-{number:03d}"
    path.mkdir()
    starts = np.cumsum([0, *FRAMES])
    np.save(path / "mel.npy", (np.arange(starts[-1] * 80) % 15).reshape(-1, 80).astype(np.float16))
    np.save(path / "index.npy", np.array([(a, n, 6, n - 6) for a, n in zip(starts, FRAMES, strict=False)]))
    (path / "text.txt").write_text("\n".join(TEXTS) + "\n", encoding="utf-8")


def test_sentences_with_unknown_characters_are_left_out_and_empty_ones_kept(folder: Path) -> None:
    shards = Shards(folder, TOKENS)
    assert shards.refresh() == 1
    assert [len(example.tokens) for example in shards.examples] == [4, 2, 0, 3]
    assert [example.length for example in shards.examples] == [50, 20, 10, 34]


def test_new_shards_join_and_old_ones_are_not_read_twice(folder: Path) -> None:
    shards = Shards(folder, TOKENS)
    shards.refresh()
    add_shard(folder, 1)
    assert shards.refresh() == 2
    assert len(shards.examples) == 8
    assert shards.examples[4].shard == 1


def test_batches_stay_within_their_frames_and_lose_nobody() -> None:
    rng = random.Random(1)
    examples = [Example(0, 0, rng.randint(30, 900), 0, 0, ()) for _ in range(300)]
    groups = plan(examples, 600, rng)
    assert sum(map(len, groups)) == 300
    for group in groups:
        assert len(group) == 1 or max(e.length for e in group) * len(group) <= 600


def test_a_batch_is_padded_prefixed_and_bordered(folder: Path) -> None:
    shards = Shards(folder, TOKENS)
    shards.refresh()
    seen = set()
    for seed in range(30):
        zero, one = np.zeros(560, np.float32), np.ones(560, np.float32)
        batch = collate(shards.examples[:3], shards, zero, one, random.Random(seed))
        seen.add(batch.prefix)
        assert batch.speech.shape == (3, 50 + batch.prefix, 560)
        assert not batch.speech[:, : batch.prefix].any()
        assert batch.lengths.tolist() == [50 + batch.prefix, 20 + batch.prefix, 10 + batch.prefix]
        assert batch.text_lengths.tolist() == [4, 2, 0]
        assert batch.text[2].tolist() == [-1, -1, -1, -1]
        assert batch.borders[0].tolist() == [1 + batch.prefix, 49 + batch.prefix]
    assert seen == set(PREFIXES)


def test_processes_never_get_the_same_batch(folder: Path) -> None:
    zero, one = np.zeros(560, np.float32), np.ones(560, np.float32)
    drawn = []
    for rank in range(2):
        shards = Shards(folder, TOKENS)
        stream = endless(shards, zero, one, 3, 50, (rank, 2))
        drawn.append({tuple(next(stream).text_lengths)})
    assert not drawn[0] & drawn[1]


def test_stacking_repeats_the_borders_and_keeps_every_sixth_frame() -> None:
    mel = np.repeat(np.arange(14, dtype=np.float32)[:, None], 80, axis=1)
    stacked = features.stack(mel)
    assert stacked.shape == (3, 560)
    assert stacked[:, ::80].tolist() == [
        [0, 0, 0, 0, 1, 2, 3],
        [3, 4, 5, 6, 7, 8, 9],
        [9, 10, 11, 12, 13, 13, 13],
    ]
    assert features.stack(mel[:0]).shape == (0, 560)


def test_text_files_of_a_model_directory_read_back(tmp_path: Path) -> None:
    mean = np.linspace(-5, 9, 560, dtype=np.float32)
    std = np.linspace(1, 7, 560, dtype=np.float32)
    network.write_directory(tmp_path, TOKENS, mean, std)
    tokens, mean_read, std_read = network.read_text_files(tmp_path)
    assert tokens == TOKENS
    assert np.allclose(mean_read, mean, atol=1e-5)
    assert np.allclose(std_read, std, rtol=1e-4)
