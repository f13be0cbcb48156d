"""Real calls from the page: Chromium with a fake microphone against a running hotline."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.recording_export import inspect_recording
from tests.voice.browser import LAPTOP, LISTEN, SCREENSHOTS, Browser, browser, chromium, microphone
from tests.voice.conftest import RunningHotline

pytestmark = [pytest.mark.call, pytest.mark.browser, pytest.mark.timeout(180)]

QUESTION = "我的快递到哪了"
HEARD = "到哪了"  # the recogniser may miss a syllable while three browsers share two cores


@pytest.fixture(scope="module", autouse=True)
def _browser_is_installed() -> None:
    chromium()


@pytest.fixture(scope="module")
def question(hotline: RunningHotline) -> Path:
    return speech(hotline, QUESTION)


def speech(hotline: RunningHotline, text: str) -> Path:
    path = hotline.data_dir / f"say-{abs(hash(text))}.wav"
    done = hotline.run("say", "--rate", "16000", "-o", str(path), text)
    assert done.returncode == 0, done.stderr
    return path


def url(hotline: RunningHotline) -> str:
    return f"http://{hotline.env['HTTP_LISTEN']}/"


def dial(here: Browser, hotline: RunningHotline) -> str:
    """Press the button; returns the call's id once media is up."""
    here.page.goto(url(hotline))
    with here.page.expect_response("**/api/v1/web-calls") as answered:
        here.page.click("#call")
    here.state("connected")
    return str(answered.value.json()["call_id"])


