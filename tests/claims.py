"""The sentences that must be proved, and the tests that prove them.

`@claim("A sentence of the notebook.", …)` above a test says that it computes these sentences. What
is not a claim is listed in the same file as DEFINITIONS, QUESTIONS or INSTRUCTIONS.
"""

import re

SKIPPED = re.compile(r"\$\$.*?\$\$|^#.*?$|<summary>.*?</summary>|^\|[-| ]+\|$", re.S | re.M)
# A full stop inside these ends no sentence.
SHORT = re.compile(r"\b(eqs?|e\.g|i\.e|vs|fig|cf)\.", re.IGNORECASE)
END = re.compile(r"(?<=[.!?])[”\")]*\s+(?=[^\sa-z])")
REFERENCE = re.compile(
    r"\b(eqs?\.|equations?|sections?|lines?|problems?|worksheet|notebooks?|sheet|bars?|terms?)"
    r"\s*\d+[\d.a-f]*((,|,? and| to| or|–)\s*\d+[\d.a-f]*)*",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d|[½¼¾⅓⅔]|\b(half|twice|double|third|quarter|hundred|thousand|million)\b")


def claim(*quotations):
    """Marks a test as the proof of these sentences."""

    def mark(test):
        test.claims = quotations
        return test

    return mark


def sentences(text):
    """The sentences of a Markdown cell or an HTML text, without emphasis, tags and display math."""
    text = SKIPPED.sub("\n\n", text)
    text = re.sub(r"<br>|</li>|</p>", "\n\n", text)
    text = re.sub(r"<[^<>]+>|\*|`", "", text)
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-|]|\d+\.) )", text):
        paragraph = re.sub(r"^\s*(?:-|\d+\.)\s+", "", paragraph)
        paragraph = " ".join(SHORT.sub(r"\1․", paragraph).split())
        found += [one.replace("․", ".") for one in END.split(paragraph)]
    return [one for one in found if re.search(r"\w", one)]


def holds_a_number(sentence):
    """Whether it says a number: not an equation's or a section's, and not inside of a formula."""
    plain = REFERENCE.sub("", sentence)
    formulas = re.findall(r"\$.*?\$", plain)
    outside = re.sub(r"\$.*?\$", "", plain)
    return bool(NUMBER.search(outside)) or any(re.search(r"\d\.\d", one) for one in formulas)


def to_prove(notebook, parts):
    """Every sentence that needs a claim, or a word that it is none.

    All of a "What you should have seen" cell, of a prediction's reasons and of an exercise's
    hints; elsewhere those with a number.
    """
    wanted = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            seen = cell.source.startswith("**What you should have seen")
            found = sentences(cell.source)
            wanted += found[1:] if seen else [one for one in found if holds_a_number(one)]
    for part in parts:
        wanted += sentences(part)
    return wanted
