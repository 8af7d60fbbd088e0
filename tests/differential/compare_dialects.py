#!/usr/bin/env python3
"""Random queries and events through eqlab and through the Python `eql` engine.

Strict cases must come out equal. Wide cases may differ where the list of known differences predicts
it, answer by answer. Anything else is unexplained: it is made small, printed as a block of a `.case`
file, and the exit status is 1. See README.md beside this file.
"""

import argparse
import collections
import sys
import time

import document
import model
from differences import DIFFERENCES, explanation
from engines import Eqlab, Python, Refused
from generate import Generator
from query import case_block, eqlab_text, python_text
from shrink import shrink

# A case has a seed of its own, made of the run's seed and its number, and can be played alone.
SEED_STEP = 1_000_003


class Verdict:
    """What both engines say about a case, and why. `ids` is None if that is not explained."""

    def __init__(self, case, ours, theirs):
        self.case, self.ours, self.theirs = case, ours, theirs
        self.ids = explanation(lambda switches: model.answer(case, switches), ours, theirs)


class Judge:
    def __init__(self, eqlab):
        self.eqlab, self.python = Eqlab(eqlab), Python()

    def verdict(self, case):
        return Verdict(case, self.eqlab.ask(case), self.python.ask(case))

    def is_unexplained(self, case):
        try:
            return self.verdict(case).ids is None
        except (Refused, model.OutOfScope):
            return False

    def is_explained_by(self, case, ids):
        try:
            return self.verdict(case).ids == ids
        except (Refused, model.OutOfScope):
            return False


def say(answer):
    if answer.failed:
        return "fails"
    return "; ".join(" ".join(map(str, found)) for found in answer.found) or "none"


def show(verdict, seed, mode):
    case = verdict.case
    print(f"--- seed {seed}, {mode}: unexplained")
    print(case_block(case, "eqlab and the Python engine differ", model.answer(case, ())))
    print(f"eqlab            {say(verdict.ours)}\n  the list says  {say(model.answer(case, ()))}")
    print(f"Python           {say(verdict.theirs)}\n  the list says  {say(model.answer(case, tuple(DIFFERENCES)))}")
    if python_text(case) != eqlab_text(case):
        print(f"asked of Python as\n  {python_text(case)}")
    print()


class Tally:
    def __init__(self):
        self.cases = self.equal = self.matched = self.out_of_scope = 0
        self.seen = collections.Counter()
        self.kinds = collections.Counter()
        self.unexplained = []
        # For each id, a case that it alone explains.
        self.examples = {}


def size(case):
    return len(case.events) + len(eqlab_text(case)) // 20


def compare(judge, own_seeds, wide):
    tally = Tally()
    mode = "wide" if wide else "strict"
    for own_seed in own_seeds:
        case = Generator(f"{mode} {own_seed}", wide).case()
        tally.cases += 1
        tally.kinds[case.query.kind] += 1
        try:
            verdict = judge.verdict(case)
        except model.OutOfScope:
            tally.out_of_scope += 1
            continue
        except Refused as error:
            sys.exit(f"seed {own_seed}, {mode}: {error}\n{eqlab_text(case)}")
        tally.matched += bool(verdict.ours.found or verdict.theirs.found)
        if verdict.ids is None or (not wide and verdict.ids):
            tally.unexplained.append((own_seed, case))
        elif not verdict.ids:
            tally.equal += 1
        else:
            tally.seen.update(verdict.ids)
            if len(verdict.ids) == 1:
                known = tally.examples.setdefault(verdict.ids[0], case)
                if size(case) < size(known):
                    tally.examples[verdict.ids[0]] = case
    return tally


def report(judge, tally, mode, seed, seconds):
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(tally.kinds.items()))
    explained = tally.cases - tally.equal - tally.out_of_scope - len(tally.unexplained)
    print(f"{mode}, seed {seed}: {tally.cases} cases ({kinds}), {tally.matched} with matches; {tally.equal} equal, "
          f"{explained} with a known difference, {len(tally.unexplained)} unexplained, "
          f"{tally.out_of_scope} where the answer is open; {seconds:.0f} s", flush=True)
    for name in DIFFERENCES:
        if tally.seen[name]:
            print(f"  {tally.seen[name]:6}  {name}")
    for own_seed, case in tally.unexplained[:3]:
        show(judge.verdict(shrink(case, judge.is_unexplained)), own_seed, mode)


def predicted(case):
    """What the list alone says: the ids of the difference between its two ends."""
    try:
        answer_with = lambda switches: model.answer(case, switches)
        return explanation(answer_with, answer_with(()), answer_with(tuple(DIFFERENCES)))
    except model.OutOfScope:
        return None


def small_examples(judge, tally):
    """For each difference the smallest case found that it alone explains, made small by the list's
    word, which is quick, or by that of the engines if they do not agree to the end."""
    examples = {}
    for name, case in sorted(tally.examples.items()):
        ids = (name,)
        small = shrink(case, lambda candidate: predicted(candidate) == ids)
        if not judge.is_explained_by(small, ids):
            small = shrink(case, lambda candidate: judge.is_explained_by(candidate, ids))
        examples[name] = small
    return examples


def check_examples(judge):
    """The kept examples still show the one difference that each stands for, and both documents say so."""
    wrong = []
    examples = document.read_examples()
    for name, case in examples.items():
        if not judge.is_explained_by(case, (name,)):
            wrong.append(f"example {name} is not explained by {name} alone")
    missing = [name for name in DIFFERENCES if name not in examples]
    wrong += [f"no example of {name}" for name in missing]
    wrong += document.stale(examples, lambda case: case_answers(judge, case))
    for line in wrong:
        print(line)
    print(f"examples: {len(examples)} kept, {len(wrong)} wrong")
    return not wrong


def case_answers(judge, case):
    verdict = judge.verdict(case)
    return say(verdict.ours), say(verdict.theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eqlab", required=True, help="the eqlab program")
    parser.add_argument("--cases", type=int, default=10_000, help="of each mode (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, metavar="SEED", help="one case alone, by the seed that a report names")
    parser.add_argument("--mode", choices=["strict", "wide", "both", "examples"], default="both",
                        help="examples: the kept ones alone")
    parser.add_argument("--write", action="store_true",
                        help="keep small examples and counts of this run of wide cases in README.md and the case file; "
                             "with --mode examples, write both again from what is kept")
    arguments = parser.parse_args()
    judge = Judge(arguments.eqlab)
    print(f"Python eql {judge.python.version}")
    fine = True
    for mode in ("strict", "wide"):
        if arguments.mode not in (mode, "both"):
            continue
        begin = time.monotonic()
        first = arguments.seed * SEED_STEP
        own_seeds = range(first, first + arguments.cases) if arguments.case is None else [arguments.case]
        tally = compare(judge, own_seeds, mode == "wide")
        report(judge, tally, mode, arguments.seed, time.monotonic() - begin)
        fine = fine and not tally.unexplained
        if tally.cases >= 100 and tally.matched < tally.cases // 10:
            print("hardly anything matched: the comparison says little")
            fine = False
        if mode == "wide" and arguments.write:
            examples = {**document.read_examples(), **small_examples(judge, tally)}
            document.write(examples, lambda case: case_answers(judge, case),
                           {"cases": tally.cases, "seed": arguments.seed, "seen": dict(tally.seen)})
    if arguments.mode == "examples" and arguments.write:
        document.write(document.read_examples(), lambda case: case_answers(judge, case), document.kept_run())
    fine = check_examples(judge) and fine
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
