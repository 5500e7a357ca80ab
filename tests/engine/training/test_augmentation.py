"""Augmentation: each change does what it says, comes from the seed, and is off when it is off."""

import numpy as np
import pytest
import torch
from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import AugmentedSamples
from netviz.engine.training.augmentation import Augmenter, is_augmented, preview
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.support import Driven, losses, only

CPU = torch.device("cpu")
ALL = {
    "augment_shift": 0.1,
    "augment_rotate": 15.0,
    "augment_scale": 0.1,
    "augment_flip": True,
    "augment_noise": 0.1,
}
COUNT = 200


def changed(image: Tensor, seed: int = 0, **options: float | bool) -> Tensor:
    """Many changed copies of one grey image, ``[N, H, W]``."""
    config = RunConfig.parse(options)
    return Augmenter(seed)(image.expand(COUNT, 1, -1, -1), config)[:, 0]


def square(side: int = 8, size: int = 40) -> Tensor:
    image = torch.zeros(size, size)
    first = (size - side) // 2
    image[first : first + side, first : first + side] = 1
    return image


def centres(images: Tensor) -> Tensor:
    """Centre of mass of each image in pixels from the middle, ``[N, 2]``: down, right."""
    size = images.shape[-1]
    places = torch.arange(size) - (size - 1) / 2
    mass = images.sum(dim=(1, 2))
    down = (images.sum(dim=2) * places).sum(dim=1) / mass
    right = (images.sum(dim=1) * places).sum(dim=1) / mass
    return torch.stack([down, right], dim=1)


def test_shift_moves_by_up_to_its_share_in_both_directions() -> None:
    images = changed(square(), augment_shift=0.25)
    moved = centres(images)
    assert moved.abs().max() <= 10.01
    for axis in (0, 1):
        assert moved[:, axis].max() > 8
        assert moved[:, axis].min() < -8
    assert torch.allclose(images.sum(dim=(1, 2)), torch.tensor(64.0), atol=0.01)


def test_what_comes_in_from_outside_is_black() -> None:
    images = changed(torch.ones(40, 40), augment_shift=0.5)
    assert images.min() == 0
    assert images.mean() < 0.9


def test_rotate_turns_by_up_to_its_angle() -> None:
    line = torch.zeros(41, 41)
    line[6:35, 20] = 1
    images = changed(line, augment_rotate=30)
    places = torch.arange(41) - 20.0
    down, right = torch.meshgrid(places, places, indexing="ij")
    spread = [(images * a * b).sum(dim=(1, 2)) for a, b in ((down, down), (right, right))]
    cross = (images * down * right).sum(dim=(1, 2))
    angles = torch.rad2deg(torch.atan2(2 * cross, spread[0] - spread[1]) / 2)
    assert angles.abs().max() <= 30.5
    assert angles.max() > 25
    assert angles.min() < -25
    assert centres(images).abs().max() < 0.1


def test_scale_makes_larger_and_smaller_by_up_to_its_share() -> None:
    sides = changed(square(16), augment_scale=0.25).sum(dim=(1, 2)).sqrt()
    assert sides.max() <= 16 * 1.25 + 0.2
    assert sides.min() >= 16 * 0.75 - 0.2
    assert sides.max() > 16 * 1.2
    assert sides.min() < 16 * 0.8


def test_flip_mirrors_about_every_other_image_left_to_right() -> None:
    image = torch.rand(9, 9, generator=torch.Generator().manual_seed(3))
    images = changed(image, augment_flip=True)
    mirrored = [torch.allclose(each, image.flip(1), atol=1e-5) for each in images]
    kept = [torch.allclose(each, image, atol=1e-5) for each in images]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 0.35 * COUNT < sum(mirrored) < 0.65 * COUNT


def test_noise_has_its_standard_deviation_and_stays_within_the_range() -> None:
    images = changed(torch.full((20, 20), 0.5), augment_noise=0.1)
    assert images.std() == pytest.approx(0.1, rel=0.02)
    assert images.mean() == pytest.approx(0.5, abs=0.005)
    strong = changed(torch.full((20, 20), 0.5), augment_noise=1.0)
    assert (strong.min(), strong.max()) == (0, 1)


