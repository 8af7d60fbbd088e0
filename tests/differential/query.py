"""Queries as trees, and their text in either dialect.

An expression is a tuple whose first item names it:

    ("field", name, optional)             ("const", value)
    ("compare", op, expr, value)          op: == != < <= > >=
    ("flipped", op, expr, value)          the same with the constant written on the left
    ("null", is_null, expr)               expr == null, expr != null
    ("in", insensitive, negated, expr, values)
    ("pattern", op, expr, patterns)       op: : like like~ regex regex~
    ("call", name, arguments)             name may end with ~
    ("math", op, left, right)
    ("flag", name)                        a boolean field as a condition
    ("equals", value, condition)          condition == true, condition == false
    ("and", terms)  ("or", terms)  ("not", term)

Being plain tuples they compare, hash and shrink without further code.
"""

import json
from dataclasses import dataclass, field, replace

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Step:
    """One `[category where condition] by keys with runs=n`; `missing`: `![…]`."""

    category: str
    condition: tuple
    keys: tuple = ()
    runs: int = 1
    missing: bool = False


@dataclass(frozen=True)
class Query:
    """`kind`: event, sequence or sample. Keys are pairs (field, optional); `pipes` pairs (name, n)."""

    kind: str
    steps: tuple
    shared: tuple = ()
    maxspan_ms: int | None = None
    until: Step | None = None
    pipes: tuple = ()

    def expanded(self):
        """The steps with runs written out."""
        return tuple(replace(step, runs=1) for step in self.steps for _ in range(step.runs))


@dataclass(frozen=True)
class Event:
    """`fields`: dotted name to value (str, int, float, bool, None or a list)."""

    time_ms: int
    category: str
    fields: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    query: Query
    events: tuple
    # What the Python engine is told where the same meaning has another spelling.
    translate: bool = True


def read(name):
    return ("field", name, False)


def quote(text):
    """A string as both lexers read it."""
    out = ""
    for character in text:
        out += {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}.get(character, character)
    return f'"{out}"'


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else repr(value)


class Writer:
    """`python`: the spelling for the Python engine. Regular expressions are the one construct that is
    spelt differently for the same meaning: there they begin anywhere after `match`, and end anywhere."""

    OR, AND, NOT, COMPARE, SUM, PRODUCT, PRIMARY = range(7)

    def __init__(self, python=False):
        self.python = python

    def pattern(self, op, text):
        if self.python and op.startswith("regex"):
            return quote(f"(?:{text})\\Z")
        return quote(text)

    def list_of(self, values):
        return "(" + ", ".join(values) + ")"

    def expression(self, node, level=0):
        text, own = self.bare(node)
        return f"({text})" if own < level else text

    def bare(self, node):
        kind = node[0]
        if kind == "field":
            return ("?" if node[2] else "") + node[1], self.PRIMARY
        if kind == "flag":
            return node[1], self.PRIMARY
        if kind == "const":
            value = node[1]
            negative = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
            return literal(value), self.PRODUCT if negative else self.PRIMARY
        if kind == "compare":
            return f"{self.expression(node[2], self.SUM)} {node[1]} {literal(node[3])}", self.COMPARE
        if kind == "flipped":
            return f"{literal(node[3])} {MIRRORED[node[1]]} {self.expression(node[2], self.SUM)}", self.COMPARE
        if kind == "null":
            return f"{self.expression(node[2], self.SUM)} {'==' if node[1] else '!='} null", self.COMPARE
        if kind == "in":
            word = ("not " if node[2] else "") + ("in~" if node[1] else "in")
            values = self.list_of([literal(value) for value in node[4]])
            return f"{self.expression(node[3], self.PRIMARY)} {word} {values}", self.COMPARE
        if kind == "pattern":
            patterns = [self.pattern(node[1], text) for text in node[3]]
            right = patterns[0] if len(patterns) == 1 else self.list_of(patterns)
            return f"{self.expression(node[2], self.PRIMARY)} {node[1]} {right}", self.COMPARE
        if kind == "call":
            name = node[1]
            return name + self.list_of([self.expression(argument) for argument in node[2]]), self.PRIMARY
        if kind == "math":
            own = self.SUM if node[1] in "+-" else self.PRODUCT
            return f"{self.expression(node[2], own)} {node[1]} {self.expression(node[3], own + 1)}", own
        if kind == "equals":
            return f"{self.expression(node[2], self.PRIMARY)} == {literal(node[1])}", self.COMPARE
        if kind == "not":
            return f"not {self.expression(node[1], self.NOT)}", self.NOT
        own = self.AND if kind == "and" else self.OR
        return f" {kind} ".join(self.expression(term, own + 1) for term in node[1]), own

    def keys(self, keys):
        return " by " + ", ".join(("?" if optional else "") + name for name, optional in keys) if keys else ""

    def step(self, step):
        opening = "![" if step.missing else "["
        runs = f" with runs={step.runs}" if step.runs > 1 else ""
        filter_text = f"{opening}{step.category} where {self.expression(step.condition)}]"
        return filter_text + self.keys(step.keys) + runs

    def query(self, query):
        if query.kind == "event":
            step = query.steps[0]
            text = f"{step.category} where {self.expression(step.condition)}"
        else:
            text = query.kind + self.keys(query.shared)
            if query.maxspan_ms is not None:
                whole = query.maxspan_ms % 1000 == 0
                text += f" with maxspan={query.maxspan_ms // 1000}s" if whole else f" with maxspan={query.maxspan_ms}ms"
            text += "".join("\n  " + self.step(step) for step in query.steps)
            if query.until:
                text += "\n  until " + self.step(query.until)
        return text + "".join(f" | {name} {count}" for name, count in query.pipes)


