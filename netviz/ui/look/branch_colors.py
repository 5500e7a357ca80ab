"""Which colour a run of the session has, in every theme and for good."""

TOKENS = ("branch_a", "branch_b", "branch_c", "branch_d", "branch_e", "branch_f")


def branch_token(line: int) -> str:
    """Return the name of the colour of run number `line`, counted from 1."""
    return TOKENS[(line - 1) % len(TOKENS)]