@pytest.mark.parametrize("option", ["augment_shift", "augment_rotate", "augment_noise"])
def test_a_change_makes_itself_and_no_other(option: str) -> None:
    """So little of one that nothing can be seen leaves the picture as it was: not mirrored, say."""
    image = torch.rand(9, 9, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(changed(image, **{option: 1e-5}), image.expand(COUNT, 9, 9), atol=1e-3)


def test_colours_are_moved_together_and_shapes_stay() -> None:
    images = torch.rand(5, 1, 12, 12).expand(5, 3, 12, 12)
    moved = Augmenter(1)(images, RunConfig.parse({**ALL, "augment_noise": 0.0}))
    assert moved.shape == images.shape
    assert torch.equal(moved[:, 0], moved[:, 2])


def test_the_seed_decides_all_changes() -> None:
    image = square()
    assert torch.equal(changed(image, 7, **ALL), changed(image, 7, **ALL))
    assert not torch.equal(changed(image, 7, **ALL), changed(image, 8, **ALL))


def test_images_given_are_not_written_to() -> None:
    image = square()
    before = image.clone()
    changed(image, **ALL)
    assert torch.equal(image, before)


def train(trainer: Trainer, steps: int) -> list[float]:
    return [trainer.train_batch().loss.item() for _ in range(steps)]


def test_runs_of_the_same_seed_are_the_same(digits: DeviceData, config: RunConfig) -> None:
    augmented = config.with_changes(ALL)
    first, second = (train(Trainer(augmented, digits, CPU), 30) for _ in range(2))
    assert first == second
    assert first != train(Trainer(config, digits, CPU), 30)


def test_a_state_kept_in_mid_epoch_goes_on_bit_for_bit(
    digits: DeviceData, config: RunConfig
) -> None:
    trainer = Trainer(config.with_changes(ALL), digits, CPU)
    train(trainer, 7)
    kept = trainer.snapshot()
    wanted = train(trainer, 30)
    trainer.restore(kept)
    assert train(trainer, 30) == wanted


def test_off_means_untouched(digits: DeviceData, config: RunConfig) -> None:
    assert not is_augmented(config)
    plain = train(Trainer(config, digits, CPU), 20)
    trainer = Trainer(config.with_changes(ALL), digits, CPU)
    trainer.apply(config)
    assert train(trainer, 20) == plain


def test_only_training_images_are_changed(digits: DeviceData, config: RunConfig) -> None:
    before = digits.train_images.clone(), digits.test_images.clone()
    train(Trainer(config.with_changes(ALL), digits, CPU), 20)
    assert torch.equal(digits.train_images, before[0])
    assert torch.equal(digits.test_images, before[1])


# -- the preview -----------------------------------------------------------------------------


def test_a_preview_is_of_whole_pixels_and_the_image_itself_when_off() -> None:
    stored = torch.randint(0, 256, (4, 1, 6, 6)).to(torch.uint8)
    shown = preview(stored.float() / 255, RunConfig(), 0)
    assert shown.dtype == np.uint8
    assert (shown == stored.numpy()).all()
    one, same, other = (preview(stored.float() / 255, RunConfig(**ALL), s) for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.usefixtures("few_digits")
def test_previews_do_not_change_the_run(config: RunConfig) -> None:
    augmented = config.with_changes({**ALL, "epochs": 1})
    quiet = Driven(augmented)
    quiet.do(commands.Start())
    watched = Driven(augmented)
    preview_some = commands.PreviewAugmentation((0, 5, 9_999), seed=3)
    for _ in range(5):
        watched.do(commands.Step(), preview_some)
    watched.do(commands.Start())
    assert losses(watched.events) == losses(quiet.events)
    told = only(watched.events, AugmentedSamples)
    assert len(told) == 5
    assert told[0].indices == (0, 5)
    assert told[0].is_augmented
    assert told[0].images.shape == (2, 1, 28, 28)
    assert (told[0].images == told[4].images).all()


@pytest.mark.usefixtures("few_digits")
def test_a_preview_follows_the_options_in_force(config: RunConfig) -> None:
    driven = Driven(config)
    stored = only(driven.events, events.Prepared)[0].images.train_images
    ask = commands.PreviewAugmentation((1, 2))
    driven.do(ask, commands.Change({"augment_shift": 0.3}), ask)
    before, after = only(driven.events, AugmentedSamples)
    assert not before.is_augmented
    assert (before.images == stored[[1, 2]]).all()
    assert (after.images != stored[[1, 2]]).any()
