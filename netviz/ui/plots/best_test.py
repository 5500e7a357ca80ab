"""Which epoch of a run tested best, as the plot of the loss marks it; free of Qt."""

from netviz.engine.protocol.overfitting import best_epoch, overfitting_of
from netviz.ui.plots.metric import BestTest, View

_FEWEST = 2


def best_test(view: View) -> BestTest | None:
    """Return the best epoch since the loss function was changed; None before the second."""
    changes = view.record.loss_changes_until(view.last_step)
    since = changes[-1].step if changes else 0
    measured = [item for item in view.measurements if item.step > since]
    best = best_epoch([item.test_loss for item in measured])
    if best is None or len(measured) < _FEWEST:
        return None
    found = overfitting_of(measured)
    until = measured[found.until].step if found else None
    item = measured[best]
    return BestTest(item.epoch, item.step, item.test_loss, until)
