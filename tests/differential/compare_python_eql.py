#!/usr/bin/env python3
"""Runs one rule through `eqlab match` and through the Python `eql` engine and compares the sequences.

The events are made up here, shaped like what the first rule reads: hosts and users on which installers,
shells and network clients start and connect. They stay inside the part of the language that both engines
read alike (README.md lists it), so any difference is a bug in one of them.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import eql

from query import nested

START = datetime(2026, 3, 2, tzinfo=timezone.utc)
MATCHING_PARENTS = ["installer", "package_script_service"]
OTHER_PARENTS = ["launchd", "zsh", "Installer Progress", "xpcproxy"]
MATCHING_CHILDREN = ["bash", "sh", "zsh", "python", "osascript", "tclsh", "tclsh8.5"]
OTHER_CHILDREN = ["python3", "perl", "ruby", "tclx", "bash-5"]
MATCHING_CLIENTS = ["curl", "osascript", "wget", "python"]
OTHER_CLIENTS = ["nsurlsessiond", "curl-config", "Google Chrome", "python3"]
# Gaps in milliseconds: equal times, the rule's 30 s to the millisecond, and what lies between.
GAPS_MS = [0, 0, 1, 50, 400, 2_000, 9_000, 15_000, 29_999, 30_000, 30_001]
# Whole seconds: the Python engine cuts a maxspan to them. None: as the rule has it.
MAXSPANS = [None, "1s", "2s", "29s", "1m"]


def choose(rng, likely, unlikely, share):
    return rng.choice(likely if rng.random() < share else unlikely)


def make_events(rng, count, hosts, users, share):
    """`share`: how often a field has a value that the rule wants."""
    clocks = [rng.randrange(60_000) for _ in range(hosts)]
    events = []
    for number in range(count):
        host = rng.randrange(hosts)
        clocks[host] += rng.choice(GAPS_MS)
        is_process = rng.random() < 0.6
        event = {
            "event.category": "process" if is_process else "network",
            "event.type": choose(rng, ["start"], ["end", "change"], 0.95),
            "event.action": choose(rng, ["exec"], ["fork"], 0.9) if is_process else "connection_attempted",
            "host.os.type": choose(rng, ["macos"], ["linux"], 0.97),
            "host.id": f"mac-{host:05d}",
            "user.id": str(501 + rng.randrange(users)),
            "process.pid": rng.randrange(100, 99_999),
        }
        if is_process:
            event["process.name"] = choose(rng, MATCHING_CHILDREN, OTHER_CHILDREN, share)
            event["process.parent.name"] = choose(rng, MATCHING_PARENTS, OTHER_PARENTS, share)
        else:
            event["process.name"] = choose(rng, MATCHING_CLIENTS, OTHER_CLIENTS, share)
        events.append((clocks[host], number, event))
    # In order of time; equal times keep the order in which they were made.
    events.sort(key=lambda item: (item[0], item[1]))
    return [(milliseconds, event) for milliseconds, _, event in events]


def timestamp(milliseconds):
    moment = START + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def read_rule(path):
    with open(path, "rb") as file:
        rule = tomllib.load(file)["rule"]
    return rule["query"]


def run_python(query, events):
    """Pairs of line numbers, and the seconds that matching alone took."""
    with eql.parser.elasticsearch_syntax, eql.parser.skip_optimizations:
        parsed = eql.parse_query(query, implied_any=True, implied_base=True)
    # Times are given in milliseconds: one tick of the engine's clock is 1/1000 s.
    engine = eql.PythonEngine({"time_unit": 1000})
    found = []
    engine.add_query(parsed)
    engine.add_output_hook(lambda output: found.append(tuple(event.data["line"] for event in output.events)))
    prepared = [
        eql.Event(event["event.category"], milliseconds, {**nested(event), "line": line})
        for line, (milliseconds, event) in enumerate(events, start=1)
    ]
    begin = time.perf_counter()
    engine.stream_events(prepared)
    return found, time.perf_counter() - begin


def run_eqlab(binary, rule_arguments, path, threads):
    begin = time.perf_counter()
    run = subprocess.run(
        [binary, "match", *rule_arguments, str(path), "--all", "--format", "json", "--threads", str(threads)],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begin
    if run.returncode != 0:
        sys.exit(f"eqlab match failed with status {run.returncode}:\n{run.stderr}")
    answer = json.loads(run.stdout)
    found = [tuple(event["line"] for event in match["events"]) for match in answer["matches"]]
    return found, answer["events_read"], seconds


def compare_once(arguments, seed, count, hosts, users, share, maxspan):
    rng = random.Random(seed)
    events = make_events(rng, count, hosts, users, share)
    query = read_rule(arguments.rule)
    rule_arguments = [str(arguments.rule)]
    if maxspan is not None:
        query = query.replace("maxspan=30s", f"maxspan={maxspan}")
        rule_arguments = ["--query", query]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        with open(path, "w", encoding="utf-8") as file:
            for milliseconds, event in events:
                file.write(json.dumps({"@timestamp": timestamp(milliseconds), **nested(event)}) + "\n")
        ours, read, our_seconds = run_eqlab(arguments.eqlab, rule_arguments, path, arguments.threads)
        if read != count:
            sys.exit(f"eqlab read {read} of {count} events")
        theirs, their_seconds = run_python(query, events)
        if sorted(ours) != sorted(theirs):
            kept = Path(tempfile.gettempdir()) / f"eqlab-differential-{seed}.ndjson"
            kept.write_bytes(path.read_bytes())
            only_ours = sorted(set(ours) - set(theirs))[:5]
            only_theirs = sorted(set(theirs) - set(ours))[:5]
            print(f"seed {seed}: DIFFERENT; only eqlab {only_ours}, only Python {only_theirs}; events in {kept}")
            return False, len(ours), our_seconds, their_seconds
    return True, len(ours), our_seconds, their_seconds


def main():
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eqlab", required=True, help="the eqlab program")
    parser.add_argument("--rule", type=Path,
                        default=here / "rules" / "macos_installer_package_spawns_network_event.toml")
    parser.add_argument("--rounds", type=int, default=50, help="small event sets to compare (default 50)")
    parser.add_argument("--large", type=int, default=100_000, help="events of the last, timed set (default 100000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of eqlab; Python has one")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, Python eql {eql.__version__}")

    equal = matches = 0
    for number in range(arguments.rounds):
        seed = arguments.seed * 1_000_000 + number
        rng = random.Random(seed)
        outcome = compare_once(arguments, seed, count=rng.randrange(1, 400), hosts=rng.randrange(1, 5),
                               users=rng.randrange(1, 4), share=rng.choice([0.3, 0.6, 0.9]),
                               maxspan=rng.choice(MAXSPANS))
        equal += outcome[0]
        matches += outcome[1]
    print(f"small sets: {equal} of {arguments.rounds} equal, {matches} sequences")

    same, found, ours, theirs = compare_once(arguments, arguments.seed, count=arguments.large, hosts=200, users=2,
                                             share=0.3, maxspan=None)
    rate = arguments.large / 1000
    print(f"{arguments.large} events: {'equal' if same else 'DIFFERENT'}, {found} sequences")
    print(f"  eqlab   {rate / ours:10.0f} thousand events/s (whole program: start, reading JSON, matching, printing)")
    print(f"  Python  {rate / theirs:10.0f} thousand events/s (matching alone, events ready in memory)")
    if equal != arguments.rounds or not same:
        sys.exit(1)
    if matches == 0 or found == 0:
        sys.exit("nothing matched: the comparison says nothing")


if __name__ == "__main__":
    main()
