"""The update of one weight, computed by hand as each optimizer's paper has it; free of torch.

Everything is computed in double precision from what the run had: value, gradient, and the figures
that the optimizer keeps of the weight. Adam is that of D. P. Kingma and J. Ba, "Adam: a method for
stochastic optimization" (2015), AdamW that of I. Loshchilov and F. Hutter, "Decoupled weight decay
regularization" (2019), both with the order of operations of torch.
"""

import math
from collections.abc import Callable, Mapping

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.protocol.loop.arithmetic import Working, digits, factor
from netviz.engine.protocol.loop.step_traced import UpdateTraced


def offered(update: UpdateTraced) -> bool:
    """Whether the arithmetic of this optimizer is known here."""
    return update.optimizer in _RULES


def why_not(update: UpdateTraced) -> str:
    """Say in a sentence why there is no arithmetic of an update; empty where there is."""
    if update.weight.gradient is None:
        return "This weight has no gradient: its layer is frozen or not used, so it stays as it is."
    if not offered(update):
        known = [OPTIMIZERS[name].title for name in _RULES]
        title = OPTIMIZERS[update.optimizer].title
        return (
            f"The arithmetic of {title} is not written out here. "
            f"Choose {', '.join(known[:-1])} or {known[-1]} to see it."
        )
    return ""


def update_by_hand(update: UpdateTraced) -> tuple[Working, ...]:
    """Write out how the weight that is followed gets its new value.

    Returns
    -------
    tuple[Working, ...]
        From the gradient that ``loss.backward()`` left to the new weight; empty where
        `why_not` says why.
    """
    if why_not(update):
        return ()
    lines = _Lines(update)
    lines.gather()
    return tuple(_RULES[update.optimizer](lines))


class _Lines:
    """The numbers of one update under short names, and the lines written so far."""

    def __init__(self, update: UpdateTraced) -> None:
        weight, arguments = update.weight, update.arguments
        assert weight.gradient is not None
        self.update, self.weight, self.arguments = update, weight, arguments
        self.value, self.gradient = weight.value, weight.gradient
        self.rate = float(arguments["lr"])
        self.decay = float(arguments.get("weight_decay", 0.0))
        self.written: list[Working] = []

    def gather(self) -> None:
        """Write how the optimizer's gradient came out of what backward left."""
        update, summed = self.update, self.weight.summed_gradient
        if summed is None or (update.batches == 1 and update.clip_factor == 1):
            return
        formula, numbers, result = ["sum"], [factor(summed)], summed
        if update.batches > 1:
            formula.append("÷ batches")
            numbers.append(f"÷ {update.batches}")
            result /= update.batches
        if update.clip_factor != 1:
            formula.append("· clipping")
            numbers.append(f"· {digits(update.clip_factor)}")
            result *= update.clip_factor
        self.add("g", " ".join(formula), " ".join(numbers), result, self.weight.gradient, result)

    def add(
        self,
        name: str,
        formula: str,
        numbers: str,
        result: float,
        actual: float | None = None,
        *terms: float,
    ) -> float:
        """Write a line; `terms` are what was added up in it. Return its result."""
        scale = sum(map(abs, terms)) if terms else 1.0
        self.written.append(Working(name, formula, numbers, result, actual, scale))
        return result

    def decayed_gradient(self) -> float:
        """Return the gradient with the pull of the weight decay, where it is on."""
        gradient, decay, value = self.gradient, self.decay, self.value
        if not decay:
            return gradient
        return self.add(
            "g",
            "g + decay · w",
            f"{digits(gradient)} + {digits(decay)} · {factor(value)}",
            gradient + decay * value,
        )

    def new_weight(self, value: float, step: float, formula: str, numbers: str) -> list[Working]:
        """Write the last line, which takes `step` from `value`, and return all."""
        scale = max(abs(self.value) + abs(step), 1e-30)
        self.add("new w", formula, numbers, value - step, self.weight.new_value, scale)
        return self.written


def _sgd(lines: _Lines) -> list[Working]:
    arguments, old = lines.arguments, lines.weight.state.get("momentum_buffer")
    direction, symbol = lines.decayed_gradient(), "g"
    if momentum := float(arguments.get("momentum", 0.0)):
        gradient, kept = direction, 1 - float(arguments.get("dampening", 0.0))
        actual = lines.weight.new_state.get("momentum_buffer")
        if old is None:
            buffer = lines.add("b", "g, at its first step", digits(gradient), gradient, actual)
        else:
            part, symbols = (factor(gradient), "g")
            if kept != 1:
                part, symbols = f"{digits(kept)} · {part}", "(1 − dampening) · g"
            buffer = lines.add(
                "b",
                f"momentum · b + {symbols}",
                f"{digits(momentum)} · {factor(old)} + {part}",
                momentum * old + kept * gradient,
                actual,
                momentum * old,
                kept * gradient,
            )
        direction, symbol = buffer, "b"
        if arguments.get("nesterov"):
            symbol = "d"
            direction = lines.add(
                "d",
                "g + momentum · b",
                f"{digits(gradient)} + {digits(momentum)} · {factor(buffer)}",
                gradient + momentum * buffer,
            )
    return lines.new_weight(
        lines.value,
        lines.rate * direction,
        f"w − rate · {symbol}",
        f"{digits(lines.value)} − {digits(lines.rate)} · {factor(direction)}",
    )


def _adam(lines: _Lines) -> list[Working]:
    return _with_moments(lines, lines.value, lines.decayed_gradient())


