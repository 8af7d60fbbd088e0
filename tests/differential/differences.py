"""Every known difference between EQL as Elasticsearch runs it and as the Python engine does.

Each is a switch of the evaluator in `model.py`. The order matters to what is blamed: of two sets of
switches that explain a case, the one without the earlier switch is taken.
"""

DIFFERENCES = {
    "input-order": "events are taken in the order given, not sorted by time",
    "missing-events": "`![…]` looks at each event of the category as it passes: any one that fails the filter is"
                      " taken for the absence",
    "sample-any": "`sample` groups any n events of a key, whichever of the filters they pass, as they come",
    "until-first": "`until` is applied before the stages, so an event that ends and completes a sequence ends it, and"
                   " one that starts and ends one starts it",
    "null-key": "a missing join key is a key like any other",
    "array-key": "an array as join key is one key, not one for each value",
    "case-key": "join keys are compared without regard to case",
    "maxspan-seconds": "a maxspan is cut to whole seconds",
    "null-logic": "a comparison with a missing field is null, also under `not` and `!=`, and null does not match",
    "false-call": "`stringContains` and `cidrMatch` of a missing value are false, not null",
    "array-value": "an array is one value: comparisons with it are null, `length` counts its items, and `in` fails",
    "empty-array": "an empty array is not null",
    "case-compare": "`==`, `!=`, `<`, `in` and the like compare text without regard to case",
    "case-pattern": "`like` and `regex` compare without regard to case",
    "case-function": "functions without `~` compare without regard to case",
    "unicode-case": "case is folded beyond ASCII in `:`, `like~`, `regex~`, `in~` and calls with `~` on a bare field",
    "question-mark": "`?` in a pattern is a question mark, not any one character",
    "regex-prefix": "a regular expression need only match the beginning of the text",
    "affix-wildcards": "`endsWith` and `stringContains` of a field take their constant as it is: no wildcards, no"
                       " escapes",
    "empty-contains": "every text contains the empty text, also inside a larger expression",
    "code-points": "`length` counts code points, not UTF-16 units",
    "negative-index": "`indexOf` counts a negative start from the end",
    "between-miss": "`between` is null, not empty, when a delimiter is missing",
    "between-greedy": "greedy `between` looks for its right end after the left one only",
    "empty-delimiter": "`between` finds an empty delimiter right where it looks",
    "number-text": "`number` of other text is null, not an error, and it reads no exponents",
    "double-text": "large numbers with a fraction are written out, not with an exponent",
    "floor-division": "`/` and `%` of integers round down, not toward zero",
    "zero-division": "division by zero is null, not an error",
}


def explanation(answer_with, ours, theirs):
    """The ids that lead from `ours` to `theirs`, or None. `answer_with`: what a set of ids gives.

    Both ends are predicted: no switch must give `ours`, all of them `theirs`. What is left after
    dropping every switch that `theirs` does not need is the explanation; empty when both are equal."""
    if answer_with(()) != ours or answer_with(tuple(DIFFERENCES)) != theirs:
        return None
    if ours == theirs:
        return ()
    needed = list(DIFFERENCES)
    for name in DIFFERENCES:
        fewer = [other for other in needed if other != name]
        if answer_with(tuple(fewer)) == theirs:
            needed = fewer
    return tuple(needed)
