"""The training loop's one step, the evaluation, and exact snapshots of both."""

import copy
from collections.abc import Generator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from netviz.engine.datasets.dataset import Dataset
from netviz.engine.network.build import build_model, evaluating, normalised
from netviz.engine.network.freezing import check_frozen, freeze, held_still
from netviz.engine.options.network import MODELS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.augmentation import Augmenter, is_augmented
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.optimizers import (
    adjust_optimizer,
    build_optimizer,
    laid_out_like,
    load_state,
    set_learning_rate,
)
from netviz.engine.training.sampler import Sampler
from netviz.engine.training.schedules import Plateau, Position, rate_factor

EVALUATION_CHUNK = 500
"""Images evaluated at a time."""
EVALUATION_SLICE_S = 0.005
"""An evaluation yields after this long, once its chunk is done, so that commands are obeyed."""


@dataclass(frozen=True)
class DeviceData:
    """A data set as the trainer wants it: scaled images and labels in the device's memory.

    Attributes
    ----------
    train_images, test_images
        ``float32 [N, C, H, W]`` in 0..1.
    train_labels, test_labels
        ``int64 [N]``.
    source
        The data set as it was loaded.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    source: Dataset

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> "DeviceData":
        """Copy `dataset` to `device`."""
        return cls(
            dataset.train.scaled(device),
            dataset.train.labels.to(device),
            dataset.test.scaled(device),
            dataset.test.labels.to(device),
            dataset,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.source.classes

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        return self.source.image_shape

    def train_sample(self) -> tuple[Tensor, Tensor]:
        """Return as many training images as there are test images, evenly spread."""
        count = min(len(self.train_labels), len(self.test_labels))
        stride = len(self.train_labels) // count
        return self.train_images[::stride][:count], self.train_labels[::stride][:count]


class Batch(NamedTuple):
    """What one step leaves behind; tensors on the device, not yet waited for.

    Attributes
    ----------
    loss
        Mean loss, a scalar.
    logits
        ``[N, classes]``, as they were before the step.
    labels
        ``int64 [N]``.
    learning_rate
        The one that the step used.
    """

    loss: Tensor
    logits: Tensor
    labels: Tensor
    learning_rate: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What the network makes of many images in evaluation mode.

    Attributes
    ----------
    loss, accuracy
        Mean loss, and the fraction of correct predictions in 0..1.
    logits
        ``float32 [N, classes]``, on the device.
    """

    loss: float
    accuracy: float
    logits: Tensor


@dataclass(frozen=True)
class Snapshot:
    """Everything that the future of a run depends on, copied."""

    config: RunConfig
    step: int
    epoch: int
    model: dict[str, Any]
    optimizer: dict[str, Any]
    sampler: dict[str, Any]
    generators: dict[str, Tensor]
    plateau: Plateau
    summed: int
    gradients: dict[str, Tensor]
    trained_with: RunConfig | None = None
    """Settings of the last batch, where they are others than those of the next."""

    @property
    def config_in_effect(self) -> RunConfig:
        """The settings that the optimizer's state belongs to."""
        return self.trained_with or self.config