def _adamw(lines: _Lines) -> list[Working]:
    value = lines.value
    if lines.decay:
        value = lines.add(
            "w",
            "w · (1 − rate · decay)",
            f"{digits(value)} · (1 − {digits(lines.rate)} · {digits(lines.decay)})",
            value * (1 - lines.rate * lines.decay),
        )
    return _with_moments(lines, value, lines.gradient)


def _with_moments(lines: _Lines, value: float, gradient: float) -> list[Working]:
    """Write Adam's two moments, their corrections and the update."""
    arguments, state, new = lines.arguments, lines.weight.state, lines.weight.new_state
    beta1, beta2 = map(float, arguments["betas"])
    time = state.get("step", 0.0) + 1
    m = _mean(lines, "m", "g", ("β₁", beta1), state.get("exp_avg", 0.0), gradient, new["exp_avg"])
    squares = state.get("exp_avg_sq", 0.0)
    v = _mean(lines, "v", "g²", ("β₂", beta2), squares, gradient, new["exp_avg_sq"])
    mean = lines.add(
        "m̂",
        "m ÷ (1 − β₁ᵗ)",
        f"{digits(m)} ÷ (1 − {digits(beta1)}^{time:.0f})",
        m / (1 - beta1**time),
    )
    if arguments.get("amsgrad"):
        before = state.get("max_exp_avg_sq", 0.0)
        v = lines.add(
            "v",
            "the larger of v and its largest so far",
            f"max({digits(v)}, {digits(before)})",
            max(v, before),
            new.get("max_exp_avg_sq"),
            max(v, before),
        )
    square = lines.add(
        "v̂",
        "v ÷ (1 − β₂ᵗ)",
        f"{digits(v)} ÷ (1 − {digits(beta2)}^{time:.0f})",
        v / (1 - beta2**time),
    )
    divisor = math.sqrt(square) + float(arguments["eps"])
    return lines.new_weight(
        value,
        lines.rate * _quotient(mean, divisor),
        "w − rate · m̂ ÷ (√v̂ + ε)",
        f"{digits(value)} − {digits(lines.rate)} · {factor(mean)} ÷ "
        f"(√{digits(square)} + {digits(float(arguments['eps']))})",
    )


def _mean(
    lines: _Lines,
    name: str,
    of: str,
    share: tuple[str, float],
    old: float,
    gradient: float,
    actual: float,
) -> float:
    """Write a running mean of the gradient, or of its square."""
    symbol, kept = share
    power, sign = (2, "²") if of.endswith("²") else (1, "")
    part = gradient**power
    return lines.add(
        name,
        f"{symbol} · {name} + (1 − {symbol}) · {of}",
        f"{digits(kept)} · {factor(old)} + (1 − {digits(kept)}) · {factor(gradient)}{sign}",
        kept * old + (1 - kept) * part,
        actual,
        kept * old,
        (1 - kept) * part,
    )


def _quotient(dividend: float, divisor: float) -> float:
    if divisor:
        return dividend / divisor
    return math.copysign(math.inf, dividend) if dividend else math.nan


def _rmsprop(lines: _Lines) -> list[Working]:
    arguments, state, new = lines.arguments, lines.weight.state, lines.weight.new_state
    gradient = lines.decayed_gradient()
    share = ("α", float(arguments["alpha"]))
    old = state.get("square_avg", 0.0)
    s = _mean(lines, "s", "g²", share, old, gradient, new["square_avg"])
    spread, symbol = s, "s"
    if arguments.get("centered"):
        before = state.get("grad_avg", 0.0)
        mean = _mean(lines, "a", "g", share, before, gradient, new["grad_avg"])
        symbol = "c"
        numbers = f"{digits(s)} − {factor(mean)}²"
        spread = lines.add("c", "s − a²", numbers, max(0.0, s - mean**2))
    eps = float(arguments["eps"])
    step = _quotient(gradient, math.sqrt(spread) + eps)
    quotient = f"{factor(gradient)} ÷ (√{digits(spread)} + {digits(eps)})"
    formula = f"g ÷ (√{symbol} + ε)"
    if momentum := float(arguments.get("momentum", 0.0)):
        last = state.get("momentum_buffer", 0.0)
        step = lines.add(
            "b",
            f"momentum · b + {formula}",
            f"{digits(momentum)} · {factor(last)} + {quotient}",
            momentum * last + step,
            new.get("momentum_buffer"),
            momentum * last,
            step,
        )
        formula, quotient = "b", factor(step)
    return lines.new_weight(
        lines.value,
        lines.rate * step,
        f"w − rate · {formula}",
        f"{digits(lines.value)} − {digits(lines.rate)} · {quotient}",
    )


_RULES: Mapping[str, Callable[[_Lines], list[Working]]] = {
    "sgd": _sgd,
    "adam": _adam,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
}
"""Optimizers whose arithmetic is written out, by their names among the options."""


LETTERS: Mapping[str, str] = {
    "w": "the weight, or the bias",
    "g": "its gradient: how much the loss grows when the weight does",
    "rate": "the learning rate of this step",
    "b": "the momentum: what is left of the steps before, and the new gradient",
    "d": "the direction of the step",
    "m": "the first moment: a running mean of the gradient",
    "v": "the second moment: a running mean of the squared gradient",
    "m̂": "the first moment, corrected for having begun at 0",
    "v̂": "the second moment, corrected for having begun at 0",
    "s": "a running mean of the squared gradient",
    "a": "a running mean of the gradient",
    "c": "the spread of the gradient around its mean, squared",
    "new w": "the weight after the step",
}
"""What stands for what in the arithmetic."""