def eqlab_text(case):
    return Writer().query(case.query)


def python_text(case):
    return Writer(python=case.translate).query(case.query)


# The fields of every case and their types, which both the schema and the case files declare.
FIELDS = {
    "s": "keyword",  # lower-case text
    "t": "keyword",  # lower-case text
    "mixed": "keyword",  # text in either case
    "wide": "keyword",  # text beyond ASCII
    "path": "keyword",  # text with backslashes and wildcards
    "pairs": "keyword",  # text with delimiters
    "digits": "keyword",  # text that is a number
    "junk": "keyword",  # text that may be a number
    "tags": "keyword",  # several values
    "n": "long",
    "m": "long",
    "x": "double",
    "b": "boolean",
    "ip": "ip",
    "host.id": "keyword",
    "user.id": "keyword",
    "parent.id": "keyword",
}
# A field that no event has and no schema names.
UNMAPPED = "unmapped"


def timestamp(milliseconds):
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"2026-01-01T00:{minutes:02d}:{seconds:02d}.{rest:03d}Z"


def nested(flat):
    document = {}
    for name, value in flat.items():
        place = document
        *parents, leaf = name.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = value
    return document


def document(event):
    """An event as eqlab reads it."""
    flat = {"@timestamp": timestamp(event.time_ms), "event.category": event.category, **event.fields}
    return json.dumps(nested(flat), ensure_ascii=False)


def fields_used(case):
    """Names in the order of FIELDS that the query or an event of `case` has."""
    used = [name for name in FIELDS if any(name in event.fields for event in case.events)]

    def walk(node):
        if isinstance(node, tuple):
            if len(node) > 1 and node[0] in ("field", "flag") and isinstance(node[1], str):
                yield node[1]
            for part in node:
                yield from walk(part)

    names = set(used)
    for step in (*case.query.steps, *([case.query.until] if case.query.until else [])):
        names |= set(walk(step.condition)) | {name for name, _ in step.keys}
    names |= {name for name, _ in case.query.shared}
    return [name for name in FIELDS if name in names]


def case_block(case, why, answer):
    """The case as a block of a `.case` file; `answer`: what eqlab should find."""
    lines = [f"why: {why}"]
    names = fields_used(case)
    if names:
        lines += ["schema", *(f"  {name} {FIELDS[name]}" for name in names)]
    lines.append("events")
    for number, event in enumerate(case.events, start=1):
        body = event.category
        if event.fields:
            body = json.dumps(nested({"event.category": event.category, **event.fields}), ensure_ascii=False)
        lines.append(f"  {number}  @{event.time_ms / 1000:g}s  {body}")
    lines += ["query", *("  " + line for line in eqlab_text(case).split("\n"))]
    if answer.failed:
        lines.append("error E216")
    elif case.query.kind == "event":
        lines += ["ids", "  " + (" ".join(str(found[0]) for found in answer.found) or "none")]
    else:
        lines.append("matches")
        for found in answer.found:
            places = iter(found)
            lines.append("  " + " ".join("-" if step.missing else str(next(places)) for step in case.query.expanded()))
        if not answer.found:
            lines.append("  none")
    return "\n".join(lines) + "\n"
