"""The options of the data, and of the machine that works on them."""

from typing import Annotated

from pydantic import BaseModel

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.options.option import Effect, Option, Section

DATASETS = {info.name: info.label for info in CATALOGUE.values()}
OWN = ("folder:", "csv:")
"""How the names of the user's own data sets begin."""
DEVICES = {"auto": "Automatic", "cpu": "CPU", "cuda": "CUDA (NVIDIA GPU)", "mps": "MPS (Apple GPU)"}


class DataOptions(BaseModel):
    """What the network learns from, and where."""

    dataset: Annotated[
        str,
        Option(
            "Data set",
            "The images that the network learns from and is tested on.",
            Effect.RESET,
            Section.DATA,
            choices=DATASETS,
            pattern=r"(folder|csv):.+",
            pattern_help="folder:PATH, csv:FILE",
        ),
    ] = "mnist-sample"
    image_size: Annotated[
        int,
        Option(
            "Image size",
            "Width and height in pixels to which your pictures are scaled.",
            Effect.RESET,
            Section.DATA,
            minimum=8,
            maximum=512,
            step=4,
            only_with=("dataset", OWN),
        ),
    ] = 28
    colour: Annotated[
        bool,
        Option(
            "Colour",
            "Keeps the colours of your pictures; off makes them grey.",
            Effect.RESET,
            Section.DATA,
            only_with=("dataset", OWN),
        ),
    ] = False
    test_share: Annotated[
        float,
        Option(
            "Test fraction",
            "Fraction of your pictures that is kept for testing and never trained on.",
            Effect.RESET,
            Section.DATA,
            minimum=0.05,
            maximum=0.9,
            step=0.05,
            only_with=("dataset", OWN),
        ),
    ] = 0.2
    normalise: Annotated[
        bool,
        Option(
            "Normalise",
            "Scales the pixels to mean 0 and standard deviation 1 over all training images.",
            Effect.RESET,
            Section.DATA,
        ),
    ] = False
    augment_shift: Annotated[
        float,
        Option(
            "Shift",
            "Moves each training image at random by up to this fraction of its width.",
            Effect.NEXT_BATCH,
            Section.AUGMENTATION,
            minimum=0,
            maximum=0.5,
            step=0.02,
            short="shift",
        ),
    ] = 0.0
    augment_rotate: Annotated[
        float,
        Option(
            "Rotate",
            "Turns each training image at random by up to this many degrees.",
            Effect.NEXT_BATCH,
            Section.AUGMENTATION,
            minimum=0,
            maximum=180,
            step=5,
            short="rotate",
        ),
    ] = 0.0
    augment_scale: Annotated[
        float,
        Option(
            "Scale",
            "Makes each training image larger or smaller at random by up to this fraction.",
            Effect.NEXT_BATCH,
            Section.AUGMENTATION,
            minimum=0,
            maximum=0.5,
            step=0.05,
            short="scale",
        ),
    ] = 0.0
    augment_flip: Annotated[
        bool,
        Option(
            "Flip",
            "Mirrors every other training image left to right; wrong for digits and letters.",
            Effect.NEXT_BATCH,
            Section.AUGMENTATION,
            short="flip",
        ),
    ] = False
    augment_noise: Annotated[
        float,
        Option(
            "Noise",
            "Adds random noise of this standard deviation to each training image.",
            Effect.NEXT_BATCH,
            Section.AUGMENTATION,
            minimum=0,
            maximum=1,
            step=0.05,
            short="noise",
        ),
    ] = 0.0
    train_size: Annotated[
        int,
        Option(
            "Training images",
            "How many of the training images are learned from, as many of each class as there "
            "are; 0 takes all. The test images stay the same.",
            Effect.RESET,
            Section.MORE,
            minimum=0,
            maximum=10_000_000,
            step=100,
        ),
    ] = 0
    seed: Annotated[
        int,
        Option(
            "Seed",
            "Decides the initial weights and the order of the images; "
            "the same seed gives the same run.",
            Effect.RESET,
            Section.MORE,
            minimum=0,
            maximum=2**63 - 1,
        ),
    ] = 0
    order: Annotated[
        int,
        Option(
            "Image order",
            "Another number shows the training images in another order, with the same initial "
            "weights; 0 is the order of the seed. Changed in mid-epoch, it shuffles the images "
            "still to come.",
            Effect.NEXT_BATCH,
            Section.MORE,
            minimum=0,
            maximum=1_000_000,
            short="order",
        ),
    ] = 0
    device: Annotated[
        str,
        Option(
            "Device",
            "The processor that trains; automatic takes a GPU where there is one.",
            Effect.RESET,
            Section.MORE,
            choices=DEVICES,
        ),
    ] = "auto"
    threads: Annotated[
        int,
        Option(
            "Threads",
            "Processor cores used for one step; 0 chooses by the size of the network, since for "
            "small ones a single core is fastest, and takes one where others keep the cores busy.",
            Effect.NEXT_BATCH,
            Section.MORE,
            minimum=0,
            maximum=256,
        ),
    ] = 0
