"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

falls = Prediction(
    "While the sweeps run, which of these can fall from one sweep to the next?",
    ("Nothing can", "The ELBO", "A single term of the ELBO"),
    2,
    "Each update is the best factor while the others stay, so the sum does not fall. Its terms are "
    "free to trade: at λ = 0.5 the data term pays and the entropies gain in nine sweeps of ten.",
    "Set K = 6 and step from sweep 1 to 3: in the caption the data term falls from −252.3 to "
    "−276.4, and the ELBO rises.",
    (
        "The sum is maximised, not each term.",
        "An update that lowered the ELBO would not be the best factor.",
        "",
    ),
)

doubt = Prediction(
    "At λ = 0.5 just 5 of the 272 eruptions are not sure of their kind (largest φ below 0.9). How "
    "many at λ = 1.2?",
    ("about 10", "about 80", "more than 200"),
    2,
    "The log odds are divided by λ²: going from 0.5 to 1.2 makes them nearly six times smaller. "
    "And the two means move together as well.",
    "Set λ to 1.2 and the sweep slider to 40: 220 points are not sure.",
    (
        "Log odds nearly six times smaller do more than double the doubtful ones: with the means "
        "where they were there would be 80.",
        "That is what λ² alone does, with the means where they were. They move.",
        "",
    ),
)

restarts = Prediction(
    "Five clusters that anyone can see, K = 5, 30 random starts. How many find all five?",
    ("all 30", "about 20", "about 5"),
    1,
    "Each bad end is a top of its own: move its means by 0.1, and the sweeps lead back to it.",
    "22 of the 30 share the best ELBO; walk through the ranks from 23 on.",
    (
        "Sweeps climb, they do not search. Here the 30 ends have six different heights.",
        "",
        "Each of the 30 starts leaves some cluster without a mean. The sweeps repair 22 of them.",
    ),
)

start = Prediction(
    "Four means start at exactly the same place. After 20 sweeps they are",
    ("still together", "apart, but slowly", "apart, thanks to rounding"),
    0,
    "Equal components get φ = ¼ everywhere, and so the same update. The ELBO is flat there: a "
    "saddle, not a top.",
    "Distance slider at −13, which here means exactly 0; then at −12, where nothing shows for nine "
    "sweeps; then at the other end, 1.5.",
    (
        "",
        "Slowly is what happens after a small push. At exactly 0 there is none.",
        "The same operations on equal numbers give equal numbers, rounding included.",
    ),
)

labels = Prediction(
    "Three groups, so far apart that nobody doubts. Does log p(x) − ELBO go to 0?",
    ("Yes", "No, to log 3", "No, to log 3!"),
    2,
    "The posterior has 3! equal copies, one for every naming of the kinds. q holds one of them, "
    "and pays the logarithm of what it leaves out.",
    "K = 3, separation 8: the gap is 1.7918 nats, and log 6 = 1.7918.",
    (
        "It would if the names were known: the posterior given one naming is a product, as q is.",
        "That counts three names for the first kind; two are left for the second.",
        "",
    ),
)

narrow = Prediction(
    "Six points in two groups, 2 apart with λ = 1, so that the kinds overlap. Call the first "
    "point's kind 1: no label can switch. Is q's variance of that centre right?",
    ("Yes: each factor is optimal", "Too small", "Too large"),
    1,
    "It is not known who belongs to the kind. At separation 2, λ = 1, the truth is 0.482: 0.301 "
    "if one knew, and 0.181 because one does not. Having averaged the kinds first, q says 0.293.",
    "The left panel opens at that setting; slide λ and the separation from there.",
    (
        "Optimal among products, by KL(q‖p), and KL(q‖p) does not ask for the right variance.",
        "",
        "It can be: where CAVI merges both kinds into one, by up to 3 %. Here it does not.",
    ),
)

likelihood = Prediction(
    "All components weigh 1/K and have the same λ. Give maximum likelihood one component more. Can "
    "its best likelihood fall?",
    ("No: more can only fit better", "Yes"),
    1,
    "With K = 4 no component can have weight ⅓, or none: the old fit is not among the new ones. "
    "For the eruptions at λ = 0.5 the best log likelihoods are −468.26, −458.24 and −465.87 at "
    "K = 2, 3 and 4. With free weights it cannot fall.",
    "The ELBO does the same: at λ = 0.5 its solid curve rises from K = 2 to 3 and drops at 4; the "
    "dashed one stays.",
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
    "At distance 14 the first fit is still the better one, at 15 the second.",
    (
        "Near by it is: against 25 others the mean gives way by a 26th of the distance. But the "
        "square of what remains grows without end.",
        "",
        "No point can be: its φ sums to 1, so some component pays for it.",
    ),
)
