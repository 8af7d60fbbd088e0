// Breakdowns, scenarios, incidents: the evidence behind the figures.
import { incidentDetail } from "../charts/timeline.js";
import { whisker } from "../charts/whisker.js";
import type { Incident, Rule } from "../contract.js";
import { h, newId, replace, type Child } from "../dom.js";
import type { Breakdown, BreakdownRow, ScenarioRow, ScoreView } from "../scorecard.js";
import { duration, figure, grouped, interval, moment, percent, secondsBetween, shareInterval } from "../text.js";
import { Table } from "../table.js";
import { section, type Section } from "./section.js";

function breakdownTable(breakdown: Breakdown): HTMLElement {
  return new Table<BreakdownRow>({
    caption: `By ${breakdown.dimension}`,
    what: breakdown.rows.length === 1 ? "row" : "rows",
    rows: breakdown.rows,
    page_rows: 25,
    order: { column: 1, down: true },
    columns: [
      { name: breakdown.dimension, key: (row) => row.name.toLowerCase(), cell: (row) => row.name },
      { name: "caught", numeric: true, descending: true, key: (row) => row.recall?.total ?? NaN, cell: (row) => (row.recall ? `${grouped(row.recall.hits)} of ${grouped(row.recall.total)}` : "–") },
      {
        name: "recall",
        numeric: true,
        descending: true,
        key: (row) => row.recall?.value ?? NaN,
        cell: (row) => (row.recall?.value == null ? "–" : [percent(row.recall.value), " ", h("span", { class: "quiet" }, shareInterval(row.recall.low, row.recall.high))]),
      },
      { name: "0 to 100 %", class: "drawn", cell: (row) => whisker(row.recall?.value, row.recall?.low, row.recall?.high) },
      {
        name: "false alarms",
        numeric: true,
        descending: true,
        key: (row) => row.false_alarms?.count ?? NaN,
        cell: (row) => (row.false_alarms?.count === undefined ? "–" : grouped(row.false_alarms.count)),
      },
      {
        name: "a day per 1,000 hosts",
        numeric: true,
        descending: true,
        key: (row) => row.false_alarms?.value ?? NaN,
        cell: (row) => (row.false_alarms?.value == null ? "–" : [figure(row.false_alarms.value), " ", h("span", { class: "quiet" }, interval(row.false_alarms.low, row.false_alarms.high, figure))]),
      },
    ],
  }).element;
}

export function breakdowns(score: ScoreView): Section | null {
  const first = score.breakdowns[0];
  if (!first) return null;
  const group = newId("breakdown");
  const place = h("div", null, breakdownTable(first));
  const choice = h(
    "fieldset",
    { class: "segments" },
    h("legend", { class: "unseen" }, "Broken down by"),
    score.breakdowns.map((breakdown, at) =>
      h("label", null, h("input", { type: "radio", name: group, checked: at === 0, on: { change: () => replace(place, breakdownTable(breakdown)) } }), h("span", null, breakdown.dimension)),
    ),
  );
  return section("breakdowns", "Breakdowns", null, choice, place);
}

export function scenarios(score: ScoreView, link: (id: string) => Child): Section | null {
  if (score.scenarios.length === 0) return null;
  const disagreeing = score.scenarios.filter((row) => row.disagrees).length;
  const table = new Table<ScenarioRow>({
    caption: "Scenarios",
    what: score.scenarios.length === 1 ? "scenario" : "scenarios",
    rows: score.scenarios,
    page_rows: 25,
    search: (row) => [row.id, row.title, row.intent, row.miss ?? "", row.because ?? "", row.expected].join(" "),
    facets: [
      { name: "intent", value: (row) => row.intent },
      { name: "expectation", value: (row) => row.expected },
      { name: "agreement", value: (row) => (row.disagrees ? "not as expected" : "as expected") },
    ],
    columns: [
      { name: "id", class: "short", key: (row) => row.id, cell: (row) => link(row.id) },
      { name: "scenario", key: (row) => row.title.toLowerCase(), class: "wide", cell: (row) => [row.title, row.because ? h("span", { class: "quiet note" }, row.because) : null] },
      { name: "intent", class: "nowrap", key: (row) => row.intent, cell: (row) => row.intent },
      { name: "incidents", numeric: true, descending: true, key: (row) => row.incidents, cell: (row) => grouped(row.incidents) },
      {
        name: "alerted",
        numeric: true,
        descending: true,
        key: (row) => (row.incidents > 0 ? row.alerted / row.incidents : NaN),
        cell: (row) => [grouped(row.alerted), row.alerted > 0 && row.incidents > 0 ? h("span", { class: "quiet" }, ` ${Math.round((row.alerted / row.incidents) * 100)} %`) : null],
      },
      { name: "coincidences", numeric: true, descending: true, key: (row) => row.coincidences, cell: (row) => (row.coincidences > 0 ? grouped(row.coincidences) : "") },
      { name: "expected", key: (row) => row.expected, cell: (row) => [row.expected, row.disagrees ? h("span", { class: "tag warn" }, "not so") : null] },
      { name: "most often missed because", key: (row) => row.miss ?? "", cell: (row) => row.miss ?? "" },
    ],
  });
  return section("scenarios", "Scenarios", disagreeing > 0 ? `${grouped(disagreeing)} did not do what their files promise.` : null, table.element);
}

