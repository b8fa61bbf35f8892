"""Numbers as people write them."""

import pytest

from helpers.words import below, count, fixed, listed, short, signed


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (fixed(-0.0004), "0.000"),
        (fixed(-0.0006), "−0.001"),
        (fixed(12.5, 1), "12.5"),
        (signed(0.25), "+0.250"),
        (signed(-0.25), "−0.250"),
        (signed(-1e-9), "0.000"),
        (signed(1e-9), "0.000"),
        (short(-0.5), "−0.5"),
        (short(-0.0), "0"),
        (short(3e-8), "3·10⁻⁸"),
        (short(-1e-8), "−10⁻⁸"),
        (short(1e12), "10¹²"),
        (short(-2.5e20), "−2.5·10²⁰"),
        (count(1, "step"), "1 step"),
        (count(2, "step"), "2 steps"),
        (count(0, "try", "tries"), "0 tries"),
        (count(1_000_000, "draw"), "1\u202f000\u202f000 draws"),
        (listed(["a"]), "a"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (below(1e-12), "less than 0.001"),
        (below(0.0123), "0.012"),
    ],
)
def test_words(found, wanted):
    assert found == wanted