def wait_for(found: Any, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (result := found()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return result


def ended(hotline: RunningHotline, call_id: str, seconds: float = 15.0) -> dict[str, Any]:
    def end() -> list[dict[str, Any]]:
        return [event for event in hotline.events(call_id) if event["type"] == "call.ended"]

    events = wait_for(end, seconds)
    assert events, "the call has not ended"
    data: dict[str, Any] = events[0]["data"]
    return data


def loudness_in_recording(hotline: RunningHotline, call_id: str, track: str, per_s: float) -> np.ndarray[Any, Any]:
    folder = hotline.data_dir / "recordings" / call_id
    sound = np.fromfile(folder / f"{track}.s16", np.int16).astype(np.float64)
    size = inspect_recording(folder).rate / per_s
    edges = np.arange(0, sound.size, size).astype(int)
    return np.array([np.sqrt(np.mean(piece**2)) for piece in np.split(sound, edges[1:]) if piece.size])


def likeness(heard: np.ndarray[Any, Any], recorded: np.ndarray[Any, Any], window: int) -> float:
    """Mean correlation of the three best windows of what was heard, each at its best place in the recording.

    In windows, because a page that gets no processor for a moment loses sound and is late from then on.
    """
    best = []
    for start in range(0, heard.size - window, window // 2):
        piece = heard[start : start + window]
        if piece.max() > 0.05:
            places = np.lib.stride_tricks.sliding_window_view(recorded, window)
            lively = places[places.std(axis=1) > 0]
            best.append(max(float(np.corrcoef(piece, place)[0, 1]) for place in lively))
    return float(np.mean(sorted(best)[-3:])) if len(best) >= 3 else 0.0


def test_a_call_from_the_page_is_a_call_like_any_other(hotline: RunningHotline, question: Path, tmp_path: Path) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    # Asked when the greeting and the bot's first question are over.
    mic = microphone(tmp_path / "mic.wav", [(13.0, question), (60.0, None)])
    with browser(tmp_path, mic) as here:
        page = here.page
        page.goto(url(hotline))
        page.screenshot(path=SCREENSHOTS / "call-page-idle-390x844.png")
        call_id = dial(here, hotline)
        page.evaluate(LISTEN)
        page.wait_for_selector(".line.bot:has-text('录音')", timeout=10_000)
        page.wait_for_selector(f".line.caller:has-text('{HEARD}')", timeout=35_000)
        page.wait_for_selector(".line.bot:has-text('单号')", timeout=10_000)
        page.screenshot(path=SCREENSHOTS / "call-page-talking-390x844.png")
        heard = page.evaluate("window.heard")
        page.click("#keys")
        page.click("#keypad button:text-is('5')")
        page.keyboard.press("7")
        page.wait_for_selector(".line.caller:has-text('按键 57')")
        page.click("#mute")
        assert page.get_attribute("#mute", "aria-pressed") == "true"
        page.set_viewport_size(LAPTOP)
        page.screenshot(path=SCREENSHOTS / "call-page-talking-1366x768.png")

        page.reload()
        here.state("connected", 4.0)
        page.click("#hangup")
        assert page.inner_text("#status") == "通话已结束"
        end = ended(hotline, call_id)
        page.screenshot(path=SCREENSHOTS / "call-page-ended-1366x768.png")
    assert (end["cause"], end["who"]) == ("remote_hangup", "caller")
    events = hotline.events(call_id)
    started = events[0]["data"]
    assert (started["transport"], started["codec"], started["caller"]) == ("webrtc", "OPUS", None)
    assert [event["data"]["key"] for event in events if event["type"] == "dtmf"] == ["5", "7"]
    assert any(HEARD in event["data"]["text"] for event in events if event["type"] == "turn.caller")
    loudness = np.array(heard["loudness"])
    assert loudness.max() > 0.05, "the page played nothing"
    recorded = loudness_in_recording(hotline, call_id, "heard", heard["rate"])
    assert likeness(loudness, recorded, window=round(2 * heard["rate"])) > 0.85
    assert here.faults == []


def test_the_hotline_hangs_up_and_the_page_says_so(hotline: RunningHotline, tmp_path: Path) -> None:
    mic = microphone(tmp_path / "mic.wav", [(9.0, speech(hotline, "没有别的事了，再见")), (60.0, None)])
    with browser(tmp_path, mic) as here:
        call_id = dial(here, hotline)
        here.state("ended", 60.0)
        assert "结束" in here.page.inner_text("#status")
        assert here.page.is_visible("#call")
        assert ended(hotline, call_id)["who"] == "hotline"


def test_a_killed_browser_is_released_within_five_seconds(hotline: RunningHotline, tmp_path: Path) -> None:
    mic = microphone(tmp_path / "mic.wav", [(60.0, None)])
    with browser(tmp_path, mic) as here:
        call_id = dial(here, hotline)
        time.sleep(1.0)
        killed_at = time.time()
        here.kill()
    end = ended(hotline, call_id)
    assert end["cause"] == "media_timeout"
    event = next(event for event in hotline.events(call_id) if event["type"] == "call.ended")
    assert 0 < seconds_of(event) - killed_at < 5.0


def test_a_lost_connection_is_told_and_comes_back_on_the_same_call(hotline: RunningHotline, tmp_path: Path) -> None:
    """The hotline's process is stopped for some seconds, as a paused machine or a pulled cable looks to the page."""
    assert hotline.process is not None
    mic = microphone(tmp_path / "mic.wav", [(60.0, None)])
    with browser(tmp_path, mic) as here:
        call_id = dial(here, hotline)
        time.sleep(1.0)
        hotline.process.send_signal(signal.SIGSTOP)
        try:
            here.state("lost", 6.0)
            assert "重新连接" in here.page.inner_text("#status")
            here.page.screenshot(path=SCREENSHOTS / "call-page-lost-390x844.png")
        finally:
            hotline.process.send_signal(signal.SIGCONT)
        here.state("connected", 8.0)
        assert "call.ended" not in [event["type"] for event in hotline.events(call_id)]
        here.page.click("#hangup")
        assert ended(hotline, call_id)["cause"] == "remote_hangup"


SOFTPHONE = """async () => {
  const { connect, devices, ringTone } = await import("/shared/softphone.js");
  const states = [];
  const until = async (state) => {
    for (let i = 0; i < 200 && states.at(-1) !== state; i++) await new Promise((go) => setTimeout(go, 50));
  };
  const options = { mediaUrl: "/api/v1/web-calls", onState: (state) => states.push(state) };
  const phone = connect(options);
  await until("connected");
  const { inputs, outputs } = await devices();
  await phone.setInput(inputs.at(-1).deviceId);
  phone.setVolume(0.5);
  phone.levels();
  await new Promise((go) => setTimeout(go, 1500));
  const seen = { state: phone.state, inputs: inputs.length, outputs: outputs.length, level: phone.levels().output };
  phone.hangup();
  const listener = connect({ ...options, listenOnly: true });
  await until("connected");
  const heard = listener.state;
  listener.hangup();
  const problem = await phone.setInput("gone").then(() => "", (error) => error.code);
  const ring = ringTone();
  await ring.start();
  const rang = ring.ringing;
  ring.stop();
  const token = phone.resumeToken.length > 20;
  return { ...seen, states, heard, problem, rang, token, stopped: !ring.ringing };
}"""


def test_the_softphone_module_changes_devices_listens_only_and_rings(hotline: RunningHotline, tmp_path: Path) -> None:
    mic = microphone(tmp_path / "mic.wav", [(60.0, None)])
    with browser(tmp_path, mic) as here:
        here.page.goto(url(hotline))
        seen = here.page.evaluate(SOFTPHONE)
        assert here.faults == []
    assert seen["states"] == ["asking", "connecting", "connected", "ended", "connecting", "connected", "ended"]
    assert seen["state"] == seen["heard"] == "connected"
    assert seen["inputs"] >= 1
    assert seen["outputs"] >= 1
    assert seen["level"] > 0, "the greeting is heard"
    assert seen["rang"] and seen["stopped"] and seen["token"]
    assert seen["problem"] in ("", "no_device"), "a device that is gone gives way to the default one"


def seconds_of(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()


# What Chromium does on a machine where another program holds the microphone; headless it cannot be brought about.
TAKEN = """navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException("Could not start audio source", "NotReadableError"));"""


@pytest.fixture
def refusing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Browser]:
    allowed = request.param != "no_permission"
    mic = None if allowed else microphone(tmp_path / "mic.wav", [(1.0, None)])
    with browser(tmp_path, mic, allowed=allowed) as here:
        if request.param == "in_use":
            here.page.add_init_script(TAKEN)
        yield here


@pytest.mark.parametrize(
    ("refusing", "code", "what", "remedy"),
    [
        ("no_device", "no_device", "没有找到麦克风", "插上"),
        ("in_use", "in_use", "麦克风正被别的程序占用", "关掉其他"),
        ("no_permission", "no_permission", "没有使用麦克风的权限", "允许本页使用麦克风"),
    ],
    indirect=["refusing"],
)
def test_without_a_microphone_the_page_says_what_to_do(
    hotline: RunningHotline, refusing: Browser, code: str, what: str, remedy: str
) -> None:
    page = refusing.page
    page.goto(url(hotline))
    page.click("#call")
    refusing.state("failed")
    assert what in page.inner_text("#problem")
    assert remedy in page.inner_text("#problem")
    assert page.is_enabled("#call"), "it can be tried again"
    page.screenshot(path=SCREENSHOTS / f"call-page-{code}-390x844.png")


def test_on_an_insecure_page_the_reason_is_told(hotline: RunningHotline, tmp_path: Path) -> None:
    with browser(tmp_path, None) as here:
        page = here.page
        page.route(
            "http://hotline.test/**",
            lambda route: route.fulfill(
                response=route.fetch(url=route.request.url.replace("http://hotline.test/", url(hotline)))
            ),
        )
        page.goto("http://hotline.test/")
        page.click("#call")
        here.state("failed")
        assert "https" in page.inner_text("#problem")
