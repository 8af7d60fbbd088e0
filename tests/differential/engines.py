"""Asks eqlab and the Python `eql` engine what a case finds."""

import json
import subprocess
import tempfile
from pathlib import Path

import eql

from model import FAILED, Answer
from query import FIELDS, document, eqlab_text, nested, python_text

# What eqlab reports when the search fails as it runs, as a search in Elasticsearch would.
RUNTIME_ERROR = "error E216"


class Refused(Exception):
    """An engine does not accept the query: the generator or a spelling is wrong."""


class Eqlab:
    def __init__(self, program):
        self.program = str(program)
        self.folder = tempfile.TemporaryDirectory(prefix="eqlab-differential-")
        schema = Path(self.folder.name) / "schema.csv"
        rows = ["field,type", "@timestamp,date", "event.category,keyword"]
        rows += [f"{name},{kind}" for name, kind in FIELDS.items()]
        schema.write_text("\n".join(rows) + "\n", encoding="utf-8")
        self.command = [self.program, "match", "--schema", str(schema), "--all", "--format", "json", "--threads", "1"]

    def ask(self, case):
        lines = "".join(document(event) + "\n" for event in case.events)
        run = subprocess.run([*self.command, "--query", eqlab_text(case), "-"], input=lines, capture_output=True,
                             text=True, encoding="utf-8", check=False)
        if run.returncode != 0:
            if RUNTIME_ERROR in run.stderr:
                return FAILED
            raise Refused(f"eqlab, status {run.returncode}:\n{run.stderr}")
        answer = json.loads(run.stdout)
        if answer["events_read"] != len(case.events) or answer["malformed"]:
            raise Refused(f"eqlab read {answer['events_read']} of {len(case.events)} events:\n{lines}")
        return Answer(tuple(tuple(event["line"] for event in match["events"] if "line" in event)
                            for match in answer["matches"]))


class Python:
    version = eql.__version__

    def ask(self, case):
        try:
            with eql.parser.elasticsearch_syntax, eql.parser.skip_optimizations, \
                    eql.parser.allow_negation, eql.parser.allow_sample, eql.parser.allow_runs:
                parsed = eql.parse_query(python_text(case), implied_any=True, implied_base=True)
        except eql.EqlError as error:
            raise Refused(f"Python eql: {error}\n{python_text(case)}") from None
        # Times are in milliseconds: a tick of the engine's clock is 1/1000 s.
        engine = eql.PythonEngine({"time_unit": 1000})
        found = []
        engine.add_output_hook(lambda output: found.append(tuple(event.data["line"] for event in output.events)))
        try:
            engine.add_query(parsed)
            engine.stream_events([
                eql.Event(event.category, event.time_ms, {**nested(event.fields), "line": line})
                for line, event in enumerate(case.events, start=1)
            ])
        except (TypeError, ValueError, ZeroDivisionError):
            return FAILED
        return Answer(tuple(found))
