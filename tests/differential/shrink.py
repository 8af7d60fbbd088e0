"""Makes a case smaller as long as what is interesting about it stays."""

from dataclasses import replace

from query import Event


def _smaller_nodes(node):
    """Conditions with one part less."""
    kind = node[0]
    if kind in ("and", "or"):
        yield from node[1]
        terms = node[1]
        if len(terms) > 2:
            for place in range(len(terms)):
                yield (kind, terms[:place] + terms[place + 1:])
        for place, term in enumerate(terms):
            for smaller in _smaller_nodes(term):
                yield (kind, terms[:place] + (smaller,) + terms[place + 1:])
    elif kind == "not":
        yield node[1]
        for smaller in _smaller_nodes(node[1]):
            yield ("not", smaller)
    elif kind == "equals":
        yield node[2]
    elif kind in ("pattern", "in"):
        for place in range(len(node[-1])):
            if len(node[-1]) > 1:
                yield (*node[:-1], node[-1][:place] + node[-1][place + 1:])
    if kind != "const":
        yield ("const", True)


def _smaller_queries(query):
    if query.pipes:
        yield replace(query, pipes=query.pipes[1:])
        yield replace(query, pipes=query.pipes[:-1])
    if query.until:
        yield replace(query, until=None)
        for condition in _smaller_nodes(query.until.condition):
            yield replace(query, until=replace(query.until, condition=condition))
    if query.maxspan_ms is not None and not any(step.missing for step in query.steps):
        yield replace(query, maxspan_ms=None)
    if query.kind == "sequence":
        for place in range(len(query.shared)):
            yield replace(query, shared=query.shared[:place] + query.shared[place + 1:])
        if query.steps[0].keys:
            yield replace(query, steps=tuple(replace(step, keys=()) for step in query.steps),
                          until=query.until and replace(query.until, keys=()))
    for place, step in enumerate(query.steps):
        rest = query.steps[:place] + query.steps[place + 1:]
        if len(rest) >= 2 and not all(other.missing for other in rest):
            yield replace(query, steps=rest)
        changed = [replace(step, condition=condition) for condition in _smaller_nodes(step.condition)]
        if step.runs > 1:
            changed.append(replace(step, runs=1))
        if step.category != "any":
            changed.append(replace(step, category="any"))
        for other in changed:
            yield replace(query, steps=query.steps[:place] + (other,) + query.steps[place + 1:])


def _smaller_events(events):
    size = len(events)
    while size >= 1:
        for begin in range(0, len(events), size):
            yield events[:begin] + events[begin + size:]
        size //= 2
    for place, event in enumerate(events):
        smaller = []
        for name, value in event.fields.items():
            without = {other: kept for other, kept in event.fields.items() if other != name}
            smaller.append(Event(event.time_ms, event.category, without))
            if isinstance(value, list):
                smaller += [Event(event.time_ms, event.category, {**event.fields, name: value[:at] + value[at + 1:]})
                            for at in range(len(value))]
        for other in smaller:
            yield events[:place] + (other,) + events[place + 1:]


def _round_times(events):
    """Events a second apart, if that will do."""
    yield tuple(replace(event, time_ms=1000 * place) for place, event in enumerate(events))
    for place, event in enumerate(events):
        if event.time_ms % 1000:
            yield events[:place] + (replace(event, time_ms=event.time_ms // 1000 * 1000),) + events[place + 1:]
    base = min((event.time_ms for event in events), default=0)
    if base:
        yield tuple(replace(event, time_ms=event.time_ms - base) for event in events)


def shrink(case, keeps, most=4000):
    """`keeps`: whether a case is still of interest, asked at most `most` times."""
    asked = 0
    changed = True
    while changed:
        changed = False
        candidates = (
            *(replace(case, events=events) for events in _smaller_events(case.events)),
            *(replace(case, query=query) for query in _smaller_queries(case.query)),
            *(replace(case, events=events) for events in _round_times(case.events)),
        )
        for candidate in candidates:
            asked += 1
            if asked > most:
                return case
            if candidate != case and keeps(candidate):
                case = candidate
                changed = True
                break
    return case
