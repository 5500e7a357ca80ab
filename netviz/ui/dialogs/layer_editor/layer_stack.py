"""The layers under edit, with undo; no Qt in here."""

from netviz.engine.network.layer_plan import (
    KINDS,
    LENET5,
    SMALL_CNN,
    PlannedLayer,
    check_plan,
    layer_texts,
    plan,
)
from netviz.engine.options.run_config import RunConfig

Texts = tuple[str, ...]

PRESETS: dict[str, Texts] = {
    "64 – 64 – 64": layer_texts(RunConfig(hidden=(64, 64, 64))),
    "512 – 512": layer_texts(RunConfig(hidden=(512, 512))),
    "128 – 64": layer_texts(RunConfig(hidden=(128, 64))),
    "Small CNN": SMALL_CNN,
    "LeNet-5": LENET5,
}
"""Hidden layers of networks that courses use."""

MOST_LAYERS = 60
_NEW = {"linear": "linear 64", "conv": "conv 16 3", "dropout": "dropout 0.5"}
_MOST_UNDO = 200
_MOST_DIGITS = 5
"""Of a kernel."""


def new_layer(kind: str) -> str:
    """Return the text of a new layer of this kind."""
    pooling = {"maxpool": "maxpool 2", "avgpool": "avgpool 2"}
    return _NEW.get(kind) or pooling.get(kind, kind)


def fields_of(text: str) -> tuple[str, list[str]]:
    """Split a layer's text into its kind and the text of each field, empty for a default."""
    kind, *numbers = text.split() or ["linear"]
    count = len(KINDS[kind].numbers) if kind in KINDS else len(numbers)
    return kind, (numbers + [""] * count)[:count]


def text_of(kind: str, fields: list[str]) -> str:
    """Return a layer's text; an empty field between others takes its default."""
    numbers = [field.strip() for field in fields]
    while numbers and not numbers[-1]:
        numbers.pop()
    defaults = default_fields(kind)
    filled = [number or defaults[place] or "?" for place, number in enumerate(numbers)]
    return " ".join([kind, *filled])


def default_fields(kind: str) -> list[str]:
    """Return the default of each number, empty where one must be given."""
    declared = KINDS[kind]
    must = len(declared.numbers) - len(declared.defaults)
    # A padding of -1 keeps the size.
    return [""] * must + [f"{number:g}" for number in declared.defaults]


def empty_texts(text: str) -> list[str]:
    """Return what each number of a layer comes to while its field is empty.

    Empty where there is no default. The padding of a convolution says how many pixels it is:
    ``same (1)``, which keeps the size of the image, or half of an even kernel, which cannot.
    """
    kind, numbers = fields_of(text)
    if kind not in KINDS:
        return []
    texts = default_fields(kind)
    if kind == "conv":
        kernel = numbers[1] if numbers[1].isdecimal() and len(numbers[1]) <= _MOST_DIGITS else ""
        word = "half" if kernel and int(kernel) % 2 == 0 else "same"
        texts[3] = f"{word} ({int(kernel) // 2})" if kernel else word
    return texts


class LayerStack:
    """The hidden layers from input to output, with their undo history.

    Attributes
    ----------
    texts
        One text for each layer, in the form that `layer_plan` reads.
    image_shape, classes
        The data that the network is for.
    """

    def __init__(self, texts: Texts, image_shape: tuple[int, ...], classes: int) -> None:
        self.texts = texts
        self.image_shape = image_shape
        self.classes = classes
        self._undo: list[Texts] = []
        self._redo: list[Texts] = []
        self._typing: int | None = None

    def plan(self) -> tuple[PlannedLayer, ...]:
        """Return shapes and sizes of the layers, including those added at the end."""
        return plan(self.texts, self.image_shape, self.classes)

    def check(self) -> None:
        """Raise `ModelError` where these layers do not make a network."""
        check_plan(self.texts, self.image_shape, self.classes)

    def put(self, texts: Texts) -> None:
        """Replace all layers."""
        self._note(texts, None)

    def insert(self, index: int, text: str) -> None:
        """Insert a layer before the one at `index`."""
        if len(self.texts) < MOST_LAYERS:
            self._note((*self.texts[:index], text, *self.texts[index:]), None)

    def remove(self, index: int) -> None:
        """Remove a layer."""
        self._note((*self.texts[:index], *self.texts[index + 1 :]), None)

    def move(self, index: int, by: int) -> None:
        """Swap a layer with the one before (-1) or after it (1)."""
        other = index + by
        if 0 <= other < len(self.texts):
            texts = list(self.texts)
            texts[index], texts[other] = texts[other], texts[index]
            self._note(tuple(texts), None)

    def write(self, index: int, text: str, *, typing: bool = False) -> None:
        """Replace a layer; consecutive keystrokes are undone as one."""
        texts = (*self.texts[:index], text, *self.texts[index + 1 :])
        self._note(texts, index if typing else None)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return bool(self._redo)

    def undo(self) -> None:
        """Undo the last change."""
        if self._undo:
            self._redo.append(self.texts)
            self.texts = self._undo.pop()
            self._typing = None

    def redo(self) -> None:
        """Redo what was undone last."""
        if self._redo:
            self._undo.append(self.texts)
            self.texts = self._redo.pop()
            self._typing = None

    def _note(self, texts: Texts, typing: int | None) -> None:
        if texts == self.texts:
            return
        if typing is None or typing != self._typing:
            self._undo = [*self._undo, self.texts][-_MOST_UNDO:]
        self._redo.clear()
        self._typing = typing
        self.texts = texts
