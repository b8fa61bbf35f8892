"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

falls = Prediction(
    "While the sweeps run, which of these can fall from one sweep to the next?",
    ("Nothing can", "The ELBO", "A single term of the ELBO"),
    2,
    "Each update is the best factor while the others stay, so the sum does not fall. Its terms "
    "are free to trade. Most often the data term pays and the entropies gain: the fit gives up a "
    "little of each point for more doubt.",
    "Set K = 6 and play: in the lower panel curves fall, the upper one does not.",
    (
        "Only the sum is maximised. No update cares for a single term.",
        "A block update that made the ELBO smaller would not be the best factor.",
        "",
    ),
)

doubt = Prediction(
    "At λ = 0.5 just 5 of the 272 eruptions are not sure of their kind (largest φ below 0.9). How "
    "many at λ = 1.2?",
    ("about 30", "about 100", "more than 200"),
    2,
    "The log odds are divided by λ²: going from 0.5 to 1.2 makes them nearly six times smaller, "
    "and the two means move together as well.",
    "Set λ to 1.2 and the sweep slider to 40: 220 points are not sure.",
    (
        "Six times smaller log odds do more than add six times as many doubtful points: the two "
        "clusters themselves come within reach.",
        "That counts what λ² does to the log odds, with the means where they were. They move.",
        "",
    ),
)

restarts = Prediction(
    "Five clusters that anyone can see, K = 5, 30 random starts. How many find all five?",
    ("all 30", "about 20", "about 5"),
    1,
    "A start that puts two means into one cluster and none into another often stays like that: on "
    "the way across, a mean would have to pass through places that are worse.",
    "22 of the 30 share the best ELBO; walk through the ranks from 23 on.",
    (
        "That would hold if the ELBO had one top. The eye sees all points at once; a mean sees "
        "those that it already holds.",
        "",
        "Starts are points of the data, and overlap little by little: most of the time each "
        "cluster gets its mean in the end.",
    ),
)

start = Prediction(
    "Four means start at exactly the same place. After 20 sweeps they are",
    ("still together", "apart, but slowly", "apart, thanks to rounding"),
    0,
    "Equal components get φ = ¼ everywhere, and so the same update. The ELBO is flat there: a "
    "saddle, not a top.",
    "Distance slider at −13, which here means exactly 0. Then −12: for ten sweeps nothing seems to "
    "happen. Then to the other end, 1.5.",
    (
        "",
        "Slowly is what happens after the smallest push. At exactly 0 there is none.",
        "Rounding is the same for all four: equal numbers go through equal operations.",
    ),
)

labels = Prediction(
    "Three groups, so far apart that nobody doubts. Does log p(x) − ELBO go to 0?",
    ("Yes", "No, to log 3", "No, to log 3!"),
    2,
    "The kinds have no names. The posterior has 3! equal copies, one for every naming; q holds "
    "one of them, and pays the logarithm of what it leaves out.",
    "K = 3, separation 8: the gap is 1.7918 nats, and log 6 = 1.7918.",
    (
        "It would if the names were known: then each factor of the posterior were a factor of q.",
        "That counts three names for one kind. The other two have to be named as well.",
        "",
    ),
)

narrow = Prediction(
    "Six points, two kinds that overlap; call the first point's kind 1, so that no label can "
    "switch. Is q's variance of that centre right?",
    ("Yes: each factor is optimal", "Too small", "Too large"),
    1,
    "Who belongs to the kind is not known, and moving a point from one kind to the other moves "
    "both centres. The exact posterior counts that; q has averaged the kinds first.",
    "Separation 2, λ = 1: 0.293 by q, 0.482 in truth.",
    (
        "Optimal among products, for KL(q‖p), which does not ask for the right variance.",
        "",
        "KL(q‖p) punishes q where p has nothing: it pulls inwards (notebook 02).",
    ),
)

likelihood = Prediction(
    "All components weigh 1/K and have the same λ. Give maximum likelihood one component more. Can "
    "its best likelihood fall?",
    ("No: more can only fit better", "Yes"),
    1,
    "The old fit is not among the new ones: with K = 4 no component can have weight 0, or ½. "
    "For 272 eruptions at λ = 0.5 the best log likelihoods are −468.26, −458.24 and −465.87 at "
    "K = 2, 3 and 4. With weights that are free it cannot fall.",
    "At λ = 0.5 the solid curve rises from K = 2 to 3 and drops at 4; the dashed one stays.",
    (
        "That needs the old fit to be among the new ones. With weights fixed at 1/K it is not.",
        "",
    ),
)

outlier = Prediction(
    "Two clusters of 25, K = 2, and one wild point. Far enough out, what is the best fit?",
    (
        "Its cluster's mean is dragged along",
        "It gets a component of its own",
        "It is ignored",
    ),
    1,
    "A Gaussian charges the square of the distance. From some distance on it is cheaper to squeeze "
    "50 points into one component.",
    "At distance 14 the first fit is still the better one, at 16 the second.",
    (
        "So it is while the point is near: at 25 against 1 the mean gives way by a 26th of the "
        "distance. But the square of the rest grows without end.",
        "",
        "Every point must be drawn by some component, and a Gaussian far away gives it a price "
        "that no other term can match.",
    ),
)
