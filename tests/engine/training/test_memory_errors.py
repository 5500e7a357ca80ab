"""Refused allocations: the batch size at fault is named, and the session stays usable."""

import subprocess
import sys

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.training import memory_errors
from netviz.engine.training.memory_errors import is_out_of_memory
from tests.support import Driven, Loss, only, when_step

usual = pytest.mark.usefixtures("few_digits", "every_batch_told")


def refused_by_torch() -> Exception:
    """A real refusal: more bytes than any machine has."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    return caught.value


def cuda_refusal() -> Exception:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


REFUSALS = [MemoryError, refused_by_torch, cuda_refusal]


@pytest.mark.parametrize("make", REFUSALS)
def test_a_refusal_is_known_as_one(make: type[Exception]) -> None:
    assert is_out_of_memory(make())
    assert not is_out_of_memory(RuntimeError("no such luck"))
    assert not is_out_of_memory(ValueError("out of memory"))


@usual
@pytest.mark.parametrize("make", REFUSALS)
def test_a_step_names_its_batch_size_and_a_smaller_one_fixes_it(
    config: RunConfig, loss: Loss, make: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[torch.device] = []
    monkeypatch.setattr(memory_errors, "release", released.append)
    driven = Driven(config.with_changes({"batch_size": 64}))
    error = make()

    def refuse_large() -> None:
        loss.error = error if driven.session.run.trainer.config.batch_size > 32 else None  # type: ignore[union-attr]

    loss.fails_in_evaluation = False
    loss.on_training = refuse_large
    told = driven.do(commands.Start())
    failed = only(told, events.Failed)[0]
    assert failed.message == "There is not enough memory for a batch of 64 images."
    assert "such as 32" in failed.hint
    assert failed.remedy == {"batch_size": 32}
    assert released == [torch.device("cpu")]
    driven.do(commands.Rewind(failed.remedy))
    assert driven.state is State.IDLE
    driven.do(commands.Start())
    assert driven.state is State.FINISHED


@usual
def test_what_a_refused_step_allocated_is_free_when_memory_is_given_back(
    config: RunConfig, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    import weakref

    alive: list[weakref.ref[torch.Tensor]] = []

    def allocate_and_fail() -> None:
        held = torch.zeros(1000)
        alive.append(weakref.ref(held))
        torch.empty(2**58, dtype=torch.uint8)

    seen: list[bool] = []
    monkeypatch.setattr(memory_errors, "release", lambda _: seen.append(alive[0]() is None))
    driven = Driven(config)
    loss.on_training = allocate_and_fail
    driven.do(commands.Start())
    assert seen == [True]


@usual
def test_a_batch_of_one_has_no_smaller_one(config: RunConfig, loss: Loss) -> None:
    driven = Driven(config.with_changes({"batch_size": 1}))
    loss.fails_in_evaluation, loss.error = False, MemoryError()
    failed = only(driven.do(commands.Start()), events.Failed)[0]
    assert failed.message == "There is not enough memory for a batch of 1 image."
    assert failed.remedy == {}


@usual
def test_an_evaluation_names_how_many_images_were_too_many(config: RunConfig, loss: Loss) -> None:
    driven = Driven(config)
    loss.fails_in_training = False

    def refuse(event: events.Event) -> None:
        if isinstance(event, events.Progress):
            loss.error = MemoryError()

    told = driven.do(commands.Start(), answer=refuse)
    failed = only(told, events.Failed)[0]
    assert failed.message == "There is not enough memory to evaluate 500 images at once."
    loss.error = None
    driven.do(commands.Rewind({}), commands.Start())
    assert driven.state is State.FINISHED


@usual
def test_a_network_too_large_to_be_prepared_leaves_the_run_before_it(
    config: RunConfig, loss: Loss
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(5, commands.Pause()))
    loss.error = MemoryError()
    told = driven.do(commands.Reset({}))
    assert "enough memory" in only(told, events.Refused)[0].message
    loss.error = None
    driven.do(commands.Start())
    assert driven.state is State.FINISHED


_LIMITED = """
import resource, sys
sys.path.insert(0, "")
from tests.support import Driven, only
from netviz.engine.protocol import commands, events
from netviz.engine.options.run_config import RunConfig

config = {"model": "cnn", "batch_size": 64, "epochs": 1, "threads": 1, "device": "cpu"}
driven = Driven(RunConfig.parse(config))
driven.do(commands.Step())
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
_, hard = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 2**20, hard))
driven.do(commands.Change({"batch_size": 4000}))
failed = only(driven.do(commands.Step()), events.Failed)[0]
print(failed.message)
print(failed.remedy)
driven.do(commands.Rewind({"batch_size": 16}))
driven.do(commands.Step(), commands.Step())
print(driven.state, driven.step)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits its address space as Linux does")
def test_memory_that_the_system_refuses(request: pytest.FixtureRequest) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == (
        "There is not enough memory for a batch of 4,000 images."
    )
    assert "'batch_size': 2000" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("paused")
