"""The training loop: AdamW, cosine, bf16, moving average, checkpoints; one process per core or one on CUDA.

On CPU it runs two processes with one thread each and sums the gradients over gloo: two threads in one process
collapse when the cores are shared. Killed and started again it goes on from the last checkpoint.
"""

from __future__ import annotations

import math
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.multiprocessing.spawn import spawn

from asr.recipe import network, objective
from asr.recipe.batches import Shards, endless


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train."""

    steps: int = 19000
    minutes: float = 0.0
    """Wall-clock budget; 0 = steps alone decide. The learning rate falls with whichever is further on."""
    frames: int = 600
    """Stacked frames per process and step."""
    rate: float = 1.5e-3
    warmup: int = 300
    processes: int = 2
    save_every: float = 180.0
    """Seconds between checkpoints."""
    port: int = 29517
    start: Path | None = None
    """A model directory whose weights to go on from (its ``tokens.json`` and ``am.mvn`` are in ``work/model``)."""


@dataclass
class Progress:
    """Where training stands; kept in the checkpoint."""

    step: int = 0
    seconds: float = 0.0

    def done(self, plan: Plan) -> float:
        """Share of the plan that is behind us, 0 to 1."""
        by_time = self.seconds / (plan.minutes * 60) if plan.minutes else 0.0
        return min(1.0, max(self.step / plan.steps, by_time))


def learning_rate(plan: Plan, step: int, done: float) -> float:
    """Linear warm-up, then a cosine down to 2 %."""
    rise = min(1.0, (step + 1) / plan.warmup)
    return plan.rate * rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


class Average:
    """Exponential moving average of the weights, with a fast start."""

    def __init__(self, model: Any) -> None:
        self.state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self.count = 0

    def update(self, model: Any) -> None:
        """Take in the current weights."""
        self.count += 1
        decay = min(0.999, (1 + self.count) / (20 + self.count))
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].lerp_(value.detach(), 1 - decay)
            else:
                self.state[name].copy_(value)


def train(work: Path, plan: Plan) -> None:
    """Train on the shards of ``work`` until the plan is done; ``work/checkpoint.pt`` holds the result."""
    if torch.cuda.is_available():
        _run(0, work, plan, 1, "cuda")
        return
    launch: Any = spawn  # torch ships it untyped
    launch(_run, (work, plan, plan.processes, "cpu"), nprocs=plan.processes)


def _run(rank: int, work: Path, plan: Plan, processes: int, device: str) -> None:
    if device == "cpu":
        torch.set_num_threads(1)
    if processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(plan.port))
        distributed.init_process_group("gloo", rank=rank, world_size=processes)
    torch.manual_seed(7)
    tokens, mean, std = network.read_text_files(work / "model")
    model = objective.prepare(network.build(len(tokens))).to(device).train()
    if plan.start is not None:
        model.load_state_dict(torch.load(plan.start / "model.pt", map_location=device, weights_only=True))
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    average, progress = Average(model), Progress()
    _load(work, model, optimiser, average, progress)
    shards = Shards(work / "shards", tokens)
    frames = plan.frames * (8 if device == "cuda" else 1)
    torch.manual_seed(1000 + rank + progress.step)
    batches = endless(shards, mean, std, progress.step, frames, (rank, processes))
    rng = random.Random(progress.step)
    saved = printed = time.monotonic()
    while progress.done(plan) < 1.0:
        began = time.monotonic()
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(plan, progress.step, progress.done(plan))
        # the same draw in every process keeps their cost alike
        offset = rng.choice((0, 0, 0, rng.randint(1, 150)))
        losses = _step(model, optimiser, next(batches), progress, plan, offset, device, processes)
        progress.step += 1
        progress.seconds += _slowest(time.monotonic() - began, processes)
        average.update(model)
        now = time.monotonic()
        if rank == 0 and now - printed > 20:
            printed = now
            print(_line(progress, plan, losses, len(shards.examples)), flush=True)
        if rank == 0 and now - saved > plan.save_every:
            saved = now
            _save(work, model, optimiser, average, progress)
    if rank == 0:
        _save(work, model, optimiser, average, progress)
    if processes > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def _step(
    model: Any,
    optimiser: Any,
    batch: Any,
    progress: Progress,
    plan: Plan,
    offset: int,
    device: str,
    processes: int,
) -> objective.Losses:
    optimiser.zero_grad(set_to_none=False)
    with torch.autocast(device, dtype=torch.bfloat16):
        # weights that can hear already need neither the flat start nor CTC
        step, done = (progress.step, progress.done(plan)) if plan.start is None else (objective.FLAT_UNTIL, 1.0)
        total, losses = objective.loss(model, batch, step, offset, device, done)
    if torch.isfinite(total):
        total.backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    if processes > 1:
        _sum_gradients(model, processes)
        grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(grads)
    if torch.isfinite(norm):
        torch.nn.utils.clip_grads_with_norm_(model.parameters(), 5.0, norm)
        optimiser.step()
    return losses


def _sum_gradients(model: Any, processes: int) -> None:
    """One flat all-reduce; parameters without a gradient count as zero."""
    parameters = list(model.parameters())
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in parameters])
    distributed.all_reduce(flat)
    flat /= processes
    at = 0
    for parameter in parameters:
        size = parameter.numel()
        parameter.grad = flat[at : at + size].view_as(parameter).clone()
        at += size


def _slowest(seconds: float, processes: int) -> float:
    """The same clock in all processes, so that they stop at the same step."""
    if processes == 1:
        return seconds
    value = torch.tensor([seconds])
    distributed.all_reduce(value, op=distributed.ReduceOp.MAX)
    return float(value)


def _line(progress: Progress, plan: Plan, losses: objective.Losses, examples: int) -> str:
    return (
        f"train {100 * progress.done(plan):5.1f} %  step {progress.step}  {progress.seconds / 60:.1f} min  "
        f"ctc {losses.ctc:.2f}  dec {losses.decoder:.3f}  len {losses.length:.3f}  acc {losses.accuracy:.3f}  "
        f"({examples} utterances)"
    )


def _save(work: Path, model: Any, optimiser: Any, average: Average, progress: Progress) -> None:
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.state,
        "count": average.count,
        "step": progress.step,
        "seconds": progress.seconds,
    }
    part = work / "checkpoint.part"
    torch.save(state, part)
    part.rename(work / "checkpoint.pt")


def _load(work: Path, model: Any, optimiser: Any, average: Average, progress: Progress) -> None:
    path = work / "checkpoint.pt"
    if not path.exists():
        return
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    average.state = {name: value.to(average.state[name].device) for name, value in state["average"].items()}
    average.count = state["count"]
    progress.step, progress.seconds = state["step"], state["seconds"]


def trained_model(work: Path, weights: str = "average") -> Any:
    """The ``average`` (or ``last``) weights of the checkpoint in a model ready to export."""
    tokens, _, _ = network.read_text_files(work / "model")
    model = network.build(len(tokens))
    state = torch.load(work / "checkpoint.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(state["average" if weights == "average" else "model"])
    return model.eval()
