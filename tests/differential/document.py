"""The documented list of differences: the table in README.md and the kept examples as a case file.

Both are written from `differences.py` and `examples.json`, and `stale` says where they are not."""

import json
from pathlib import Path

import model
from differences import DIFFERENCES
from query import Case, Event, Query, Step, case_block, eqlab_text, nested

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
EXAMPLES = HERE / "examples.json"
CASES = HERE.parent / "cases" / "match" / "python_dialect.case"
BEGIN, END = "<!-- differences: written by --write -->\n", "<!-- end of differences -->\n"


def _tuples(value):
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _step(data):
    return Step(data["category"], _tuples(data["condition"]), _tuples(data["keys"]), data["runs"], data["missing"])


def _case(data):
    query = data["query"]
    return Case(
        Query(query["kind"], tuple(map(_step, query["steps"])), _tuples(query["shared"]), query["maxspan_ms"],
              query["until"] and _step(query["until"]), _tuples(query["pipes"])),
        tuple(Event(event["time_ms"], event["category"], event["fields"]) for event in data["events"]),
        data["translate"])


def _plain(case):
    step = lambda one: vars(one)
    query = {**vars(case.query), "steps": [step(one) for one in case.query.steps],
             "until": case.query.until and step(case.query.until)}
    return {"query": query, "events": [vars(event) for event in case.events], "translate": case.translate}


def _kept():
    return json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {"run": None, "examples": {}}


def kept_run():
    """Size, seed and counts of the run that the table tells of."""
    return _kept()["run"]


def read_examples():
    return {name: _case(data) for name, data in _kept()["examples"].items()}


def _code(text):
    """Text as code inside a cell of a table."""
    fence = "``" if "`" in text else "`"
    return fence + " ".join(text.split()).replace("|", "\\|") + fence


def _event(number, event):
    fields = json.dumps(nested(event.fields), ensure_ascii=False)[1:-1]
    return f"{number} @{event.time_ms / 1000:g}s {event.category}" + (f" {fields}" if fields else "")


def _table(examples, answers, run):
    lines = [f"Seen: in how many of {run['cases']:,} wide cases with seed {run['seed']} the explanation has it. Then an"
             " example, and the events that each engine finds.", "",
             "| id | in the Python engine | seen | query | events | eqlab | Python |",
             "|---|---|---|---|---|---|---|"]
    for name, sentence in DIFFERENCES.items():
        case = examples.get(name)
        if case is None:
            lines.append(f"| {name} | {sentence} | 0 | | | | |")
            continue
        ours, theirs = answers(case)
        events = "<br>".join(_code(_event(number, event)) for number, event in enumerate(case.events, start=1))
        cells = [name, sentence, str(run["seen"].get(name, 0)), _code(eqlab_text(case)), events, ours, theirs]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _case_file(examples):
    head = ("# What eqlab answers where the Python `eql` engine answers otherwise, one block for each difference that\n"
            "# tests/differential/README.md lists. Written by tests/differential/compare_dialects.py --write.\n")
    blocks = []
    for name, sentence in DIFFERENCES.items():
        if name in examples:
            case = examples[name]
            why = f"{name}: unlike here, in the Python engine {sentence}"
            blocks.append(case_block(case, why, model.answer(case, ())))
    return head + "\n" + "\n".join(blocks)


def _with_table(text, table):
    before, rest = text.split(BEGIN)
    return before + BEGIN + table + END + rest.split(END)[1]


def write(examples, answers, run):
    kept = {"run": run, "examples": {name: _plain(examples[name]) for name in DIFFERENCES if name in examples}}
    EXAMPLES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    README.write_text(_with_table(text, _table(examples, answers, run)), encoding="utf-8")
    CASES.write_text(_case_file(examples), encoding="utf-8")


def stale(examples, answers):
    """Sentences on what does not say the same as the data."""
    run = _kept()["run"]
    if run is None:
        return ["no examples are kept"]
    text = README.read_text(encoding="utf-8")
    wrong = []
    if text != _with_table(text, _table(examples, answers, run)):
        wrong.append("the table in README.md is not what --write would write")
    if CASES.read_text(encoding="utf-8") != _case_file(examples):
        wrong.append(f"{CASES.name} is not what --write would write")
    return wrong