const outcome_rank = { missed: 0, alerted: 1, caught: 2, silent: 3 };

export interface Incidents {
  section: Section;
  /** A button that opens the incident of that id; the id alone if there is none. */
  link: (id: string) => HTMLElement | string;
  /** A button that finds the incidents of that scenario; the id alone if there are none. */
  of_scenario: (id: string) => HTMLElement | string;
  /** Opens the incident of that id, if it is there. */
  reveal: (id: string) => void;
}

export function incidents(all: readonly Incident[], rule: Rule | undefined): Incidents | null {
  if (all.length === 0) return null;
  const delay = all.map((incident) => secondsBetween(incident.first, incident.alert_time) ?? NaN);
  const place = new Map(all.map((incident, at) => [incident, at]));
  const by_id = new Map(all.map((incident, at) => [incident.id, at]));
  const table = new Table<Incident>({
    caption: "Incidents",
    what: all.length === 1 ? "incident" : "incidents",
    rows: all,
    page_rows: 25,
    search: (row) =>
      [row.id, row.scenario, row.title, row.family, row.host_name, row.persona, row.agent_version, row.reason?.text, row.reason?.code, row.tags?.join(" ")]
        .map((text) => text?.slice(0, 120) ?? "")
        .join(" "),
    facets: [
      { name: "outcome", value: (row) => row.outcome },
      { name: "intent", value: (row) => row.intent ?? "" },
      { name: "family", value: (row) => row.family ?? "" },
    ],
    detail: (row) => incidentDetail(row, rule),
    order: { column: 1, down: false },
    columns: [
      { name: "incident", key: (row) => row.id, cell: (row) => row.id },
      { name: "outcome", key: (row) => outcome_rank[row.outcome], cell: (row) => h("span", { class: `outcome ${row.outcome}` }, row.outcome) },
      { name: "scenario", key: (row) => `${row.scenario ?? ""} ${row.title ?? ""}`.toLowerCase(), class: "wide", cell: (row) => [row.scenario ? h("span", { class: "quiet" }, `${row.scenario} `) : null, row.title ?? ""] },
      { name: "reason", key: (row) => row.reason?.text.toLowerCase() ?? "", class: "wide", cell: (row) => row.reason?.text ?? "" },
      { name: "host", key: (row) => row.host_name?.toLowerCase() ?? "", class: "spare", cell: (row) => h("span", { class: "clip" }, row.host_name ?? "") },
      { name: "first event", key: (row) => row.first ?? "", class: "spare nowrap", cell: (row) => moment(row.first ?? "").slice(0, 19) },
      {
        name: "alert after",
        numeric: true,
        key: (row) => delay[place.get(row) ?? 0] ?? NaN,
        cell: (row) => {
          const seconds = delay[place.get(row) ?? 0];
          return seconds === undefined || Number.isNaN(seconds) ? "–" : duration(seconds);
        },
      },
    ],
  });
  const link = (id: string): HTMLElement | string => {
    const at = by_id.get(id);
    return at === undefined ? id : h("button", { type: "button", class: "link clip", on: { click: () => table.reveal(at) } }, id);
  };
  const scenarios_here = new Set(all.map((incident) => incident.scenario));
  const of_scenario = (id: string): HTMLElement | string =>
    scenarios_here.has(id) ? h("button", { type: "button", class: "link", on: { click: () => table.find(id) } }, id) : id;
  const reveal = (id: string): void => {
    const at = by_id.get(id);
    if (at !== undefined) table.reveal(at);
  };
  return { section: section("incidents", "Incidents", "Open one to see its timeline.", table.element), link, of_scenario, reveal };
}
