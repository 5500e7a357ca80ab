"""Which colour a run of the session has, in every theme and for good."""

TOKENS = ("branch_a", "branch_b", "branch_c", "branch_d", "branch_e", "branch_f")


def branch_token(number: int) -> str:
    """Return the name of a colour, counted from 1; a run has that of its own number at first."""
    return TOKENS[(number - 1) % len(TOKENS)]
