"""How numbers are written and rounded: on the screen, on the command line and in the ledger."""

import math
import re


def round_stride(stride: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 … that is not below `stride`."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= stride:
                return factor * power
        power *= 10


def number_text(value: float) -> str:
    """Write a number in four digits: ``0.0003``, ``1e-05``, ``60,000``."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def typed_text(value: float) -> str:
    """Write a number exactly, as it is typed into a field: ``0.0003``, ``1e-5``, ``60000``."""
    if isinstance(value, int):
        return str(value)
    return re.sub(r"e([+-])0+", lambda found: f"e{found[1].strip('+')}", f"{value:.12g}")


def with_point(text: str) -> str:
    """Write a decimal comma as a point, as Python wants it; ``1,000`` may mean a thousand."""
    is_thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text)
    return text if is_thousands or text.count(",") > 1 else text.replace(",", ".")


def rate_text(rate: float) -> str:
    """Write a learning rate in three digits: ``0.00042``, ``1e-06``."""
    return number_text(float(f"{rate:.3g}"))


def percent_text(fraction: float, decimals: int = 1) -> str:
    """Write a fraction of 1 as a percentage, ``99.0 %``; a dash where there is none."""
    return f"{100 * fraction:.{decimals}f} %" if math.isfinite(fraction) else "–"


def loss_text(loss: float) -> str:
    """Write a loss in about three significant digits: ``0.0312``, ``2.303``, ``1.2e+06``."""
    if math.isnan(loss):
        return "NaN"
    if math.isinf(loss):
        return "∞" if loss > 0 else "−∞"
    size = abs(loss)
    if size >= 1e5 or 0 < size < 1e-4:
        return f"{loss:.1e}"
    if size >= 100:
        return f"{loss:,.0f}"
    return f"{loss:.{4 if 0 < size < 0.01 else 3}f}" if size < 10 else f"{loss:.2f}"


def norm_text(norm: float) -> str:
    """Write the norm of a gradient or an update, at least 0: ``0.0123``, ``1.20e-05``."""
    if not math.isfinite(norm):
        return "not finite"
    return f"{norm:.3g}" if norm == 0 or norm >= 1e-3 else f"{norm:.2e}"


def weight_text(weight: float, digits: int = 2, *, signed: bool = True) -> str:
    """Write a weight: ``−0.43``, ``+0.0012``, ``1.2e+04``."""
    size = abs(weight)
    plain = weight == 0 or 0.01 <= size < 100 or (digits >= 3 and 0.0005 <= size < 100)
    text = f"{size:.{digits}f}" if plain else f"{size:.1e}"
    if not math.isfinite(weight):
        text = "not finite"
    if weight < 0:
        return f"−{text}"
    return f"+{text}" if signed and weight > 0 else text


def signed_text(value: float) -> str:
    """Write a signed value in three digits: ``−0.0128``, ``+0.412``, ``0``."""
    return f"{value:+.3g}".replace("-", "−") if value else "0"


def duration_text(seconds: float) -> str:
    """Write a duration as on a clock: ``0:04``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