class Trainer:
    """Trains one network on one data set, a batch at a time.

    Parameters
    ----------
    config, data, device
        What to train, on what, and where.
    model
        The network on `device`; by default the one that `config` describes.

    Attributes
    ----------
    config
        The settings of the next batch.
    model, optimizer
        torch's own.
    step
        Batches trained so far.
    epoch
        Epochs completed so far.
    usual_threads
        Processor cores that one step uses where the settings say 0.
    """

    def __init__(
        self,
        config: RunConfig,
        data: DeviceData,
        device: torch.device,
        model: nn.Module | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = self._taken = config
        self.data = data
        self.device = device
        if model is None:
            model = build_model(config, data.image_shape, len(data.classes)).to(device)
            model = normalised(model, data.train_images) if config.normalise else model
        self.model = model
        self._held = held_still(self.model)
        freeze(self.model, config.frozen, self._held)
        self.optimizer = build_optimizer(config, self.model.parameters())
        self.sampler = Sampler(len(data.train_labels), config.seed, device)
        self.step = 0
        self.epoch = 0
        self.usual_threads = torch.get_num_threads()
        self._clipped: tuple[Tensor, float] | None = None
        self._is_users_own = config.model not in MODELS
        self._loss = LOSSES[config.loss]
        self._augmenter = Augmenter(config.seed)
        self._plateau = Plateau()
        self._summed = 0

    def twin(self) -> "Trainer":
        """Return a trainer of a copy of the network on the same data, for `restore` to set up.

        Torch's random generators are left elsewhere than they were. A network of the user's own is
        made anew from its file, as for a saved run: a copy would lose how its weights lie in
        memory, fail where it keeps an activation, and share with it what a hook refers to.

        Raises
        ------
        ModelError
            When the file of the user's own network cannot be used any more.
        """
        model = None if self._is_users_own else copy.deepcopy(self.model)
        twin = Trainer(self.config, self.data, self.device, model)
        twin.usual_threads, twin._held = self.usual_threads, self._held
        return twin

    def train_batch(self) -> Batch:
        """Train one step on the next batch: the loop's body as the tutorials teach it."""
        config = self.config
        if config is not self._taken:
            self._take(config)
        learning_rate = self._scheduled_rate()
        set_learning_rate(self.optimizer, learning_rate)
        indices = self.sampler.next_batch(config.batch_size, config.order)
        # What `train_images[indices]` gives, sooner.
        images = self.data.train_images.index_select(0, indices)
        labels = self.data.train_labels.index_select(0, indices)
        if is_augmented(config):
            images = self._augmenter(images, config)

        if self._summed == 0:
            self.optimizer.zero_grad()
        logits = self.model(images)
        loss = self._loss(logits, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        self._summed += 1
        # An epoch's last batch ends the sum, so that no gradient outlives its epoch.
        if self._summed >= config.accumulate or self.sampler.epoch_done:
            self._update_weights()

        self.step += 1
        self.epoch += self.sampler.epoch_done
        return Batch(loss.detach(), logits.detach(), labels, learning_rate)

    def _update_weights(self) -> None:
        """Step along the mean gradient of the batches that were summed, however many they are."""
        if self._summed > 1:
            for parameter in self.model.parameters():
                if parameter.grad is not None:
                    parameter.grad /= self._summed
        self._clipped = None
        if limit := self.config.clip_norm:
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), limit)
            self._clipped = norm, limit
        self.optimizer.step()
        self._summed = 0

    @property
    def summed(self) -> int:
        """How many batches' gradients are summed and wait for the others."""
        return self._summed

    @property
    def only_accumulated(self) -> bool:
        """Whether the last batch only added to the gradient and moved no weights."""
        return self._summed > 0

    @property
    def clip_factor(self) -> float:
        """Factor by which clipping shortened the last step's gradient; 1 where it did not."""
        if self._clipped is None:
            return 1.0
        norm, limit = self._clipped
        return min(1.0, limit / (float(norm) + 1e-6))  # torch's own formula

    def _scheduled_rate(self) -> float:
        """Return the learning rate of the step that begins."""
        config = self.config
        if config.schedule == "constant":
            return config.learning_rate
        done = 0 if self.sampler.epoch_done else self.sampler.position
        batch = done // config.batch_size
        position = Position(self.epoch, batch, self.batches_per_epoch())
        return config.learning_rate * rate_factor(config, position, self._plateau)

    def note_test_loss(self, loss: float) -> None:
        """Give the schedule the test loss of a completed epoch; "reduce on plateau" needs it."""
        if self._taken.schedule == "plateau":
            self._plateau = self._plateau.after(loss, self._taken)

    def apply(self, config: RunConfig) -> None:
        """Go on with the settings of `config`, from the next batch on.

        Weights are kept; another optimizer starts with an empty state. Options that take
        effect on Reset must be the same. Nothing changes before the next batch: what is changed
        back until then was never changed, and an epoch that has ended is measured with the
        settings that it was trained with.

        Raises
        ------
        ConfigError
            When `config` freezes layers that are not there, or all; nothing is changed.
        """
        if config.frozen != self.config.frozen:
            check_frozen(self.model, config.frozen)
        self.config = config

    def _take(self, config: RunConfig) -> None:
        """Put the settings of the next batch into effect."""
        before, self._taken = self._taken, config
        if config.threads != before.threads:
            self.use_threads()
        if config.frozen != before.frozen:
            freeze(self.model, config.frozen, self._held)
        if config.optimizer != before.optimizer:
            self.optimizer = build_optimizer(config, self.model.parameters())
        else:
            adjust_optimizer(self.optimizer, config)
        if config.schedule != before.schedule:
            self._plateau = Plateau()
        if config.order != before.order:
            self.sampler.shuffle_rest(config.order)
        self._loss = LOSSES[config.loss]

    @property
    def threads(self) -> int:
        """Processor cores that the step after which the trainer stands has used."""
        return self.threads_of(self._taken)

    @property
    def next_threads(self) -> int:
        """Processor cores that the next step will use."""
        return self.threads_of(self.config)

    def threads_of(self, config: RunConfig) -> int:
        """Return how many processor cores a step with these settings uses."""
        return config.threads or self.usual_threads

    def use_threads(self) -> None:
        """Let torch use `threads` in the thread that calls this."""
        torch.set_num_threads(self.threads)

    def evaluate(self, images: Tensor, labels: Tensor) -> Generator[None, None, Evaluation]:
        """Evaluate the network on `images`, for a few milliseconds at a time.

        Parameters
        ----------
        images
            ``float32 [N, C, H, W]``.
        labels
            ``int64 [N]``.

        Returns
        -------
        Evaluation
            Loss, accuracy and logits; as the generator's value.
        """
        total_loss = torch.zeros((), dtype=torch.float64)
        if self.device.type != "mps":  # which has no float64
            total_loss = total_loss.to(self.device)
        chunks: list[Tensor] = []
        starts = iter(range(0, len(labels), EVALUATION_CHUNK))
        count = len(labels)
        while len(chunks) * EVALUATION_CHUNK < count:
            yield_at = perf_counter() + EVALUATION_SLICE_S
            for start in starts:
                with evaluating(self.model):
                    chunk_labels = labels[start : start + EVALUATION_CHUNK]
                    chunk = images[start : start + EVALUATION_CHUNK]
                    # A user's network may change its input in place, but not the data; those that
                    # NetViz builds do not, and a copy would cost them a tenth of the evaluation.
                    logits = self.model(chunk.clone() if self._is_users_own else chunk)
                    loss = self._loss(logits, chunk_labels)
                    total_loss += loss.to(total_loss.device) * len(chunk_labels)
                    chunks.append(logits)
                if perf_counter() >= yield_at:
                    break
            yield
        logits = torch.cat(chunks)
        correct = (logits.argmax(dim=1) == labels).sum()
        return Evaluation(float(total_loss) / count, float(correct) / count, logits)

    def snapshot(self) -> Snapshot:
        """Copy everything that the future depends on."""
        generators = {
            "cpu": torch.get_rng_state(),
            "augmenter": self._augmenter.generator.get_state(),
        }
        if self.device.type == "cuda":
            generators["cuda"] = torch.cuda.get_rng_state(self.device)
        elif self.device.type == "mps":
            generators["mps"] = torch.mps.get_rng_state()
        return Snapshot(
            self.config,
            self.step,
            self.epoch,
            copy.deepcopy(self.model.state_dict()),
            copy.deepcopy(self.optimizer.state_dict()),
            self.sampler.state_dict(),
            generators,
            self._plateau,
            self._summed,
            {n: p.grad.clone() for n, p in self.model.named_parameters() if p.grad is not None},
            self._taken,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to `snapshot`; what follows is the same, bit for bit, as it was then."""
        self.config, self._taken = snapshot.config, snapshot.config_in_effect
        self._loss = LOSSES[self._taken.loss]
        self.use_threads()
        self.step, self.epoch = snapshot.step, snapshot.epoch
        self.model.load_state_dict(snapshot.model)
        freeze(self.model, self._taken.frozen, self._held)
        self.optimizer = build_optimizer(self._taken, self.model.parameters())
        load_state(self.optimizer, snapshot.optimizer)
        self.sampler.load_state_dict(snapshot.sampler)
        self._plateau, self._summed = snapshot.plateau, snapshot.summed
        self._clipped = None
        for name, parameter in self.model.named_parameters():
            gradient = snapshot.gradients.get(name)
            # A run may go on where there is another device than it was saved on.
            parameter.grad = None if gradient is None else laid_out_like(parameter, gradient)
        self._augmenter.generator.set_state(snapshot.generators["augmenter"])
        torch.set_rng_state(snapshot.generators["cpu"])
        if self.device.type == "cuda" and "cuda" in snapshot.generators:
            torch.cuda.set_rng_state(snapshot.generators["cuda"], self.device)
        elif self.device.type == "mps" and "mps" in snapshot.generators:
            torch.mps.set_rng_state(snapshot.generators["mps"])

    def show(self, snapshot: Snapshot) -> None:
        """Be what `snapshot` was, to be looked at: nothing can be trained from there.

        It takes a fraction of what `restore` takes, and leaves torch's random generators alone.
        """
        self.config = self._taken = snapshot.config_in_effect
        self._loss = LOSSES[self.config.loss]
        self.step, self.epoch = snapshot.step, snapshot.epoch
        self.model.load_state_dict(snapshot.model)

    def batches_per_epoch(self) -> int:
        """Return how many batches an epoch has at the present batch size."""
        return -(-len(self.data.train_labels) // self.config.batch_size)
