// The whole scorecard: every share with its counts and interval, what became of every alert, latency.
import { bar, whisker } from "../charts/whisker.js";
import { h } from "../dom.js";
import { words, type FigureRow, type ScoreView } from "../scorecard.js";
import { duration, figure, grouped, interval, shareInterval, smallShare } from "../text.js";
import { scrolling } from "../scroll.js";
import { section, type Section } from "./section.js";

function shownValue(row: FigureRow): string {
  if (row.value === null) return "–";
  return row.kind === "share" ? smallShare(row.value) : row.kind === "score" ? row.value.toFixed(3) : figure(row.value);
}

function ends(row: FigureRow, low: number | undefined, high: number | undefined): string {
  if (row.kind !== "share") return interval(low, high, row.kind === "score" ? (value) => value.toFixed(3) : figure);
  // One decimal would make [0.0 – 0.0] of a precision in the field.
  return row.value !== null && row.value < 0.001 && row.value > 0 ? interval(low, high, (share) => figure(share * 100)) : shareInterval(low, high);
}

/** What has no value, by the reason for it. */
function unmeasured(rows: readonly FigureRow[]): [string, string[]][] {
  const by_reason = new Map<string, string[]>();
  for (const row of rows) {
    if (row.value !== null) continue;
    const reason = row.unmeasured ?? "no reason is given";
    by_reason.set(reason, [...(by_reason.get(reason) ?? []), row.label]);
  }
  return [...by_reason];
}

function figures(score: ScoreView): HTMLElement | null {
  const rows = score.figures;
  if (rows.length === 0) return null;
  const compared = rows.some((row) => row.counts_low !== undefined);
  const columns = compared ? 6 : 5;
  const head = (name: string): HTMLElement => h("th", { scope: "col", class: "number" }, name);
  const table = h(
    "table",
    { class: "measures" },
    h("caption", { class: "unseen" }, "Figures with counts and intervals"),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        h("th", { scope: "col" }, "figure"),
        head("count"),
        head("value"),
        head("interval"),
        compared ? head("by counts alone") : null,
        h("th", { scope: "col", class: "drawn" }, h("span", { class: "ends" }, h("span", null, "0 %"), h("span", null, "100 %"))),
      ),
    ),
    h(
      "tbody",
      null,
      rows.filter((row) => row.value !== null).map((row) => {
        const name = h("th", { scope: "row" }, row.label, row.note ? h("span", { class: "quiet note" }, row.note) : null);
        return h(
          "tr",
          null,
          name,
          h("td", { class: "number" }, row.counts ?? ""),
          h("td", { class: "number" }, h("strong", null, shownValue(row))),
          h("td", { class: "number quiet" }, ends(row, row.low, row.high)),
          compared ? h("td", { class: "number quiet" }, ends(row, row.counts_low, row.counts_high)) : null,
          h("td", { class: "drawn" }, row.kind === "rate" ? null : whisker(row.value, row.low, row.high)),
        );
      }),
      unmeasured(rows).map(([reason, labels]) =>
        h("tr", null, h("th", { scope: "row" }, "not measured", h("span", { class: "quiet note" }, reason)), h("td", { class: "quiet", colspan: columns - 1 }, labels.join(" · "))),
      ),
    ),
  );
  return scrolling("Figures", null, table);
}

function verdicts(score: ScoreView): HTMLElement | null {
  const known = score.verdicts.filter((verdict) => verdict.count > 0);
  const total = known.reduce((sum, verdict) => sum + verdict.count, 0);
  if (total === 0) return null;
  return h(
    "div",
    null,
    h("h3", null, "What became of the alerts"),
    h(
      "table",
      { class: "compact" },
      h("caption", { class: "unseen" }, "Alerts by verdict"),
      h("thead", { class: "unseen" }, h("tr", null, h("th", { scope: "col" }, "verdict"), h("th", { scope: "col" }, "alerts"), h("th", { scope: "col" }, "as a bar"))),
      h("tbody", null, known.map(({ name, count }) => h("tr", null, h("th", { scope: "row" }, words(name)), h("td", { class: "number" }, grouped(count)), h("td", { class: "drawn" }, bar(count, total, name === "causal-malicious" ? "right" : name === "duplicate" || name === "unlabelled" ? "" : "false"))))),
    ),
  );
}

function runs(score: ScoreView): HTMLElement | null {
  if (score.runs.length === 0) return null;
  return h(
    "div",
    null,
    h("h3", null, "Runs of the schedule"),
    h(
      "table",
      { class: "compact" },
      h("caption", { class: "unseen" }, "Runs of the schedule"),
      h("tbody", null, score.runs.map(({ name, count }) => h("tr", null, h("th", { scope: "row" }, words(name)), h("td", { class: "number" }, grouped(count))))),
    ),
    score.run_facts.map((fact) => h("p", { class: "fact quiet" }, fact)),
  );
}

export function measures(score: ScoreView): Section | null {
  const table = figures(score);
  const below = [verdicts(score), runs(score)].filter((part) => part !== null);
  if (!table && below.length === 0) return null;
  return section("scorecard", "Scorecard", score.intervals, table, below.length > 0 ? h("div", { class: "two" }, below) : null);
}

export function latencyTable(score: ScoreView): HTMLElement | null {
  if (score.latencies.length === 0) return null;
  const cell = (seconds: number | undefined): string => (seconds === undefined ? "–" : duration(seconds));
  return scrolling(
    "Latency",
    null,
    h(
      "table",
      { class: "measures" },
      h("caption", { class: "unseen" }, "Latency"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "alerts"), h("th", { scope: "col" }, "counted from"), ...["alerts", "mean", "p50", "p90", "p95", "p99", "p99.9", "worst"].map((name) => h("th", { scope: "col", class: "number" }, name)))),
      h(
        "tbody",
        null,
        score.latencies.map((row) =>
          h("tr", null, h("th", { scope: "row" }, row.whose), h("td", null, row.from), h("td", { class: "number" }, grouped(row.count)), [row.mean].map((seconds) => h("td", { class: "number" }, cell(seconds))), h("td", { class: "number" }, cell(row.p50), " ", h("span", { class: "quiet" }, interval(row.p50_low, row.p50_high, duration))), [row.p90, row.p95, row.p99, row.p999, row.max].map((seconds) => h("td", { class: "number" }, cell(seconds)))),
        ),
      ),
    ),
  );
}
