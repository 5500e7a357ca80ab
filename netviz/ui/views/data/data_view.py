"""The tab Data: the images that the network is trained and tested on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import PreviewAugmentation
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.mistakes import class_counts
from netviz.engine.protocol.observations import AugmentedSamples, ImageArrays
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.data.data_facts import data_facts, imbalance
from netviz.ui.views.data.sample_pages import SamplePages
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.balance_bars import BalanceBars
from netviz.ui.widgets.compact_combo import CompactCombo
from netviz.ui.widgets.fitting_label import FittingLabel
from netviz.ui.widgets.icon_button import quiet_button
from netviz.ui.widgets.sample_grid import SampleGrid
from netviz.ui.widgets.segmented_control import SegmentedControl

_SIDE_PX = 230
_BALANCE_PX = 130
_SPLITS = ("train", "test", "train")
_TEST, _LEFT_OUT = 1, 2


@dataclass(frozen=True, eq=False)
class _Data:
    images: ImageArrays
    classes: tuple[str, ...]
    name: str
    batch_size: int


class DataView(Page):
    """A grid of samples, the balance of the classes and facts about the data set.

    Attributes
    ----------
    split, class_filter, shuffle_button, augmented_button, previous_button, next_button
        The controls.
    grid, balance, left_out
        The samples, the images per class and the user's files that are not used.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "database", "Choose a data set on the left to see its images here.", parent
        )
        self._prepared: Prepared | None = None
        self._data: _Data | None = None
        self._pages = SamplePages()
        self._warnings: tuple[str, ...] = ()
        self._seed = 0
        self.grid = SampleGrid(theme)
        self.balance = BalanceBars(theme)
        self.left_out = QListWidget()
        self.left_out.setAccessibleName("Left out")
        self.left_out.setToolTip("Your files that are not in the data set, and why.")
        self.left_out.hide()
        self._build_controls()
        self._build_side()
        self._row = QHBoxLayout()
        self._row.addWidget(self.grid, 1)
        self._row.addWidget(self.left_out, 1)
        self._row.addLayout(self._side)
        self.body.addLayout(self._row, 1)
        self.grid.capacity_changed.connect(self._on_grid_capacity_changed)
        self._restyle()

    def begin_run(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.set_config(prepared.config)

    def set_config(self, config: RunConfig) -> None:
        if self._prepared is not None:
            prepared, name = self._prepared, dataset_label(config.dataset)
            self.set_data(prepared.images, prepared.classes, name, config.batch_size)
            self.set_notes(prepared.warnings, prepared.left_out)

    def set_data(
        self, images: ImageArrays, classes: tuple[str, ...], name: str, batch_size: int
    ) -> None:
        """Show a data set under the name `name`."""
        is_other = self._data is None or self._data.images is not images
        self._data = _Data(images, classes, name, batch_size)
        if is_other:
            self.class_filter.set_entries(["all classes", *classes])
            self.grid.set_classes(classes)
            self._sort()
        self._show_content(True)
        self._invalidate()

    def set_notes(self, warnings: tuple[str, ...], left_out: tuple[str, ...]) -> None:
        """Show warnings about the data set, and which of the user's files are not in it."""
        self._warnings = warnings
        self.left_out.clear()
        self.left_out.addItems(left_out)
        self.split.button(_LEFT_OUT).setText(f"Left out ({len(left_out):,})")
        self.split.button(_LEFT_OUT).setVisible(bool(left_out))
        if not left_out and self.split.index == _LEFT_OUT:
            self.split.choose(0)
            self._sort()
        self._invalidate()

    def show_augmented(self, samples: AugmentedSamples) -> None:
        """Show training images after augmentation, unless others are wanted by now."""
        if not self.is_augmented or samples.indices != tuple(self.shown):
            return
        if samples.seed != self._seed or self._data is None:
            return
        names = self._names(samples.indices)
        sentences = [f"{name}, as it may be trained" for name in names]
        self.grid.set_samples(samples.images, names, sentences)
        if not samples.is_augmented:
            hint = "Unchanged: choose a shift, a rotation or another change under Augmentation."
            self._place.set_texts(hint, "No augmentation is chosen", "Unchanged")

    @property
    def is_augmented(self) -> bool:
        """Whether images are shown with augmentation."""
        return self.augmented_button.isChecked() and self.split.index == 0

    @property
    def facts(self) -> str:
        """What is written about the data set."""
        return self._facts.text()

    @property
    def warning(self) -> str:
        """The warnings about the data set; empty if there are none."""
        return self._warning.text()

    @property
    def place(self) -> str:
        """What is written about the place of the page among all images."""
        return self._place.text

    @property
    def shown(self) -> list[int]:
        """Indices of the images on this page."""
        return self._pages.page(self.grid.capacity)

    def _build_controls(self) -> None:
        theme = self._theme
        self.split = SegmentedControl(
            theme,
            "Split",
            (
                ("Train", "Show the images that the network is trained on."),
                ("Test", "Show the images that are only used to test the network."),
                ("Left out", "List your files that are not used, and why."),
            ),
        )
        self.class_filter = CompactCombo(theme, "Class", "Show only images of this class.")
        self.shuffle_button = quiet_button("Shuffle", "Show the images in another random order.")
        self.split.button(_LEFT_OUT).hide()
        self.augmented_button = QToolButton()
        self.augmented_button.setText("As trained")
        self.augmented_button.setCheckable(True)
        self.augmented_button.setToolTip(
            "Show the images as augmentation changes them at random for training;"
            " Shuffle shows other random changes."
        )
        self.augmented_button.clicked.connect(self._on_augmented_button_clicked)
        self.previous_button = quiet_button("Previous page", "Show the images before these.")
        self.next_button = quiet_button("Next page", "Show the images after these.")
        self._place = FittingLabel(theme)
        for widget in (self.split, self.class_filter, self.augmented_button, self.shuffle_button):
            self.bar.addWidget(widget)
        self.bar.addWidget(self._place, 1)
        self.bar.addWidget(self.previous_button)
        self.bar.addWidget(self.next_button)
        self.split.chosen.connect(self._on_choice_changed)
        self.class_filter.currentIndexChanged.connect(self._on_choice_changed)
        self.shuffle_button.clicked.connect(self._on_shuffle_button_clicked)
        self.previous_button.clicked.connect(self._on_previous_button_clicked)
        self.next_button.clicked.connect(self._on_next_button_clicked)

    def _build_side(self) -> None:
        self._facts = QLabel()
        self._facts.setProperty("role", "fact")
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.setToolTip(
            "Shape and type as PyTorch tutorials print them; the network gets the values divided"
            " by 255."
        )
        self._warning = QLabel()
        self._warning.setWordWrap(True)
        self._warning.setToolTip("Overall accuracy says little about rare classes.")
        self._side = QVBoxLayout()
        self._side.addWidget(self._facts)
        self._side.addWidget(self.balance, 1)
        self._side.addWidget(self._warning)
        self._side.addStretch()

    def _images_and_labels(self, data: _Data) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        images = data.images
        if self.split.index == _TEST:
            return images.test_images, images.test_labels
        return images.train_images, images.train_labels

    def _sort(self) -> None:
        """List the images of the chosen split and class in their order."""
        if self._data is not None:
            labels = self._images_and_labels(self._data)[1]
            chosen = self.class_filter.currentIndex() - 1
            self._pages.list_all(labels, chosen if chosen >= 0 else None)

    def _refresh(self) -> None:
        data = self._data
        if data is None:
            return
        is_list = self.split.index == _LEFT_OUT
        self.left_out.setVisible(is_list)
        self.grid.setVisible(not is_list)
        for widget in (self.class_filter, self.shuffle_button):
            widget.setEnabled(not is_list)
        self.augmented_button.setEnabled(self.split.index == 0)
        images, labels = self._images_and_labels(data)
        split, indices = _SPLITS[self.split.index], self.shown
        names = self._names(indices)
        sentences = [
            f"{split.capitalize()} image {index:,}: {name}"
            for index, name in zip(indices, names, strict=True)
        ]
        if self.is_augmented:
            self.command_requested.emit(PreviewAugmentation(tuple(indices), self._seed))
        else:
            self.grid.set_samples(images[indices], names, sentences)
        self._show_place()
        counts = class_counts(labels, len(data.classes))
        self.balance.set_counts(data.classes, counts, split)
        self._warning.setText(self._warning_of(split, imbalance(counts, data.classes)))
        self._warning.setVisible(bool(self._warning.text()))
        self._facts.setText(data_facts(images, data.name, split, data.batch_size))

    def _names(self, indices: Sequence[int]) -> list[str]:
        assert self._data is not None
        labels = self._images_and_labels(self._data)[1]
        return [self._data.classes[int(labels[index])] for index in indices]

    def _warning_of(self, split: str, skew: str) -> str:
        """Return all warnings; those of the run already include a skewed training set."""
        skews = () if split == "train" and self._warnings else (skew,)
        return "\n".join(filter(None, (*skews, *self._warnings)))

    def _show_place(self) -> None:
        if self.split.index == _LEFT_OUT:
            self._place.set_texts(f"{self.left_out.count():,} not used", "")
            self.previous_button.setEnabled(False)
            self.next_button.setEnabled(False)
            return
        capacity = self.grid.capacity
        self._place.set_texts(*self._pages.texts(capacity))
        self.previous_button.setEnabled(self._pages.has_previous())
        self.next_button.setEnabled(self._pages.has_next(capacity))

    def _on_choice_changed(self) -> None:
        self._sort()
        self._invalidate()

    def _on_shuffle_button_clicked(self) -> None:
        self._seed += 1
        if not self.is_augmented:
            self._pages.shuffle()
        self._invalidate()

    def _on_augmented_button_clicked(self) -> None:
        self._invalidate()

    def _on_previous_button_clicked(self) -> None:
        self._pages.turn(-self.grid.capacity)
        self._invalidate()

    def _on_next_button_clicked(self) -> None:
        self._pages.turn(self.grid.capacity)
        self._invalidate()

    def _on_grid_capacity_changed(self) -> None:
        self._invalidate()

    def _restyle(self) -> None:
        px = self._theme.px
        for button, name in (
            (self.shuffle_button, "shuffle"),
            (self.previous_button, "chevron-up"),
            (self.next_button, "chevron-down"),
        ):
            button.setIcon(icon(self._theme, name, "text"))
            button.setIconSize(QSize(px(16), px(16)))
        # The same height as the fields beside it.
        self.augmented_button.setStyleSheet(
            f"QToolButton {{ font-size: {px(12)}px; padding: {px(3)}px {px(8)}px; }}"
            f"QToolButton:focus {{ padding: {px(3) - 1}px {px(8) - 1}px; }}"
        )
        self._row.setSpacing(px(16))
        self._side.setSpacing(px(4))
        self.balance.setFixedWidth(px(_SIDE_PX))
        self.balance.setMaximumHeight(px(_BALANCE_PX))
        self._warning.setFixedWidth(px(_SIDE_PX))
        self._warning.setStyleSheet(
            f"color: {self._theme.colors.warning}; font-size: {px(12)}px; font-weight: 500;"
        )


VIEW = ViewSpec(
    "Data",
    "The images that the network learns from.",
    60,
    DataView,
    {AugmentedSamples: DataView.show_augmented},
)
