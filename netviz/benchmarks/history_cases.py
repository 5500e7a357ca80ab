"""What it costs to record the layers while a run trains: the histories of weights and gradients."""

from statistics import mean
from time import perf_counter

import torch

from netviz.benchmarks.measuring import Outcome, Plan, compare, percentile
from netviz.benchmarks.sessions import BareSession
from netviz.engine.datasets.load import load
from netviz.engine.observatory.layer_recorder import COST_FRACTION, LayerRecorder
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.run import Run
from netviz.engine.training.trainer import DeviceData, Trainer

_UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
_REPORT_S = 0.06


def histories(plan: Plan) -> list[Outcome]:
    """Sessions that record the layers against the same ones that do not, and by the clock."""
    cases = (
        ("64-64-64, Adam, batch 10", plan.small()),
        ("64-64-64, Adam, batch 64", plan.small(64)),
        ("CNN, Adam, batch 64", plan.small(64).with_changes({"model": "cnn"})),
    )
    ratios = [_against_none(name, config, plan) for name, config in cases]
    return [*ratios, *(_by_the_clock(name, config, plan) for name, config in cases)]


def _against_none(name: str, config: RunConfig, plan: Plan) -> Outcome:
    recording = BareSession(config, plan)
    bare = BareSession(config, plan, records_layers=False)
    try:
        return compare(
            f"with histories / without, {name}",
            lambda: recording.pace(plan.slice_s),
            lambda: bare.pace(plan.slice_s),
            plan,
            1 - COST_FRACTION,
        )
    finally:
        recording.close()
        bare.close()


def _by_the_clock(name: str, config: RunConfig, plan: Plan) -> Outcome:
    """Time the recording itself, second by second from step 0 on, and count its rows."""
    data = DeviceData.of(load(plan.dataset, plan.data_dir), torch.device("cpu"))
    torch.set_num_threads(1)
    run = Run(1, Trainer(config, data, torch.device("cpu")), _UNTRAINED)
    recorder = LayerRecorder()
    recorder.begin(run)
    shares = [_share(run, recorder, plan.share_s) for _ in range(3 if plan.quick else 20)]
    later = shares[1:]
    rows = len(run.layers.rows)
    note = f"in the first second {shares[0]:.1%}; {rows} rows after {run.trainer.step:,} steps"
    what = f"time that histories take of the training, {name}"
    value, low, high = mean(later), percentile(later, 25), percentile(later, 75)
    percents = (100 * value, 100 * low, 100 * high)
    return Outcome(what, *percents, "%", 100 * COST_FRACTION, at_least=False, note=note)


def _share(run: Run, recorder: LayerRecorder, seconds: float) -> float:
    """Train for so long and return the fraction of it that recording took.

    By so much as the step after a measurement is slower than the others, since the caches are
    cold, it counts too.
    """
    trainer = run.trainer
    began = reported = perf_counter()
    recording_s, unreported_s, steps, is_after = 0.0, 0.0, 0, False
    usual_s: list[float] = []
    after_s: list[float] = []
    while (now := perf_counter()) - began < seconds:
        is_noted = recorder.note_if_due(run, spare_s=0)
        noted = perf_counter()
        trainer.train_batch()
        trained = perf_counter()
        (after_s if is_after else usual_s).append(trained - noted)
        if is_noted:
            recorder.record(run)
            recording_s += perf_counter() - trained + noted - now
        is_after = is_noted
        steps, unreported_s = steps + 1, unreported_s + trained - noted
        if trained - reported >= _REPORT_S:
            recorder.note_speed(steps, unreported_s)
            steps, unreported_s, reported = 0, 0.0, trained
    elapsed_s = perf_counter() - began
    slower_s = sum(after_s) - len(after_s) * mean(usual_s) if usual_s else 0.0
    return (recording_s + slower_s) / elapsed_s
