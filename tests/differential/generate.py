"""Random cases from a seed: a query and the events it is asked about.

Strict cases stay where both dialects mean the same (README.md says how); wide ones have every
construct on the list of differences.
"""

import random
from dataclasses import replace

from query import UNMAPPED, Case, Event, Query, Step, read

CATEGORIES = ["process", "network", "file"]
# Steps of time between events in milliseconds: equal times, and around whole seconds to the millisecond.
STEPS_MS = [0, 0, 0, 1, 250, 999, 1000, 1001, 2000, 5000]

LOWER = ["a", "ab", "abc", "b", "ba", "b.c", "curl", "cur", "python3.11", "a-b"]
MIXED = ["alpha", "Alpha", "ALPHA", "beta", "Beta"]
WIDE = ["é", "É", "aé", "AÉ", "😀", "a😀", "ab"]
PATHS = ["c:\\a.exe", "c:\\b\\a.exe", "a*b", "ab", "a?b", "xa.exe", "a\\*b"]
PAIRS = ["k=v;w;", "a=b", "k=v", ";a=b;", "k=;", "v"]
DIGITS = ["12", "0x1f", "-3", "1.5", "7"]
ADDRESSES = ["10.0.0.1", "10.0.1.7", "192.168.1.9", "::1"]
LOWER_PATTERNS = ["a*", "*b", "*a*", "b*c", "cur*", "*", "curl", "a*c", "**b", "*.11"]
REGEXES = ["a.*", "[ab]+", "a|b", "(ab)*c?", "a?b", "..", "b{1,2}.*", "[^a].*", "a[b-c]+", "python3\\.1+", "ab"]


