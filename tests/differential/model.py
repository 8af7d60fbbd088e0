"""What a query finds, by a small evaluator that can speak either dialect, or one in between.

Every known difference between the dialects is a switch (`differences.py`). With all of them off the
evaluator reads EQL as Elasticsearch does, with all of them on as the Python engine does. So a
difference between the engines is explained by the switches that lead from one answer to the other,
and by nothing else: a query that merely contains a construct known to differ explains nothing.
"""

import itertools
import math
import re
from dataclasses import dataclass

from query import UNMAPPED


ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "modulo": "%"}


class Failure(Exception):
    """The search fails as it runs."""


class OutOfScope(Exception):
    """Neither documentation says; the case is not counted."""


@dataclass(frozen=True)
class Answer:
    """`found`: for every match the numbers of its events, from 1, without missing ones, in order."""

    found: tuple = ()
    failed: bool = False


FAILED = Answer(failed=True)


def answer(case, switches):
    """`switches`: the ids of the differences that are read as the Python engine does."""
    try:
        return Answer(tuple(_Run(case, switches).matches()))
    except Failure:
        return FAILED


def _ascii_lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def _units(text):
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _java_double(value):
    if value != 0 and not 1e-3 <= abs(value) < 1e7:
        digits, exponent = f"{value:.16e}".split("e")
        digits = repr(float(digits))
        return f"{digits}E{int(exponent)}"
    return repr(value)


