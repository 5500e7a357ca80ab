"""Which epoch of a run tested best, as the plot of the loss marks it; free of Qt."""

from netviz.engine.protocol.overfitting import best_measurement, comparable, overfitting_of
from netviz.ui.plots.metric import BestTest, View


def best_test(view: View) -> BestTest | None:
    """Return the best epoch since the loss function was changed; None before the second."""
    changes = view.record.loss_changes_until(view.last_step)
    best = best_measurement(view.measurements, changes)
    if best is None:
        return None
    measured = comparable(view.measurements, changes)
    found = overfitting_of(measured)
    until = measured[found.until].step if found else None
    return BestTest(best.epoch, best.step, best.test_loss, until)
