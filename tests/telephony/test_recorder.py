import asyncio
import resource
import signal
import sys
import time
import wave
from pathlib import Path

import pytest

from telephony.recorder import MANIFEST, Recorder, RecordingFailed
from telephony.recording_export import export_stereo, export_track, inspect_recording

from .sounds import constant, samples

FRAME = constant(1000, 1)


def read_wav(path: Path) -> tuple[int, int, bytes]:
    with wave.open(str(path)) as sound:
        return sound.getnchannels(), sound.getframerate(), sound.readframes(sound.getnframes())


async def test_tracks_have_equal_length_and_stay_in_step(tmp_path: Path) -> None:
    recorder = Recorder(flush_s=0.01)
    recording = recorder.start(tmp_path / "c1", 8000, call_id="c1")
    for tick in range(100):
        caller = FRAME if 20 <= tick < 40 else None
        heard = FRAME if 60 <= tick < 80 else None
        recording.append(caller, heard, heard, None)
        if tick % 10 == 0:
            await asyncio.sleep(0)
    folder = await recording.finish()
    assert folder == tmp_path / "c1"
    info = inspect_recording(folder)
    assert (info.samples, info.complete, info.duration_s) == (16000, True, 2.0)
    assert export_stereo(folder, tmp_path / "c1.wav") == 2.0
    channels, rate, pcm = read_wav(tmp_path / "c1.wav")
    assert (channels, rate) == (2, 8000)
    both = samples(pcm).reshape(-1, 2)
    assert [int(i) for i in (both[:, 0] != 0).nonzero()[0][[0, -1]]] == [20 * 160, 40 * 160 - 1]
    assert [int(i) for i in (both[:, 1] != 0).nonzero()[0][[0, -1]]] == [60 * 160, 80 * 160 - 1]
    await recorder.close()


async def test_every_track_can_be_exported_alone(tmp_path: Path) -> None:
    recorder = Recorder()
    recording = recorder.start(tmp_path / "c", 16000)
    recording.append(None, None, None, constant(7, 1, 16000))
    await recording.finish()
    assert export_track(tmp_path / "c", "agent", tmp_path / "agent.wav") == 0.02
    assert read_wav(tmp_path / "agent.wav") == (1, 16000, constant(7, 1, 16000))
    with pytest.raises(RecordingFailed, match="choose one of"):
        export_track(tmp_path / "c", "nobody", tmp_path / "x.wav")
    await recorder.close()


async def test_a_refused_recording_leaves_nothing(tmp_path: Path) -> None:
    recorder = Recorder(flush_s=0.01)
    recording = recorder.start(tmp_path / "c", 8000)
    recording.append(FRAME, FRAME, FRAME, FRAME)
    await recording.stop_and_purge()
    recording.append(FRAME, FRAME, FRAME, FRAME)
    assert not (tmp_path / "c").exists()
    assert await recording.finish() is None
    late = recorder.start(tmp_path / "d", 8000)
    await late.finish()
    await late.stop_and_purge()
    assert not (tmp_path / "d").exists()
    await recorder.close()


async def test_a_full_disk_is_reported_once_and_the_call_goes_on(tmp_path: Path) -> None:
    errors: list[RecordingFailed] = []
    recorder = Recorder(flush_s=0.005)
    recording = recorder.start(tmp_path / "c", 8000, on_error=errors.append)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (640, before[1]))  # a disk with room for two frames per track
    try:
        deadline = time.monotonic() + 5
        while not errors and time.monotonic() < deadline:
            recording.append(FRAME, None, None, None)
            await asyncio.sleep(0.005)
        for _ in range(10):
            recording.append(FRAME, None, None, None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [str(error) for error in errors] == [
        "the recording cannot be written: File too large; free space on its disk."
    ]
    recording.append(FRAME, FRAME, None, None)
    await recording.finish()
    assert inspect_recording(tmp_path / "c").complete
    await recorder.close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RecordingFailed, match="no recording can be made"):
        Recorder().start(tmp_path / "file" / "c", 8000)


def test_a_folder_that_is_no_recording_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingFailed, match="is not a recording"):
        export_stereo(tmp_path, tmp_path / "x.wav")
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(RecordingFailed, match="is not a recording"):
        inspect_recording(tmp_path)


WRITER = """
import sys, time
from pathlib import Path
from telephony.recorder import Recorder
recording = Recorder().start(Path(sys.argv[1]), 8000, call_id="killed")
frame = b"\\x10\\x27" * 160
start = time.monotonic()
for tick in range(10**6):
    recording.append(frame, frame, frame, frame)
    sys.stdout.write(f"{tick + 1}\\n")
    sys.stdout.flush()
    time.sleep(max(0.0, start + (tick + 1) * 0.02 - time.monotonic()))
"""


async def test_kill_9_leaves_everything_up_to_the_last_second(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path / "k"), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    ticks = 0
    while ticks < 100:
        ticks = int(await asyncio.wait_for(child.stdout.readline(), 10))
    child.send_signal(signal.SIGKILL)
    await child.wait()
    rest = (await child.stdout.read()).split()
    ticks = int(rest[-1]) if rest else ticks
    info = inspect_recording(tmp_path / "k")
    assert not info.complete
    assert ticks * 0.02 - 1.0 <= info.duration_s <= ticks * 0.02 + 0.02
    assert export_stereo(tmp_path / "k", tmp_path / "k.wav") == info.duration_s
    assert set(samples(read_wav(tmp_path / "k.wav")[2])[: 2 * 8000]) == {10000}
