"""The mistakes as a list model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from netviz.engine.protocol.mistakes import predicted_classes
from netviz.engine.protocol.observations import ImageArrays, TestPredictions
from netviz.number_text import percent_text

MISTAKE_ROLE = Qt.ItemDataRole.UserRole
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Mistake:
    """One test image and its prediction.

    Attributes
    ----------
    index
        Of the test image.
    image
        Its pixels, ``uint8 [C, H, W]``.
    true, predicted
        Class indices.
    true_name, predicted_name
        Their names.
    probabilities
        ``float32 [classes]``.
    is_learned, is_forgotten
        Whether the prediction changed since the previous evaluation.
    """

    index: int
    image: NDArray[np.uint8]
    true: int
    predicted: int
    true_name: str
    predicted_name: str
    probabilities: NDArray[np.float32]
    is_learned: bool
    is_forgotten: bool

    @property
    def is_correct(self) -> bool:
        """Whether the prediction is correct, so that it is no mistake, or none any more."""
        return self.true == self.predicted

    @property
    def confidence(self) -> float:
        """Probability of the predicted class."""
        return float(self.probabilities[self.predicted])

    @property
    def sentence(self) -> str:
        """True and predicted class in words."""
        sure = f"{percent_text(self.confidence, 0)} sure"
        if self.is_correct:
            news = "just learned" if self.is_learned else "predicted correctly"
            return f"Test image {self.index:,}: {self.true_name}, {news}, {sure}."
        news = "; it was correct at the previous evaluation" if self.is_forgotten else ""
        return (
            f"Test image {self.index:,} is {self.true_name}; the network says"
            f" {self.predicted_name}, {sure}{news}."
        )


class MistakeModel(QAbstractListModel):
    """The listed test images in their order; each is looked up when it is asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: ImageArrays | None = None
        self._classes: tuple[str, ...] = ()
        self._predictions: TestPredictions | None = None
        self._predicted = np.empty(0, np.int64)
        self._indices = np.empty(0, np.int64)

    @property
    def indices(self) -> NDArray[np.int64]:
        """The listed test images, by index."""
        return self._indices

    def set_images(self, images: ImageArrays, classes: tuple[str, ...]) -> None:
        """Use another data set, of which nothing is listed yet."""
        self.beginResetModel()
        self._images, self._classes = images, classes
        self._predictions = None
        self._indices = np.empty(0, np.int64)
        self.endResetModel()

    def set_predictions(self, predictions: TestPredictions, indices: NDArray[np.int64]) -> None:
        """List the test images `indices` with these predictions."""
        self.beginResetModel()
        if predictions is not self._predictions:
            self._predicted = predicted_classes(predictions.probabilities)
        self._predictions, self._indices = predictions, indices
        self.endResetModel()

    def mistake(self, test_index: int) -> Mistake | None:
        """Return any test image with its prediction, listed or not."""
        images, predictions = self._images, self._predictions
        if images is None or predictions is None:
            return None
        true, predicted = int(images.test_labels[test_index]), int(self._predicted[test_index])
        return Mistake(
            index=test_index,
            image=images.test_images[test_index],
            true=true,
            predicted=predicted,
            true_name=self._classes[true],
            predicted_name=self._classes[predicted],
            probabilities=predictions.probabilities[test_index],
            is_learned=bool(predictions.just_learned[test_index]),
            is_forgotten=bool(predictions.just_forgotten[test_index]),
        )

    def row_of(self, test_index: int) -> int:
        """Return the row of a test image; -1 if it is not listed."""
        rows = np.flatnonzero(self._indices == test_index)
        return int(rows[0]) if rows.size else -1

    def rowCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._indices)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == MISTAKE_ROLE:
            return self.mistake(int(self._indices[index.row()]))
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            mistake = self.mistake(int(self._indices[index.row()]))
            return mistake.sentence if mistake else None
        return None
