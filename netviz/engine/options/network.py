"""The options of the network."""

from typing import Annotated

from pydantic import BaseModel

from netviz.engine.options.option import Effect, Option, Section

MODELS = {
    "mlp": "MLP (dense layers)",
    "cnn": "CNN (convolutions)",
    "lenet5": "LeNet-5",
    "layers": "Own layers",
    "resnet18": "ResNet-18",
    "resnet18-pretrained": "ResNet-18, pretrained",
}

MODEL_FILE = r".+\.py:[A-Za-z_]\w*"
"""How a network in a Python file is named."""


class NetworkOptions(BaseModel):
    """What is trained."""

    model: Annotated[
        str,
        Option(
            "Network",
            "The kind of network that is trained; a Python file that is named here is run.",
            Effect.RESET,
            Section.NETWORK,
            choices=MODELS,
            pattern=MODEL_FILE,
            pattern_help="FILE.py:NAME",
        ),
    ] = "mlp"
    hidden: Annotated[
        tuple[int, ...],
        Option(
            "Hidden layers",
            "Widths of the hidden layers from input to output, separated by commas; "
            "empty for none at all.",
            Effect.RESET,
            Section.NETWORK,
            minimum=1,
            maximum=8192,
            only_with=("model", ("mlp",)),
        ),
    ] = (64, 64, 64)
    layers: Annotated[
        tuple[str, ...],
        Option(
            "Layers",
            "Your own layers from input to output, separated by commas; the output layer is added.",
            Effect.RESET,
            Section.NETWORK,
            pattern=r"[a-z0-9]+( [0-9.]+)*",
            pattern_help="such as conv 16 3, relu, maxpool 2, dropout 0.5, flatten, linear 64",
            in_panel=False,
            only_with=("model", ("layers",)),
        ),
    ] = ("conv 16 3", "relu", "maxpool 2", "flatten", "linear 64", "relu")
    frozen: Annotated[
        tuple[str, ...],
        Option(
            "Frozen layers",
            "Names of layers whose weights stay as they are.",
            Effect.NEXT_BATCH,
            Section.NETWORK,
            pattern=r"[\w.]+",
            pattern_help="names of layers as in the network's state_dict",
            in_panel=False,
            short="frozen",
        ),
    ] = ()
