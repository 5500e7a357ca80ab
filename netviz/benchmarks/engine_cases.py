"""The engine alone, against plain torch."""

from collections.abc import Callable, Iterator
from time import perf_counter, sleep

import torch

from netviz.benchmarks.measuring import Outcome, Plan, compare, percentile
from netviz.benchmarks.plain_loops import pace, tightest_loop, tutorial_loop
from netviz.benchmarks.sessions import BareSession
from netviz.engine.datasets.load import load
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.training.trainer import EVALUATION_CHUNK, DeviceData, Trainer

Loop = Callable[[RunConfig, DeviceData], Iterator[int]]


def against_tutorials(plan: Plan) -> list[Outcome]:
    """The engine against the loop of the tutorials."""
    name = "engine / the tutorials' loop"
    return [
        _against(tutorial_loop, plan.small(), plan, f"{name}, 64-64-64, Adam, batch 10", 2.5),
        _against(tutorial_loop, plan.large(), plan, f"{name}, 512-512, SGD, batch 64", 1.8),
    ]


def against_tightest(plan: Plan) -> list[Outcome]:
    """The engine against the tightest loop in plain torch."""
    name = "engine / the tightest plain loop"
    return [
        _against(tightest_loop, plan.small(), plan, f"{name}, 64-64-64, Adam, batch 10", 0.97),
        _against(tightest_loop, plan.large(), plan, f"{name}, 512-512, SGD, batch 64", 0.97),
    ]


def _against(loop: Loop, config: RunConfig, plan: Plan, what: str, target: float) -> Outcome:
    engine = BareSession(config, plan)
    # As many threads as the engine chose: torch counts them for each thread that calls it.
    torch.set_num_threads(engine.prepared.threads)
    other = loop(config, _data(plan))
    try:
        return compare(
            what,
            lambda: engine.pace(plan.slice_s),
            lambda: pace(other, plan.slice_s),
            plan,
            target,
        )
    finally:
        engine.close()


def evaluation(plan: Plan) -> list[Outcome]:
    """The evaluation of all test images against one plain pass in chunks."""
    outcomes = []
    for name, config in (("64-64-64", plan.small()), ("512-512", plan.large())):
        trainer = Trainer(config, _data(plan), torch.device("cpu"))
        torch.set_num_threads(1)
        what = f"evaluation of the test images / a plain pass, {name}"
        outcomes.append(_evaluation(trainer, plan, what))
    return outcomes


def _evaluation(trainer: Trainer, plan: Plan, what: str) -> Outcome:
    images, labels = trainer.data.test_images, trainer.data.test_labels
    size = EVALUATION_CHUNK

    def engine() -> float:
        for _ in trainer.evaluate(images, labels):
            pass
        return 0.0

    def plain() -> float:
        trainer.model.eval()
        loss, correct = 0.0, 0
        with torch.inference_mode():
            for part, truth in zip(
                torch.split(images, size), torch.split(labels, size), strict=True
            ):
                logits = trainer.model(part)
                loss += torch.nn.functional.cross_entropy(logits, truth).item() * len(truth)
                correct += int((logits.argmax(1) == truth).sum())
        trainer.model.train()
        return loss

    rounds = 2 if plan.quick else 8

    def images_per_second(work: Callable[[], float]) -> float:
        began = perf_counter()
        for _ in range(rounds):
            work()
        return rounds * len(labels) / (perf_counter() - began)

    return compare(
        what, lambda: images_per_second(engine), lambda: images_per_second(plain), plan, 0.95
    )


def learning_rate(plan: Plan) -> list[Outcome]:
    """How many steps still use the old learning rate after another one was asked for."""
    bare = BareSession(plan.small(), plan)
    delays = []
    bare.session.submit(commands.Start())
    for number in range(5 if plan.quick else 200):
        sleep(0.005)
        run = bare.session.run
        assert run is not None
        step = run.trainer.step
        bare.session.submit(commands.Change({"learning_rate": 0.0005 + 1e-6 * number}))
        while True:
            event = bare.told.get(timeout=60)
            if isinstance(event, events.Changed):
                break
        # The ledger names the last step with the old rate.
        delays.append(float(event.entries[-1].step - step))
    bare.close()
    what = "steps with the old learning rate after a change"
    low, high = min(delays), max(delays)
    value = percentile(delays, 95)
    note = f"95th percentile of {len(delays)}, from another thread; the step under way is one"
    return [Outcome(what, value, low, high, "steps", 1, at_least=False, note=note)]


def _data(plan: Plan) -> DeviceData:
    return DeviceData.of(load(plan.dataset, plan.data_dir), torch.device("cpu"))