class _Run:
    def __init__(self, case, switches):
        self.case = case
        self.query = case.query
        self.on = frozenset(switches)
        self.events = list(enumerate(case.events, start=1))
        if "input-order" not in self.on:
            self.events.sort(key=lambda item: (item[1].time_ms, item[0]))

    # Values.

    def values_of(self, event, name):
        """The value that a field contributes, as a list of choices; [None] when there is none."""
        value = event.fields.get(name)
        if isinstance(value, list):
            if "array-value" in self.on:
                return [None] if not value and "empty-array" not in self.on else [value]
            value = list(dict.fromkeys(value))
            if not value:
                return [[]] if "empty-array" in self.on else [None]
            return value
        return [value]

    def occurrences(self, node):
        """Field names in the order in which `value` asks for them."""
        if node[0] in ("field", "flag"):
            return [node[1]]
        if node[0] == "call":
            return [name for argument in node[2] for name in self.occurrences(argument)]
        if node[0] == "math":
            return self.occurrences(node[2]) + self.occurrences(node[3])
        return []

    def value(self, node, chosen, native=False):
        """A value of an expression; `chosen` yields one value for each occurrence of a field."""
        kind = node[0]
        if kind in ("field", "flag"):
            return next(chosen)
        if kind == "const":
            return node[1]
        if kind == "math":
            left = self.value(node[2], chosen)
            return self.arithmetic(node[1], left, self.value(node[3], chosen))
        arguments = [self.value(argument, chosen) for argument in node[2]]
        return self.call(node[1], arguments, native)

    def arithmetic(self, op, left, right):
        if left is None or right is None or isinstance(left, list) or isinstance(right, list):
            return None
        if op in "+-*":
            return left + right if op == "+" else left - right if op == "-" else left * right
        whole = isinstance(left, int) and isinstance(right, int)
        if right == 0:
            if op == "/" and "zero-division" in self.on:
                return None
            if whole or "zero-division" in self.on:
                raise Failure
            raise OutOfScope
        if "floor-division" in self.on:
            return (left // right if whole else left / right) if op == "/" else left % right
        if op == "%":
            rest = math.fmod(left, right)
            return int(rest) if whole else rest
        if not whole:
            return left / right
        return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)

    def fold(self, text, native):
        """Without regard to case, as a bare field and a constant are compared, or as a script does."""
        return _ascii_lower(text) if native and "unicode-case" not in self.on else text.lower()

    def call(self, full_name, arguments, native):
        name = full_name.rstrip("~")
        loose = full_name.endswith("~") or "case-function" in self.on
        folded = lambda text: self.fold(text, native and "case-function" not in self.on) if loose else text
        texts = [a for a in arguments if isinstance(a, str)]
        first = arguments[0]
        if name in ARITHMETIC:
            return self.arithmetic(ARITHMETIC[name], *arguments)
        if name in ("startsWith", "endsWith", "stringContains"):
            if len(texts) < 2:
                no_text_is_false = name == "stringContains" and "false-call" in self.on
                return False if no_text_is_false else None
            source, part = folded(texts[0]), folded(texts[1])
            if name == "startsWith":
                return source.startswith(part)
            if native and "affix-wildcards" not in self.on:
                return _wildcard_with_escapes("*" + part + ("*" if name == "stringContains" else ""), source)
            if name == "endsWith":
                return source.endswith(part)
            if "empty-contains" not in self.on and not (source and part):
                return native and not part
            return part in source
        if name == "cidrMatch":
            if not isinstance(first, str):
                return False if "false-call" in self.on else None
            return any(_in_block(first, block) for block in arguments[1:])
        if name == "length":
            if isinstance(first, list):
                return len(first)
            return None if first is None else len(first) if "code-points" in self.on else _units(first)
        if name in ("concat", "string"):
            if any(a is None for a in arguments):
                return None
            return "".join(self.text(a) for a in arguments)
        if not isinstance(first, str):
            return None
        if name == "substring":
            return first[slice(*arguments[1:])] if len(arguments) > 2 else first[arguments[1]:]
        if name == "indexOf":
            source, part = folded(first), folded(arguments[1])
            start = arguments[2] if len(arguments) > 2 else 0
            if start < 0 and "negative-index" not in self.on:
                start = 0
            place = source.find(part, start)
            return None if place < 0 else place
        if name == "between":
            return self.between(first, arguments[1], arguments[2], len(arguments) > 3 and arguments[3], folded)
        if name == "number":
            return self.number(first)
        raise AssertionError(full_name)

    def between(self, source, left, right, greedy, folded):
        if "empty-delimiter" not in self.on and not (source and left and right):
            return source
        miss = None if "between-miss" in self.on else ""
        text, left, right = folded(source), folded(left), folded(right)
        begin = text.find(left)
        if begin < 0:
            return miss
        begin += len(left)
        if not greedy:
            end = text.find(right, begin)
        elif "between-greedy" in self.on:
            end = text.rfind(right, begin)
        else:
            end = text.rfind(right)
            if 0 <= end < begin:
                raise Failure
        return miss if end < 0 else source[begin:end]

    def number(self, text):
        if "number-text" in self.on:
            if text.count(".") == 1:
                try:
                    return float(text)
                except ValueError:
                    raise Failure from None
            if text.startswith("0x"):
                return int(text[2:], 16)
            return int(text) if text.lstrip("-+").isdigit() else None
        if re.fullmatch(r"[-+]?[0-9]+", text):
            return int(text)
        if text.startswith("0x"):
            return int(text[2:], 16)
        try:
            return float(text)
        except ValueError:
            raise Failure from None

    def text(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return repr(value) if "double-text" in self.on else _java_double(value)
        return str(value)

    # Leaves.

    def leaf(self, node, event):
        """True, False or None."""
        kind = node[0]
        if kind == "null":
            return self.null_leaf(node, event)
        subject = {"compare": 2, "in": 3, "pattern": 2}.get(kind)
        inner = node if subject is None else node[subject]
        names = self.occurrences(inner)
        native = (inner[0] in ("field", "flag")
                  or (inner[0] == "call" and subject is None and inner[2][0][0] == "field"
                      and all(argument[0] == "const" for argument in inner[2][1:])))
        choices = [self.values_of(event, name) for name in names]
        results = [self.test(node, inner, iter(chosen), native) for chosen in itertools.product(*choices)]
        if True in results:
            return True
        if "null-logic" in self.on:
            return None if None in results else False
        if UNMAPPED in names:
            return False if kind == "compare" and node[1] == "==" else None
        return False

    def test(self, node, inner, chosen, native):
        kind = node[0]
        value = self.value(inner, chosen, native)
        if kind == "compare":
            return self.compare(node[1], value, node[3])
        if kind == "in":
            return self.contained(node, value, native)
        if kind == "pattern":
            return self.matches_pattern(node, value, native)
        return value

    def null_leaf(self, node, event):
        choices = [self.values_of(event, name) for name in self.occurrences(node[2])]
        results = [self.value(node[2], iter(chosen)) is None for chosen in itertools.product(*choices)]
        is_null = any(results)
        return is_null == node[1]

    def compare(self, op, left, right):
        if left is None or isinstance(left, list):
            return None
        if isinstance(left, str) and "case-compare" in self.on:
            left, right = left.lower(), right.lower()
        if isinstance(left, str):
            left, right = left.encode(), right.encode()
        return {"==": left == right, "<": left < right, "<=": left <= right,
                ">": left > right, ">=": left >= right}[op]

    def contained(self, node, value, native):
        if isinstance(value, list):
            # A list cannot be looked up in a set.
            raise Failure
        if value is None:
            return None
        if not isinstance(value, str):
            return value in node[4]
        if "case-compare" in self.on:
            return value.lower() in [item.lower() for item in node[4]]
        if node[1]:
            return self.fold(value, native) in [self.fold(item, native) for item in node[4]]
        return value in node[4]

    def matches_pattern(self, node, value, native):
        if not isinstance(value, str):
            return None
        op = node[1]
        everywhere = "case-pattern" in self.on
        loose = op == ":" or op.endswith("~") or everywhere
        flags = re.DOTALL
        if loose:
            flags |= re.IGNORECASE
            if native and not everywhere and "unicode-case" not in self.on:
                flags |= re.ASCII
        match = re.fullmatch
        if op.startswith("regex"):
            text = "|".join(node[3])
            if not self.case.translate and "regex-prefix" in self.on:
                match = re.match
        else:
            one = re.escape("?") if "question-mark" in self.on else "."
            text = "|".join("(?:" + "".join(".*" if c == "*" else one if c == "?" else re.escape(c) for c in p) + ")"
                            for p in node[3])
        return match(text, value, flags) is not None

    # Conditions.

    def condition(self, node, event):
        """True, False or None. Elasticsearch's None comes from unmapped fields alone: `or` drops it,
        `and` is swallowed by it."""
        kind = node[0]
        if kind in ("and", "or"):
            results = [self.condition(term, event) for term in node[1]]
            if "null-logic" not in self.on:
                if kind == "and":
                    return None if None in results else all(results)
                known = [result for result in results if result is not None]
                return any(known) if known else None
            decisive = kind == "or"
            return decisive if decisive in results else None if None in results else not decisive
        if kind == "not":
            return self.negated(self.condition(node[1], event))
        if kind == "equals":
            result = self.condition(node[2], event)
            return result if node[1] else self.negated(result)
        if kind == "const":
            return node[1]
        if kind == "flipped":
            return self.condition(("compare", *node[1:]), event)
        if kind == "compare" and node[1] == "!=":
            return self.negated(self.leaf(("compare", "==", *node[2:]), event))
        if kind == "in" and node[2]:
            return self.negated(self.leaf(("in", node[1], False, *node[3:]), event))
        return self.leaf(node, event)

    @staticmethod
    def negated(result):
        return None if result is None else not result

    def passes(self, step, event):
        return step.category in ("any", event.category) and self.condition(step.condition, event) is True

    # Matches.

    def matches(self):
        found = {"event": self.event_query, "sequence": self.sequence, "sample": self.sample}[self.query.kind]()
        for name, count in self.query.pipes:
            found = found[:count] if name == "head" else found[max(0, len(found) - count):]
        return found

    def event_query(self):
        return [(number,) for number, event in self.events if self.passes(self.query.steps[0], event)]

    def keys(self, step, event):
        fields = (*self.query.shared, *step.keys)
        choices = []
        for name, optional in fields:
            value = event.fields.get(name)
            if isinstance(value, list):
                if "array-key" in self.on:
                    values = [tuple(value)] if value or "empty-array" in self.on else [None]
                else:
                    values = list(dict.fromkeys(value)) or [None]
            else:
                values = [value]
            if "case-key" in self.on:
                values = list(dict.fromkeys(self.lowered(value) for value in values))
            if not optional and "null-key" not in self.on:
                values = [value for value in values if value is not None]
            choices.append(values)
        return list(itertools.product(*choices))

    def lowered(self, value):
        if isinstance(value, tuple):
            return tuple(self.lowered(item) for item in value)
        return value.lower() if isinstance(value, str) else value

    def maxspan(self):
        span = self.query.maxspan_ms
        return span // 1000 * 1000 if span is not None and "maxspan-seconds" in self.on else span

    def sequence(self):
        steps = self.query.expanded()
        streaming = "missing-events" in self.on
        if not streaming:
            completed = self.run(tuple(step for step in steps if not step.missing), False)
            completed = [item for item in completed if self.nothing_between(steps, *item)]
        else:
            completed = self.run(steps, True)
        place = {number: order for order, (number, _) in enumerate(self.events)}
        if not streaming:
            completed.sort(key=lambda item: (place[item[0][-1]], [(part is not None, part) for part in item[1]]))
        return [tuple(numbers) for numbers, _ in completed]

    def run(self, steps, streaming):
        """One pass over the events: completed matches with their keys. `streaming`: the Python
        engine's reading of missing events, which looks at every single event of the step's category;
        otherwise there are none."""
        span = self.maxspan()
        slots = [{} for _ in steps]
        times = dict((number, event.time_ms) for number, event in self.case_events())
        completed = []
        categories = {step.category for step in steps}
        # Either way of minding the maxspan comes to the same while time does not step back.
        expire = span is not None and (streaming or "input-order" in self.on)

        def end_sequences(event):
            until = self.query.until
            if until and self.passes(until, event):
                for key in self.keys(until, event):
                    for slot in slots:
                        slot.pop(key, None)

        for number, event in self.events:
            if expire and (event.category in categories or "any" in categories):
                for slot in slots:
                    for key, numbers in list(slot.items()):
                        if numbers and times[numbers[0]] < event.time_ms - span:
                            del slot[key]
            if "until-first" in self.on:
                end_sequences(event)
            for position in range(len(steps) - 1, -1, -1):
                step = steps[position]
                if step.category not in ("any", event.category):
                    continue
                passes = self.passes(step, event)
                if not passes and not step.missing:
                    continue
                for key in self.keys(step, event):
                    if position == 0:
                        if passes and step.missing:
                            continue
                        numbers = ()
                    elif key not in slots[position - 1]:
                        continue
                    else:
                        numbers = slots[position - 1].pop(key)
                        if step.missing and passes:
                            continue
                    if not step.missing:
                        if numbers and not expire and span is not None and event.time_ms - times[numbers[0]] > span:
                            continue
                        numbers = (*numbers, number)
                    if position == len(steps) - 1:
                        completed.append((numbers, key))
                    else:
                        slots[position][key] = numbers
            if "until-first" not in self.on:
                end_sequences(event)
        return completed

    def case_events(self):
        return enumerate(self.case.events, start=1)

    def nothing_between(self, steps, numbers, key):
        """Elasticsearch's check of the missing events of one completed match."""
        if not any(step.missing for step in steps):
            return True
        times = [self.case.events[number - 1].time_ms for number in numbers]
        before, after, done = [], [], 0
        for step in steps:
            if not step.missing:
                done += 1
                continue
            hits = [event.time_ms for _, event in self.events
                    if self.passes(step, event) and key in self.keys(step, event)]
            if done == 0:
                before += [time for time in hits if time < times[0]]
            elif done == len(times):
                after += [time for time in hits if time > times[-1]]
            elif any(times[done - 1] < time < times[done] for time in hits):
                return False
        leads, trails = steps[0].missing, steps[-1].missing
        span = self.maxspan()
        if leads and trails:
            return not before or not after or min(after) - max(before) > span
        if leads:
            return not before or times[-1] - max(before) > span
        return not trails or not after or min(after) - times[0] > span

    def sample(self):
        """Time has no part in it: events come in the order of the input."""
        steps = self.query.steps
        if "sample-any" in self.on:
            groups, found = {}, []
            for number, event in self.case_events():
                for step in reversed(steps):
                    if not self.passes(step, event):
                        continue
                    for key in self.keys(step, event):
                        groups.setdefault(key, []).append(number)
                        if len(groups[key]) == len(steps):
                            found.append(tuple(groups.pop(key)))
            return found
        boxes = []
        for step in steps:
            box = {}
            for number, event in self.case_events():
                if self.passes(step, event):
                    for key in self.keys(step, event):
                        box.setdefault(key, []).append(number)
            boxes.append(box)
        found = []
        shared = set.intersection(*(set(box) for box in boxes))
        for key in sorted(shared, key=lambda parts: [(part is not None, part) for part in parts]):
            lists = [box[key][: len(steps)] for box in boxes]
            for numbers in itertools.product(*lists):
                if len(set(numbers)) == len(numbers):
                    found.append(numbers)
                    break
        return found


def _wildcard_with_escapes(pattern, text):
    """`*`, `?`, and a backslash that takes the next character as it is."""
    out, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        else:
            out += ".*" if character == "*" else "." if character == "?" else re.escape(character)
        at += 1
    return re.fullmatch(out, text, re.DOTALL) is not None


def _in_block(address, block):
    """IPv4 alone: the Python engine has no other blocks that both read alike."""
    base, bits = block.split("/")
    number = lambda dotted: int.from_bytes(bytes(map(int, dotted.split("."))), "big")
    shift = 32 - int(bits)
    return ":" not in address and number(address) >> shift == number(base) >> shift
