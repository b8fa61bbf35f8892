"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

falls = Prediction(
    "While the sweeps run, which of these can fall from one sweep to the next?",
    ("Nothing can", "The ELBO", "A single term of the ELBO"),
    2,
    "Each update is the best factor while the others stay, so the sum never falls. Its five terms "
    "are free to trade: the data term usually gains what the entropies pay.",
    "Set K = 6 and play: the lower panel has falling curves, the upper one never.",
)

doubt = Prediction(
    "At λ = 0.5 just 5 of the 272 eruptions are not sure of their kind (largest φ below 0.9). How "
    "many at λ = 1.2?",
    ("still about 5", "about 30", "most of them"),
    2,
    "The log odds are divided by λ²: going from 0.5 to 1.2 makes them nearly six times smaller, "
    "and the two means move together as well.",
    "Set λ to 1.2 and the sweep slider to 40: 220 points are not sure.",
)

restarts = Prediction(
    "Five clusters that anyone can see, K = 5, 30 random starts. How many find all five?",
    ("all 30", "about 20", "about 5"),
    1,
    "Starts with two means in one cluster often stay there: to cross over, a mean would have to "
    "pass through places that are worse.",
    "22 of the 30 share the best ELBO; walk through the ranks from 23 on.",
)

symmetric = Prediction(
    "Two components start at exactly the same mean and variance. After 30 sweeps they are",
    ("still equal", "apart, but slowly", "apart, thanks to rounding"),
    0,
    "Equal components get φ = ½ everywhere, and so the same update. The ELBO is flat there: a "
    "saddle, not a top.",
    "Set the kick to −16, which here means none at all. Then −12: for ten sweeps nothing seems to "
    "happen.",
)

dead = Prediction(
    "A component starts far from every point and gets no responsibility. Where is its mean after "
    "one sweep?",
    ("where it was", "at the nearest cluster", "at the prior's mean"),
    2,
    "With N_k = 0 the update reads s² = σ² and m = α: what no data touch is the prior, exactly.",
    "Start of component 4 at 5, one sweep: it sits at the origin with the prior's variance.",
)

labels = Prediction(
    "Three groups, so far apart that nobody doubts. Does log p(x) − ELBO go to 0?",
    ("Yes", "No, to log 3", "No, to log 3!"),
    2,
    "The kinds have no names. The posterior has 3! equal copies, one for every naming; q holds "
    "one of them, and pays the logarithm of what it leaves out.",
    "K = 3, separation 8: the gap is 1.7918 nats, and log 6 = 1.7918.",
)

how_many = Prediction(
    "With every component more, the best likelihood can only rise. And the ELBO?",
    ("It can only rise, too", "It turns down"),
    1,
    "Each component must be believed before it helps: its mean pays a price against the prior, "
    "and each point pays log K for its name.",
    "At λ = 0.5: −484.05 for K = 2, −480.70 for K = 3, −494.47 for K = 4.",
)

outlier = Prediction(
    "Two clusters of 25, K = 2, and one wild point. Far enough out, what is the best fit?",
    (
        "Its cluster's mean is dragged along",
        "It gets a component of its own",
        "It is ignored",
    ),
    1,
    "A Gaussian charges the square of the distance. At some distance it is cheaper to squeeze 50 "
    "points into one component. A model with light tails cannot ignore anything.",
    "Between 14 and 16 the two curves cross.",
)
