"""The losses of the courses, all computed from logits so that any of them fits any network."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]
"""From logits ``[N, C]`` and labels ``int64 [N]`` to the mean loss, a scalar."""


def nll_on_log_softmax(logits: Tensor, labels: Tensor) -> Tensor:
    """Negative log-likelihood of the correct class; the same value as cross-entropy."""
    return F.nll_loss(F.log_softmax(logits, dim=1), labels)


def mse_on_one_hot(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance between the probabilities and the one-hot label.

    Up to the factor C this is the score of G. W. Brier, "Verification of forecasts expressed
    in terms of probability", Monthly Weather Review 78 (1950).
    """
    one_hot = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.mse_loss(torch.softmax(logits, dim=1), one_hot)


LOSSES: dict[str, Loss] = {
    "cross-entropy": F.cross_entropy,
    "nll": nll_on_log_softmax,
    "mse": mse_on_one_hot,
}
