"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

positive = Prediction(
    "One in a hundred has an illness. A test finds 90 % of the ill, and is falsely positive for 9 %"
    " of the well. Yours is positive. The chance that you are ill is about",
    ("90 %", "81 %", "9 %", "1 %"),
    2,
    "Of 10,000 people 100 are ill, and 90 of them test positive; of the 9,900 who are well, 891 do."
    " So 90 of 981 positive tests are right.",
    "In the next picture the hatched column of the ill is tall and thin, the dotted one of the well"
    " low and wide: compare their areas, not their heights.",
    (
        "That is P(+ | ill), the likelihood. You want P(ill | +).",
        "90 % less 9 %: two likelihoods subtracted, and the prior left out.",
        "",
        "That is the prior: it has not heard of the test.",
    ),
)

twice_as_many = Prediction(
    "20 grid points for each parameter, a hundred million points a second. A model with 10"
    " parameters takes 28 hours. One with 20 takes",
    ("56 hours", "a month", "longer than the universe is old"),
    2,
    "Each parameter multiplies the count by 20. Ten more multiply it by 20¹⁰, about 10¹³: 33"
    " billion years.",
    "In the next picture set k = 20, then move d from 10 to 20: the line is straight, and its axis"
    " counts in powers of ten.",
    (
        "Twice the time for twice the parameters would be a cost of 20 d. The count is 20ᵈ.",
        "28² hours: but it is the count that is squared, not the hours.",
        "",
    ),
)
