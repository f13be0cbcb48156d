"""The sounds of ``bench.turns``: murmurs, coughs, words to others, echo, line noise, and callers who pause."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np

from bench.turns.simulation import FRAME, RATE, Sound
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.pipeline.echo import EchoGuard

VOICES = ("f4", "m7", "Alicia", "Lee", "f2", "m3")
MURMURS = (
    "嗯",
    "嗯嗯",
    "哦",
    "好",
    "好的",
    "对",
    "对对",
    "哦哦",
    "啊",
    "嗯好",
    "哦这样",
    "是吗",
    "知道了",
    "明白",
    "行",
)
ASIDES = (
    "阿姨这个鱼帮我杀一下", "你先别走我马上下来", "这题我不会做", "把空调打开", "谁把我杯子拿走了", "外卖到了你去拿",
    "宝贝把鞋穿好", "妈妈我要喝奶", "今天股票又跌了", "这个会改到三点", "你看前面那个车", "下一个到我了",
    "麻烦让我过一下", "猫又跑出去了", "帮我拿下伞", "声音太大了吵死了", "他刚才还在这儿", "小李把合同拿来",
    "要不要一起吃饭", "雨下大了收衣服",
)  # fmt: skip
"""Written after the classes of ``dialog/data/turns/aside.txt`` and never added to them."""
WISHES = (
    "我要投诉你们快递员", "帮我催一下派送", "我的件是不是丢了", "取件码再发我一遍", "我想改个收货地址",
    "什么时候能送到",
    "不是我签收的啊", "东西都坏了怎么赔", "别放丰巢给我送上门", "网点电话多少", "我不要了退回去吧", "转人工客服",
    "我问的是另外一个包裹", "怎么还在武汉没动", "螃蟹都臭了", "换个时间明天再送",
)  # fmt: skip
OURS = "您尾号六三八六的包裹滞留在武汉中转场,预计今晚八点前发往下一站,要我让中转场优先处理吗"
TRAILING = (
    ("我想问一下那个", "就是我的快递到哪了"), ("我那个", "快递怎么还没到"), ("就是", "我昨天寄的那个件"),
    ("因为我这个", "东西比较着急"), ("我想把收货地址", "改到公司"), ("快递员跟我说", "今天不送了"),
    ("能不能帮我", "催一下"), ("你好我", "想查一下快递"),
)  # fmt: skip
GROUPS = (
    ("七三幺零零", "幺九六六", "幺幺三八六"),
    ("幺三八", "零零幺三", "八零零零"),
    ("四三幺五", "六七八九", "零幺二三四五"),
)


class Speech:
    """Sentences in the embedded voices, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int, str], Sound] = {}

    async def make(self, texts: Iterator[str] | tuple[str, ...]) -> None:
        """Have every text in every voice at two speeds."""
        wanted = tuple(texts)
        for voice, speed in itertools.product(VOICES, (150, 185)):
            speaker = espeak_voice(EspeakSpeaker(variant=voice, wpm=speed))
            for text in wanted:
                pcm = b"".join([chunk.pcm async for chunk in speaker.speak(spoken(text), RATE, 1.0)])
                self._made[voice, speed, text] = np.frombuffer(pcm, np.int16).astype(np.float32)
            await speaker.close()

    def pick(self, text: str, rng: random.Random) -> Sound:
        """The text in any voice, at any level of a telephone."""
        return self._made[rng.choice(VOICES), rng.choice((150, 185)), text] * 10 ** (rng.uniform(-12, 0) / 20)


def silence(seconds: float) -> Sound:
    """So much silence, with the noise of a quiet line."""
    count = round(seconds * RATE)
    return np.random.default_rng(count).normal(0, 8, count).astype(np.float32)


def cough(rng: random.Random) -> Sound:
    """One or two bursts of breathy noise of a quarter of a second."""
    seed = np.random.default_rng(rng.randrange(1 << 30))
    bursts = []
    for _ in range(rng.choice((1, 1, 2))):
        length = round(RATE * rng.uniform(0.12, 0.3))
        noise = np.convolve(seed.normal(0, 1, length), np.ones(rng.randint(2, 6)) / 3, "same")
        envelope = np.minimum(1, np.arange(length) / 160) * np.exp(-np.arange(length) / (length / 3))
        bursts += [noise * envelope * rng.uniform(2000, 9000), np.zeros(round(RATE * 0.08))]
    return np.concatenate(bursts).astype(np.float32)


def line_noise(rng: random.Random) -> Sound:
    """Three seconds of hiss, hum or crackle between -50 and -32 dBFS, cut in and out."""
    seed, count = np.random.default_rng(rng.randrange(1 << 30)), 3 * RATE
    kind = rng.choice(("hiss", "hum", "crackle"))
    t = np.arange(count) / RATE
    if kind == "hiss":
        sound = seed.normal(0, 1, count)
    elif kind == "hum":
        sound = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in range(1, 8)) + 0.1 * seed.normal(0, 1, count)
    else:
        sound = seed.normal(0, 1, count) * (seed.uniform(0, 1, count) < 0.01) * 8
    level = 32768 * 10 ** (rng.uniform(-50, -32) / 20)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * level, np.float32)


def echo(speech: Speech, rng: random.Random) -> Sound:
    """Our own voice as it comes out of the echo guard, -12 to -30 dB and 20 to 250 ms in the room."""
    ours = speech.pick(OURS, rng)
    delay = round(RATE * (0.1 + rng.uniform(0.02, 0.25)))
    near = np.concatenate((np.zeros(delay, np.float32), ours * 10 ** (rng.uniform(-30, -12) / 20)))
    far = np.concatenate((ours, np.zeros(delay, np.float32)))
    guard, out, sent = EchoGuard(RATE), [], bytes(2 * FRAME)
    for at in range(0, len(near) - FRAME, FRAME):
        guard.far(sent)
        sent = far[at : at + FRAME].astype(np.int16).tobytes()
        frame = guard.near(near[at : at + FRAME].astype(np.int16).tobytes())
        out.append(np.frombuffer(frame, np.int16).astype(np.float32))
    return np.concatenate(out)
