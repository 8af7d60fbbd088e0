// The whole scorecard: every share with its counts and interval, what became of every alert, latency.
import { bar, whisker } from "../charts/whisker.js";
import { h } from "../dom.js";
import { words, type ScoreView } from "../scorecard.js";
import { duration, grouped, percent, shareInterval } from "../text.js";
import { section, type Section } from "./section.js";

function shares(score: ScoreView): HTMLElement | null {
  if (score.shares.length === 0) return null;
  const table = h(
    "table",
    { class: "measures" },
    h("caption", { class: "unseen" }, "Shares with counts and intervals"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "share"), h("th", { scope: "col", class: "number" }, "count"), h("th", { scope: "col", class: "number" }, "value"), h("th", { scope: "col", class: "number" }, "interval"), h("th", { scope: "col", class: "drawn" }, h("span", { class: "ends" }, h("span", null, "0 %"), h("span", null, "100 %"))))),
    h(
      "tbody",
      null,
      score.shares.map(({ label, note, share }) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, label, note ? h("span", { class: "quiet note" }, note) : null),
          h("td", { class: "number" }, `${grouped(share.hits)} of ${grouped(share.total)}`),
          h("td", { class: "number" }, share.value === null ? "–" : h("strong", null, percent(share.value))),
          h("td", { class: "number quiet" }, shareInterval(share.low, share.high)),
          h("td", { class: "drawn" }, whisker(share.value, share.low, share.high)),
        ),
      ),
      score.f1 === undefined
        ? null
        : h("tr", null, h("th", { scope: "row" }, "F1", h("span", { class: "quiet note" }, "harmonic mean of precision and recall")), h("td"), h("td", { class: "number" }, h("strong", null, score.f1.toFixed(3))), h("td"), h("td", { class: "drawn" })),
    ),
  );
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Shares, scrolls sideways" }, table);
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
      h("tbody", null, known.map(({ name, count }) => h("tr", null, h("th", { scope: "row" }, words(name)), h("td", { class: "number" }, grouped(count)), h("td", { class: "drawn" }, bar(count, total, name === "causal-malicious" ? "right" : name === "duplicate" ? "" : "false"))))),
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
  );
}

export function measures(score: ScoreView): Section | null {
  const table = shares(score);
  const below = [verdicts(score), runs(score)].filter((part) => part !== null);
  if (!table && below.length === 0) return null;
  return section("scorecard", "Scorecard", "Intervals are 95 %.", table, below.length > 0 ? h("div", { class: "two" }, below) : null);
}

export function latencyTable(score: ScoreView): HTMLElement | null {
  if (score.latencies.length === 0) return null;
  const cell = (seconds: number | undefined): string => (seconds === undefined ? "–" : duration(seconds));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Latency, scrolls sideways" },
    h(
      "table",
      { class: "measures" },
      h("caption", { class: "unseen" }, "Latency"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "alerts"), h("th", { scope: "col" }, "counted from"), ...["alerts", "p50", "p95", "p99", "worst"].map((name) => h("th", { scope: "col", class: "number" }, name)))),
      h(
        "tbody",
        null,
        score.latencies.map((row) =>
          h("tr", null, h("th", { scope: "row" }, row.whose), h("td", null, row.from), h("td", { class: "number" }, grouped(row.count)), [row.p50, row.p95, row.p99, row.max].map((seconds) => h("td", { class: "number" }, cell(seconds)))),
        ),
      ),
    ),
  );
}
