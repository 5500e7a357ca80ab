"""What is said of a run follows from where it is."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_words, with_layer_words
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Place, State
from netviz.ui.presenters.run_words import RunNow, epochs_again, window_title

CHANGES = (
    ("learning_rate", 0.1, 0.01),
    ("epochs", 60, 20),
    ("batch_size", 10, 64),
    ("loss", "cross-entropy", "mse"),
)
LAYERS = (
    LayerFacts("0", "Conv2d", "Conv 1 → 16, 3×3", (16, 26, 26), (("0", 160),), False),
    LayerFacts("1", "Flatten", "Flatten", (10816,), (), False),
    LayerFacts("2", "Linear", "Linear 10816 → 64", (64,), (("2", 692288),), False),
    LayerFacts("4", "Linear", "Linear 64 → 10", (10,), (("4", 650),), False),
)


@st.composite
def moments(draw: st.DrawFn) -> RunNow:
    """Any run: settings changed at any time leave nothing that could not be."""
    batches = draw(st.integers(1, 50))
    epoch = draw(st.integers(0, 80))
    batch = draw(st.integers(1, batches)) if epoch else 0
    step = (epoch - 1) * batches + batch if epoch else 0
    entries = st.builds(
        lambda change, ago: LedgerEntry(max(0, step - ago), max(1, epoch), *change),
        st.sampled_from(CHANGES),
        st.integers(0, 3),
    )
    return RunNow(
        draw(st.sampled_from(State)),
        step,
        Place(epoch, batch, batches),
        draw(st.integers(1, 80)),
        draw(st.booleans()),
        draw(st.sampled_from(["", "The loss became not a number (NaN) at step 7."])),
        tuple(draw(st.lists(entries, max_size=2))),
        draw(st.sampled_from([(), ("Linear (1)",)])),
        replaced_step=draw(st.sampled_from([0, 3400])),
    )


@given(moments())
def test_nothing_is_said_that_is_not_so(now: RunNow) -> None:
    said = now.sentence
    done, left = now.place.completed, now.has_epochs_left
    at_rest = now.state not in (State.RUNNING, State.FAILED) and now.step > 0
    epoch, epochs, batch, batches = now.figures
    assert said
    assert epoch <= epochs
    assert batch <= batches
    assert left == (done < now.epochs)
    assert (f"Space trains {now.again:,} more" in said) == (at_rest and not left)
    assert now.more_epochs == (now.again if at_rest and not left else 0)
    is_held = at_rest or now.state in (State.PAUSED, State.FINISHED)  # also before the first step
    assert ("Space goes on" in said) == (is_held and left)
    assert "Finished" not in said or done == now.epochs
    assert "NaN" not in said or now.state is State.FAILED
    is_next = [entry.step == now.step for entry in now.news]
    assert "next batch uses" not in said or (left and is_next[-1])
    assert "Stopped by you" not in said or (now.stopped and left)
    assert "Ready" not in said or now.step == 0
    can_be_undone = now.state not in (State.RUNNING, State.FAILED) and now.replaced_step > 0
    assert ("Ctrl+Z brings back" in said) == can_be_undone


def test_the_sentences_read_well() -> None:
    def said(state: State, epoch: int, batch: int, epochs: int, **more: object) -> str:
        step = max(0, epoch - 1) * 100 + batch
        return RunNow(state, step, Place(epoch, batch, 100), epochs, **more).sentence  # type: ignore[arg-type]

    finished, running = State.FINISHED, State.RUNNING
    fewer = LedgerEntry(2430, 25, "epochs", 60, 20)
    rate = LedgerEntry(230, 3, "learning_rate", 0.1, 0.01)
    assert said(finished, 3, 30, 20, stopped=True) == (
        "Stopped by you at step 230, in epoch 3 of 20. Space goes on."
    )
    assert said(finished, 20, 100, 20) == "Finished at step 2,000. Space trains 1 more."
    assert said(finished, 25, 30, 20, news=(fewer,)) == (
        "epochs 60 → 20 at step 2,430. Held at step 2,430: 24 epochs are trained, and 20 wanted. "
        "Space trains 1 more."
    )
    assert said(running, 3, 30, 20, news=(rate,)) == (
        "lr 0.1 → 0.01 at step 230. The next batch uses it."
    )
    assert said(running, 3, 31, 20, news=(rate,)) == "lr 0.1 → 0.01 since step 230."
    assert said(State.PAUSED, 3, 31, 20, failure="NaN") == "Held at step 231. Space goes on."
    assert said(State.FAILED, 3, 31, 20, failure="NaN") == "NaN"


def test_train_repeats_as_many_epochs_as_were_asked_for_last() -> None:
    def raised(old: int, new: int) -> LedgerEntry:
        return LedgerEntry(100, 1, "epochs", old, new)

    config = RunConfig(epochs=20)
    other = LedgerEntry(100, 1, "batch_size", 10, 20)
    assert epochs_again(config, ()) == 20
    assert epochs_again(config, (raised(5, 20), other)) == 15
    assert epochs_again(config, (raised(5, 30), raised(30, 20))) == 25
    assert epochs_again(config, (raised(30, 20),)) == 20


def test_layers_are_called_what_they_are() -> None:
    assert layer_words(LAYERS, ()) == ()
    assert layer_words(LAYERS, ("0",)) == ("Conv 3×3",)
    assert layer_words(LAYERS, ("0", "4")) == ("Conv 3×3", "Linear (2)")
    assert layer_words(LAYERS, ("0", "2", "4")) == ("3 layers",)
    assert layer_words(LAYERS, ("somewhere.else",)) == ("somewhere.else",)
    entry = LedgerEntry(5, 1, "frozen", (), ("0",))
    assert with_layer_words(entry, LAYERS).label == "frozen none → Conv 3×3"
    other = LedgerEntry(5, 1, "epochs", 2, 3)
    assert with_layer_words(other, LAYERS) == other


def test_the_title_names_the_run(tmp_path: Path) -> None:
    config = RunConfig(dataset="mnist", model="cnn")
    assert window_title(config, None) == "MNIST · CNN – NetViz"
    own = config.with_changes({"dataset": "folder:/home/ada/leaves", "model": "/x/net.py:Net"})
    assert window_title(own, tmp_path / "monday") == "leaves · net.py:Net · monday – NetViz"
