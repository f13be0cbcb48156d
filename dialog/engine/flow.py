"""How a call moves between matters: begin, finish, come back, and never end a turn without a question."""

from __future__ import annotations

from dataclasses import replace

from dialog.engine.state import Phase, Wanted
from dialog.engine.turn import Turn

HOME = "home"
_AIMS = ({"urge", "stuck"}, {"locker", "doorstep"})
# A step moves the stack a few times at most; this bound only guards against a scene that never settles.
_MOVES = 24


def run(t: Turn, step: str) -> None:
    """Run one step of the matter at work, then go on until the caller's turn comes."""
    t.update(question=None, begun=True, then="", waiting=None)
    t.dialogue.scenes[t.topic.scene].step(step)(t)
    settle(t)


def open_call(t: Turn) -> None:
    """The greeting is over, and the caller has not begun with anything meanwhile."""
    t.change(after_say=None)
    run(t, "opening")


def settle(t: Turn) -> None:
    """Go on with the stack until something was asked, is waited for, or the call left the dialogue."""
    for _ in range(_MOVES):
        if t.asked or t.state.phase is not Phase.TALKING:
            return
        topic = t.topic
        if topic.waiting is not None:
            return
        if not topic.begun:
            _begin(t)
        elif topic.question is not None:
            _come_back(t)
        elif t.state.queue:
            _finish(t)
            serve_next(t)
        elif topic.scene == HOME:
            t.dialogue.scenes[HOME].step("begin")(t)
        else:
            _finish(t)
    if not t.asked and t.state.phase is Phase.TALKING:
        t.dialogue.scenes[HOME].step("begin")(t)


def _begin(t: Turn) -> None:
    topic = t.topic
    scene = t.dialogue.scenes[topic.scene]
    empathise(t, topic.scene, topic.intent)
    if scene.needs_parcel and topic.waybill is None:
        focus = _suited(t, topic.scene) or t.state.focus
        if focus is None:
            t.begin("identify", intent=topic.intent)
            return
        t.update(waybill=focus)
        t.change(focus=focus)
    t.update(begun=True)
    t.change(queue=tuple(wish for wish in t.state.queue if not same_aim(topic.scene, _scene_of(t, wish))))
    if scene.next_step:
        t.change(served=(*t.state.served, topic.scene))
    scene.begin(t)


def _scene_of(t: Turn, wish: Wanted) -> str:
    return t.dialogue.scene_for(wish.intent).name


def same_aim(scene: str, other: str) -> bool:
    """「帮我催一下」 and 「让中转场优先处理」 are one wish in one breath."""
    return scene == other or any({scene, other} <= aim for aim in _AIMS)


def _suited(t: Turn, scene_name: str) -> str | None:
    """Pick the parcel that the matter must be about: the only one of several in a fitting stage."""
    suits = t.dialogue.scenes[scene_name].suits
    current = t.state.parcel(t.state.focus)
    if not suits or (current is not None and current.stage in suits):
        return None
    fitting = [parcel for parcel in t.state.parcels if parcel.stage in suits]
    return fitting[0].waybill if len(fitting) == 1 else None


def _finish(t: Turn) -> None:
    if t.topic.scene != HOME:
        t.drop()


def _come_back(t: Turn) -> None:
    """Ask the question again that a digression interrupted."""
    question = t.topic.question
    assert question is not None  # settle saw it
    if not question.sticky:
        t.update(question=None)
        return
    if t.has_words:
        t.say("bridge.back")
    t.put(question)


def want(t: Turn, wishes: tuple[Wanted, ...]) -> None:
    """Serve the first wish now and keep the others for later, in the order they were spoken."""
    t.change(queue=(*wishes, *t.state.queue))
    serve_next(t)
    settle(t)


def serve_next(t: Turn) -> None:
    """Put the next wish on top of the stack."""
    wish, *rest = t.state.queue
    t.change(queue=tuple(rest))
    scene = t.dialogue.scene_for(wish.intent)
    if t.state.topic is not None and t.topic.question is not None and not t.topic.question.sticky:
        t.update(question=None)
    t.begin(scene.name, intent=wish.intent, **wish.slots)


def empathise(t: Turn, scene_name: str, intent: str) -> None:
    """Meet the feeling before the fact: once for a trouble, else once in a call for a mood."""
    if not t.dialogue.scenes[scene_name].next_step or t.has_said("empathy."):
        return
    if f"empathy.{intent}" in t.dialogue.wording:
        t.say_once(f"empathy.{intent}")
    elif f"empathy.{t.state.emotion}" in t.dialogue.wording and not any(x.startswith("empathy.") for x in t.state.said):
        t.say(f"empathy.{t.state.emotion}")


def ask_again(t: Turn, wording: str | None = None) -> None:
    """Repeat the question in the air, in other words where there are some."""
    question = t.state.question
    if question is None:
        settle(t)
        return
    again = wording or (f"{question.name}.again" if f"{question.name}.again" in t.dialogue.wording else None)
    t.put(replace(question, tries=question.tries + 1), again)
