"""The colours of runs that are set side by side."""

from netviz.ui.look.branch_colors import TOKENS, branch_token
from netviz.ui.look.theme import Theme


def test_a_run_keeps_its_colour_and_the_next_ones_have_others() -> None:
    assert [branch_token(line) for line in range(1, 7)] == list(TOKENS)
    assert branch_token(7) == branch_token(1)


def test_no_two_of_them_are_alike_in_any_theme(theme: Theme) -> None:
    for dark in (True, False):
        theme.set_dark(dark)
        assert len({theme.color(token).name() for token in TOKENS}) == len(TOKENS)
