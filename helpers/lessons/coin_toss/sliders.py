"""Our coin, and the sliders that several parts share."""

from helpers.controls import Slider
from helpers.models import Coin

# Our coin's ten tosses: H H T H H H H T H H. Prior Beta(1, 1).
OURS = Coin(8, 2)

COUNTS = (
    Slider("heads", "h, heads seen", 0, 20, 8, 1),
    Slider("tails", "t, tails seen", 0, 20, 2, 1),
)
PRIOR = (
    Slider("a", "a, prior's heads", 0.5, 10.0, 1.0, 0.5),
    Slider("b", "b, prior's tails", 0.5, 10.0, 1.0, 0.5),
)
# With a head and a tail seen there is a peak inside (0, 1), whatever the prior.
COUNTS_WITH_PEAK = (
    Slider("heads", "h, heads seen", 1, 20, 8, 1),
    Slider("tails", "t, tails seen", 1, 20, 2, 1),
)