class Generator:
    def __init__(self, seed, wide):
        self.rng = random.Random(seed)
        self.is_wide = wide
        texts = ["s", "t", "mixed", "pairs"]
        optional = ["s", "n", "m", "x", "b", "ip", *texts[1:]]
        # Fields that some events lack. A strict case reads them only where a missing value and a
        # false leaf come to the same: not under `not`.
        self.sparse = {name for name in optional if self.chance(0.3)}
        self.translate = not (wide and self.chance(0.5))
        self.with_arrays = wide and self.chance(0.3)

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, options):
        return options[self.rng.randrange(len(options))]

    def pick_some(self, options, most=3):
        return tuple(self.pick(options) for _ in range(self.rng.randint(1, most)))

    # Events.

    def events(self, count, keyed):
        hosts = ["h1", "h2", "h3"][: self.pick([1, 1, 2, 2, 3])]
        users = ["501", "0"][: self.rng.randint(1, 2)]
        if self.is_wide and self.chance(0.2):
            hosts = [*hosts, "H1"]
        time_ms = self.rng.randrange(5000)
        events = []
        for _ in range(count):
            time_ms += self.pick(STEPS_MS)
            events.append(Event(time_ms, self.pick(CATEGORIES), self.fields(hosts, users, keyed)))
        if self.is_wide and self.chance(0.1):
            self.rng.shuffle(events)
        return tuple(events)

    def fields(self, hosts, users, keyed):
        fields = {
            "s": self.pick(LOWER),
            "t": self.pick(LOWER),
            "mixed": self.pick(MIXED),
            "pairs": self.pick(PAIRS),
            "n": self.rng.randint(-3, 7),
            "m": self.rng.randint(0, 7),
            "x": self.pick([0.5, 1.0, 2.5, -1.5]),
            "b": self.chance(0.5),
            "ip": self.pick(ADDRESSES),
            "digits": self.pick(DIGITS),
        }
        if self.is_wide:
            fields["wide"] = self.pick(WIDE)
            fields["path"] = self.pick(PATHS)
            if self.chance(0.1):
                fields["x"] = self.pick([12345678.5, 1e7, 0.0005])
            fields["junk"] = self.pick([*DIGITS, "abc", "1e3", "1.2.3", "v.w", ""])
            if self.chance(0.1):
                fields["s"] = ""
            if self.with_arrays:
                fields["tags"] = [self.pick(LOWER) for _ in range(self.rng.randint(0, 3))]
        for name in list(fields):
            if name in self.sparse and self.chance(0.35):
                if self.chance(0.3):
                    fields[name] = None
                else:
                    del fields[name]
        if keyed:
            for name, values in (("host.id", hosts), ("parent.id", hosts), ("user.id", users)):
                if not (self.is_wide and self.chance(0.1)):
                    fields[name] = self.pick(values)
        return fields

    # Conditions. `positive`: under an even number of `not`.

    def condition(self, depth, positive=True):
        if depth > 0 and self.chance(0.6):
            kind = self.rng.randrange(6)
            if kind == 0:
                return ("not", self.condition(depth - 1, not positive))
            if kind == 1 and self.chance(0.3):
                value = self.chance(0.5)
                inner = self.call_leaf(positive == value)
                return ("equals", value, inner)
            terms = tuple(self.condition(depth - 1, positive) for _ in range(self.rng.randint(2, 3)))
            return ("and" if kind < 4 else "or", terms)
        return self.leaf(positive)

    def readable(self, names, positive):
        """Those of `names` that may be missing only where it does no harm."""
        if self.is_wide or positive:
            return names
        return [name for name in names if name not in self.sparse]

    def field(self, names, positive):
        """One of `names`, or nothing if the case has none to read here."""
        names = self.readable(names, positive)
        return ("field", self.pick(names), self.chance(0.1)) if names else None

    def leaf(self, positive):
        makers = [self.text_leaf] * 4 + [self.number_leaf] * 3 + [self.loose_leaf, self.call_leaf, self.script_leaf,
                                                                 self.null_leaf, self.flag_leaf, self.key_leaf]
        if self.is_wide:
            makers += [self.wide_leaf] * 3
            if self.with_arrays:
                makers += [self.array_leaf] * 3
        while True:
            found = self.pick(makers)(positive)
            if found is not None:
                return found

    def key_leaf(self, positive):
        return ("const", True) if self.chance(0.5) else None

    def flag_leaf(self, positive):
        field = self.field(["b"], positive)
        if field is None:
            return None
        return ("flag", "b") if self.chance(0.5) else ("compare", "==", read("b"), self.chance(0.5))

    def null_leaf(self, positive):
        """True or false in both dialects, whatever is missing."""
        names = ["s", "n", "ip", "b", "x"]
        if self.is_wide:
            names += [UNMAPPED] + (["tags"] if self.with_arrays else [])
        name = self.pick(names)
        subject = ("field", name, name == UNMAPPED or self.chance(0.2))
        if self.chance(0.3):
            subject = ("call", "indexOf", (read("s"), ("const", self.pick(["b", "ur"]))))
            if self.is_wide and self.chance(0.5):
                subject = self.pick([("call", "stringContains", (read("s"), ("const", "a"))),
                                     ("call", "cidrMatch", (read("ip"), ("const", "10.0.0.0/8")))])
        return ("null", self.chance(0.5), subject)

    def text_leaf(self, positive):
        subject = self.field(["s", "t"], positive)
        return subject and self.about_text(subject, LOWER, LOWER_PATTERNS, positive)

    def about_text(self, subject, values, patterns, positive):
        kind = self.rng.randrange(8)
        # `!=` and `not in` are a `not` more.
        negatable = self.is_wide or not positive or (self.is_dense(subject) and not self.can_be_null(subject))
        if kind == 0:
            return (self.comparison(), self.pick(["==", "!="] if negatable else ["=="]), subject, self.pick(values))
        if kind == 1:
            return (self.comparison(), self.pick(["<", "<=", ">", ">="]), subject, self.pick(values))
        if kind == 2:
            return ("in", False, negatable and self.chance(0.4), subject, self.pick_some(values))
        if kind == 3:
            return ("in", True, negatable and self.chance(0.4), subject, self.pick_some(values))
        if kind == 4:
            op = self.pick(["regex", "regex~"])
            return ("pattern", op, subject, self.pick_some(REGEXES, 2))
        op = self.pick([":", "like", "like~"])
        return ("pattern", op, subject, self.pick_some([*patterns, *values]))

    def comparison(self):
        return "flipped" if self.chance(0.15) else "compare"

    def names_of(self, node):
        if node[0] == "field":
            return [node[1]]
        parts = node[2] if node[0] == "call" else node[2:] if node[0] == "math" else ()
        return [name for part in parts for name in self.names_of(part)]

    def is_dense(self, node):
        """Every event has all fields of `node`."""
        return self.sparse.isdisjoint(self.names_of(node))

    def can_be_null(self, node):
        """Also where no field is missing."""
        if node[0] == "call":
            return node[1].rstrip("~") in ("indexOf", "between") or any(map(self.can_be_null, node[2]))
        return node[0] == "math" and any(map(self.can_be_null, node[2:]))

    def loose_leaf(self, positive):
        """Text whose case varies, under operators that do not look at case in either dialect."""
        subject = self.field(["mixed"], positive)
        if subject is None:
            return None
        kind = self.rng.randrange(5)
        if kind == 0:
            return ("in", True, False, subject, self.pick_some(MIXED))
        if kind == 1:
            return ("pattern", "regex~", subject, self.pick_some(["a.*", "BETA", "[ab].*A"], 2))
        if kind == 2:
            name = self.pick(["startsWith~", "endsWith~", "stringContains~"])
            return ("call", name, (subject, ("const", self.pick(["al", "AL", "A", "ta", "H"]))))
        return ("pattern", self.pick([":", "like~"]), subject, self.pick_some(["AL*", "*a", "*ph*", "Beta", "b*A"]))

    def call_leaf(self, positive):
        subject = self.field(["s", "t"], positive)
        if subject is None:
            subject = ("call", "substring", (read("digits"), ("const", 0)))
        kind = self.rng.randrange(5)
        if kind == 0:
            address = self.field(["ip"], positive)
            if address is not None:
                blocks = self.pick_some(["10.0.0.0/8", "10.0.1.0/24", "192.168.0.0/16"], 2)
                return ("call", "cidrMatch", (address, *(("const", block) for block in blocks)))
        name = self.pick(["startsWith", "endsWith", "stringContains"]) + ("~" if self.chance(0.3) else "")
        if kind == 1:
            other = self.field(["s", "t"], positive)
            if other is not None:
                return ("call", name, (subject, other))
        if kind == 2:
            return ("call", name, (("const", self.pick(LOWER)), subject))
        return ("call", name, (subject, ("const", self.pick(["a", "b", "c", "ab", "cur", ".", "11"]))))

    def number(self, depth, positive):
        """An expression of numbers that does not divide by zero, or below zero."""
        names = self.readable(["n", "m", "x"], positive)
        if not names:
            return None
        if depth <= 0 or self.chance(0.5):
            return ("field", self.pick(names), False)
        kind = self.rng.randrange(4)
        if kind == 0:
            text = self.field(["s", "t"], positive)
            return text and ("call", "length", (text,))
        if kind == 1:
            return ("math", self.pick("/%"), ("call", "length", (read("digits"),)),
                    ("const", self.rng.randint(1, 3)))
        if kind == 2:
            left, right = self.number(depth - 1, positive), self.number(depth - 1, positive)
            return left and right and ("call", self.pick(["add", "subtract", "multiply"]), (left, right))
        left = self.number(depth - 1, positive)
        constant = ("const", self.pick([0, 1, 2, 3, 0.5]))
        return left and ("math", self.pick("+-*"), left, constant)

    def number_leaf(self, positive):
        subject = self.number(2 if self.chance(0.4) else 0, positive)
        if subject is None:
            return None
        if self.chance(0.2) and subject[0] == "field" and subject[1] != "x":
            return ("in", False, False, subject, self.pick_some([0, 1, 2, 5, -1]))
        ops = ["==", "<", "<=", ">", ">="]
        if self.is_wide or not positive or self.is_dense(subject):
            ops.append("!=")
        return (self.comparison(), self.pick(ops), subject, self.pick([0, 1, 2, 3, 5, -1, 2.5]))

    def script_leaf(self, positive):
        """Functions of text, compared with a constant."""
        text = self.field(["s", "t"], positive)
        if text is None:
            return None
        kind = self.rng.randrange(7)
        if kind < 2:
            arguments = [("const", self.rng.randint(-3, 3)) for _ in range(self.rng.randint(1, 2))]
            return self.about_text(("call", "substring", (text, *arguments)), LOWER, ["a*", "*b", "*.*"], positive)
        if kind == 2:
            other = self.field(["n", "m", "b"], positive)
            if other is None:
                return None
            return ("compare", "==", ("call", "concat", (text, ("const", "-"), other)),
                    self.pick(["a-1", "ab-2", "b-true", "abc-false", "curl-3"]))
        if kind == 3:
            other = self.field(["n", "m", "b", "x"], positive)
            return other and ("pattern", ":", ("call", "string", (other,)),
                              self.pick_some(["1*", "2.5", "tr*", "*5", "-*"]))
        if kind == 4:
            return ("compare", self.pick(["==", "<", ">="]), ("call", "number", (read("digits"),)),
                    self.pick([12, 31, -3, 1.5, 7]))
        if not (positive or self.is_wide):
            return None
        if kind == 5:
            start = [("const", self.rng.randint(0, 2))] if self.chance(0.3) else []
            return ("compare", self.pick(["==", ">", "<="]),
                    ("call", "indexOf", (text, ("const", self.pick(["a", "b", "c", "ur"])), *start)),
                    self.rng.randint(0, 2))
        pairs = self.field(["pairs"], positive)
        return pairs and ("compare", "==",
                          ("call", "between", (pairs, ("const", self.pick(["=", "k="])), ("const", ";"))),
                          self.pick(["v", "b", "x"]))

    # Only in wide cases.

    def wide_leaf(self, positive):
        kind = self.rng.randrange(9)
        if kind == 0:
            return self.about_text(read("mixed"), MIXED, ["A*", "*a", "b*"], positive)
        if kind == 1:
            name = self.pick(["startsWith", "endsWith", "stringContains"])
            return ("call", name, (read("mixed"), ("const", self.pick(["a", "A", "Al", "TA", "ta"]))))
        if kind == 2:
            field = read("wide")
            if self.chance(0.3):
                return ("compare", self.pick(["==", "<", ">"]), ("call", "length", (field,)), self.rng.randint(0, 3))
            if self.chance(0.4):
                return ("call", self.pick(["startsWith~", "endsWith~", "stringContains~"]),
                        (field, ("const", self.pick(["é", "É", "a", "AÉ"]))))
            if self.chance(0.3):
                return ("in", True, False, field, self.pick_some(WIDE))
            op = self.pick([":", "like~", "regex~"])
            patterns = ["É", "É.", "A*", "aé", "é"] if self.chance(0.5) else WIDE
            return ("pattern", op, field, self.pick_some(patterns, 2))
        if kind == 3:
            return ("pattern", self.pick([":", "like", "like~"]), ("field", self.pick(["s", "t", "path"]), False),
                    self.pick_some(["a?", "?", "??c", "a?b", "*?b", "c?rl"], 2))
        if kind == 4:
            return ("call", self.pick(["endsWith", "stringContains"]),
                    (read("path"), ("const", self.pick(["\\a.exe", "a*b", "?b", "\\*", "*", "a.exe"]))))
        if kind == 5:
            whole = ("call", "substring", (read("s"), ("const", self.rng.randint(0, 1))))
            source = self.pick([read("s"), whole])
            return ("call", "stringContains", (source, ("const", "")))
        if kind == 6:
            arguments = (read("pairs"), ("const", self.pick(["=", "", "k"])), ("const", self.pick([";", "", "v"])))
            return ("compare", self.pick(["==", "!="]), ("call", "between", arguments),
                    self.pick(["", "v", "b", "=v"]))
        if kind == 7:
            return ("compare", self.pick(["==", "!=", ">"]),
                    ("call", "indexOf", (read("s"), ("const", self.pick(["a", "b", "c"])),
                                         ("const", self.rng.randint(-2, 1)))), self.rng.randint(0, 2))
        if self.chance(0.4):
            return ("pattern", ":", ("call", "string", (read("x"),)),
                    self.pick_some(["1*", "*E*", "*5", "*.0"], 2))
        unmapped = ("field", UNMAPPED, True)
        return self.pick([
            ("compare", self.pick(["==", "!="]), unmapped, "a"),
            ("in", False, self.chance(0.5), unmapped, ("a", "b")),
            ("pattern", self.pick([":", "like"]), unmapped, ("a*",)),
            ("call", "startsWith", (unmapped, ("const", "a"))),
        ])

    def array_leaf(self, positive):
        tags = read("tags")
        kind = self.rng.randrange(5)
        if kind == 0:
            return ("compare", self.pick(["==", "!=", "<", ">="]), tags, self.pick(LOWER))
        if kind == 1:
            return ("pattern", self.pick([":", "like"]), tags, self.pick_some(LOWER_PATTERNS, 2))
        if kind == 2:
            return ("call", self.pick(["startsWith", "endsWith", "stringContains"]),
                    (tags, ("const", self.pick(["a", "b", "c"]))))
        if kind == 3:
            return ("compare", self.pick(["==", ">", "!="]), ("call", "length", (tags,)), self.rng.randint(0, 3))
        return ("null", self.chance(0.5), tags)

    def failing_leaf(self):
        """A leaf that makes one of the searches fail; it stands alone, because which leaves are
        evaluated at all is open."""
        kind = self.rng.randrange(5)
        if kind == 4:
            arguments = (self.pick(["=", ";", "v", "k"]), self.pick([";", "=", "v", "a"]), True)
            return ("compare", self.pick(["==", "!="]),
                    ("call", "between", (read("pairs"), *(("const", value) for value in arguments))),
                    self.pick(["v", "b", "v;w", "=v;w", "x"]))
        if kind == 0:
            return ("compare", self.pick(["==", "<"]),
                    ("math", self.pick("/%"), self.pick([read("n"), ("const", 6)]),
                     ("field", self.pick(["n", "m"]), False)), self.rng.randint(-2, 3))
        if kind == 1:
            return ("compare", self.pick(["==", ">"]), ("call", "number", (read("junk"),)),
                    self.pick([12, 1000, 1.5]))
        if kind == 2 and self.with_arrays:
            return ("in", False, self.chance(0.3), read("tags"), self.pick_some(LOWER))
        return ("compare", self.pick(["==", "!=", ">"]),
                ("math", self.pick("/%"), read("n"), ("const", self.pick([2, 3, -2]))), self.rng.randint(-2, 3))

    # Queries.

    def pipes(self):
        if not self.chance(0.2):
            return ()
        return tuple((self.pick(["head", "tail"]), self.rng.randint(1, 4)) for _ in range(self.rng.randint(1, 2)))

    def case(self):
        kind = self.rng.random()
        if kind < 0.5:
            failing = self.is_wide and self.chance(0.15)
            condition = self.failing_leaf() if failing else self.condition(self.rng.randint(0, 3))
            category = self.pick([*CATEGORIES, "any", "any"])
            query = Query("event", (Step(category, condition),), pipes=() if failing else self.pipes())
            return Case(query, self.events(self.rng.randint(0, 16), False), self.translate)
        if self.is_wide and kind < 0.55:
            steps = tuple(self.step(CATEGORIES) for _ in range(self.rng.randint(2, 3)))
            query = Query("sample", steps, shared=(("host.id", False),))
        else:
            query = self.sequence()
        return Case(query, self.events(self.rng.randint(2, 40), True), self.translate)

    def step(self, categories):
        category = self.pick([*categories, "any", "any"]) if len(categories) > 2 else self.pick(categories)
        condition = self.condition(1) if self.chance(0.45) else ("const", True)
        return Step(category, condition)

    def sequence(self):
        until = None
        categories = CATEGORIES
        if self.chance(0.25):
            if self.is_wide:
                until = self.step(CATEGORIES)
            else:
                # Its events pass no stage: when it is applied does not matter then.
                categories = ["process", "network"]
                until = replace(self.step(["file"]), category="file")
        steps = [self.step(categories) for _ in range(self.pick([2, 2, 2, 3, 3, 4]))]
        if self.chance(0.2):
            place = self.rng.randrange(len(steps))
            steps[place] = replace(steps[place], runs=self.rng.randint(2, 3))
        maxspan_ms = None
        if self.chance(0.6):
            maxspan_ms = self.pick([1000, 2000, 3000, 5000, 10000, 30000])
            if self.is_wide and self.chance(0.3):
                maxspan_ms = self.pick([1, 250, 999, 1001, 1500, 2999])
        optional = lambda: self.chance(0.15)
        if self.is_wide and maxspan_ms and self.chance(0.25):
            place = self.rng.randrange(len(steps))
            steps[place] = replace(steps[place], missing=True)
            # Elasticsearch's answer for a null key beside a missing event is not known.
            optional = lambda: False
        form = self.rng.randrange(6)
        shared = {0: (), 1: ("host.id",), 2: ("host.id",), 3: ("host.id", "user.id"), 4: (), 5: ("host.id",)}[form]
        shared = tuple((name, optional()) for name in shared)
        if self.is_wide and self.with_arrays and self.chance(0.4):
            shared = (("tags", False),)
        if form >= 4:
            names = ["host.id", "parent.id"] if form == 4 else ["user.id", "parent.id"]
            own = lambda: ((self.pick(names), optional()),)
            steps = [replace(step, keys=own()) for step in steps]
            until = until and replace(until, keys=own())
        return Query("sequence", tuple(steps), shared, maxspan_ms, until, self.pipes())
