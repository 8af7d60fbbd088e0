// A gate's checks and a rule's change: what was asked of it, and what it does to whom.
import type { Check, Diff, Gate, Metric, Moved } from "../contract.js";
import { diffBlock } from "../charts/front.js";
import { h, type Child } from "../dom.js";
import { countOf, duration, figure, grouped, percent, points, signed } from "../text.js";
import { Table } from "../table.js";
import { scrolling } from "../scroll.js";
import { section, type Section } from "./section.js";

const verdict_words = { pass: "PASS", fail: "FAIL", warn: "PASS WITH WARNINGS" };

export function verdict(gate: Gate): HTMLElement {
  const counts = (["fail", "warn", "pass", "skip"] as const).flatMap((status) => {
    const count = gate.checks?.filter((check) => check.status === status).length ?? 0;
    return count > 0 ? [`${grouped(count)} ${{ fail: "failed", warn: "to look at", pass: "passed", skip: "skipped" }[status]}`] : [];
  });
  return h(
    "div",
    { class: `verdict ${gate.verdict}` },
    h("p", { class: "word" }, verdict_words[gate.verdict]),
    h("div", null, gate.reason ? h("p", { class: "reason" }, gate.reason) : null, counts.length > 0 ? h("p", { class: "quiet" }, h("a", { href: "#checks" }, countOf(gate.checks?.length ?? 0, "check")), `: ${counts.join(", ")}`) : null),
  );
}

const status_signs = { pass: "✓ pass", fail: "✗ fail", warn: "! warn", skip: "– skip" };
const status_rank = { fail: 0, warn: 1, pass: 2, skip: 3 };

export function checks(gate: Gate | undefined): Section | null {
  if (!gate?.checks || gate.checks.length === 0) return null;
  const rows = [...gate.checks].sort((a, b) => status_rank[a.status] - status_rank[b.status]);
  const table = new Table<Check>({
    caption: "Checks of the gate",
    what: rows.length === 1 ? "check" : "checks",
    rows,
    page_rows: 50,
    ...(rows.length > 12 ? { search: (check: Check) => `${check.name} ${check.detail ?? ""} ${check.file ?? ""}`, facets: [{ name: "status", value: (check: Check) => check.status }] } : {}),
    columns: [
      { name: "status", class: "short", key: (check) => status_rank[check.status], cell: (check) => h("span", { class: `status-word status-${check.status}` }, status_signs[check.status]) },
      { name: "check", key: (check) => check.name.toLowerCase(), cell: (check) => check.name },
      { name: "detail", class: "wide", cell: (check) => check.detail ?? "" },
      { name: "where", cell: (check) => (check.file ? h("code", null, `${check.file}${check.line ? `:${check.line}` : ""}`) : "") },
    ],
  });
  return section("checks", "Checks", null, table.element);
}

function shown(metric: Metric, value: number | null): string {
  if (value === null) return "–";
  if (metric.unit === "share") return percent(value);
  if (metric.unit === "s") return duration(value);
  return `${figure(value)}${metric.unit ? ` ${metric.unit}` : ""}`;
}

function change(metric: Metric, difference: number): string {
  if (metric.unit === "share") return points(difference);
  if (metric.unit === "s") return signed(difference, duration);
  return signed(difference, figure);
}

export function judgement(metric: Metric): "better" | "worse" | "not proven" | "" {
  if (metric.before === null || metric.after === null) return "";
  const difference = metric.after - metric.before;
  if (metric.certain === false || difference === 0) return difference === 0 ? "" : "not proven";
  if (!metric.better) return "";
  return difference > 0 === (metric.better === "up") ? "better" : "worse";
}

function metricTable(metrics: readonly Metric[]): HTMLElement {
  return scrolling(
    "Figures before and after",
    null,
    h(
      "table",
      { class: "measures" },
      h("caption", { class: "unseen" }, "Figures before and after"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "figure"), ...["before", "after", "change", "interval"].map((name) => h("th", { scope: "col", class: "number" }, name)), h("th", { scope: "col" }, "so"))),
      h(
        "tbody",
        null,
        metrics.map((metric) => {
          const difference = metric.before === null || metric.after === null ? undefined : metric.after - metric.before;
          const so = judgement(metric);
          return h(
            "tr",
            null,
            h("th", { scope: "row" }, metric.name),
            h("td", { class: "number" }, shown(metric, metric.before)),
            h("td", { class: "number" }, h("strong", null, shown(metric, metric.after))),
            h("td", { class: "number" }, difference === undefined ? "–" : change(metric, difference)),
            h("td", { class: "number quiet" }, metric.interval ? `[${change(metric, metric.interval.low)}, ${change(metric, metric.interval.high)}]` : ""),
            h("td", null, so ? h("span", { class: `so ${so.replace(" ", "-")}` }, so) : ""),
          );
        }),
      ),
    ),
  );
}

function movedTable(name: string, moved: readonly Moved[], link: (id: string) => Child): HTMLElement {
  return h(
    "div",
    null,
    h("h3", null, `${name} ${grouped(moved.length)}`),
    moved.length === 0
      ? h("p", { class: "quiet" }, "none")
      : new Table<Moved>({
          caption: `${name} incidents`,
          what: moved.length === 1 ? "incident" : "incidents",
          rows: moved,
          page_rows: 10,
          columns: [
            { name: "incident", key: (row) => row.id, cell: (row) => link(row.id) },
            { name: "scenario", key: (row) => row.scenario ?? "", class: "wide", cell: (row) => [row.scenario ? h("span", { class: "quiet" }, `${row.scenario} `) : null, row.title ?? ""] },
            { name: "why", key: (row) => row.reason ?? "", cell: (row) => row.reason ?? "" },
          ],
        }).element,
  );
}

/** Lines of a text change as a diff, so that what was and what is stand below each other. */
export function changeAsDiff(before: string | null | undefined, after: string | null | undefined): string {
  const marked = (text: string | null | undefined, sign: string): string[] => (text == null ? [] : text.split("\n").map((line) => sign + line));
  return [...marked(before, "-"), ...marked(after, "+")].join("\n");
}

export function ruleDiff(diff: Diff | undefined, link: (id: string) => Child): Section | null {
  if (!diff) return null;
  const changes = diff.changes ?? [];
  return section(
    "diff",
    "What the change does",
    diff.equivalent === true ? "Both versions raise the same alerts, by construction." : diff.equivalent === false ? null : "Whether both raise the same alerts is not known from the text alone.",
    diff.metrics && diff.metrics.length > 0 ? metricTable(diff.metrics) : null,
    changes.length > 0
      ? h(
          "div",
          null,
          h("h3", null, countOf(changes.length, "change")),
          h("ul", { class: "changes" }, changes.slice(0, 200).map((item) => h("li", null, h("p", null, h("span", { class: "tag plain" }, item.kind), " ", item.what), item.before != null || item.after != null ? diffBlock(changeAsDiff(item.before, item.after)) : null))),
        )
      : null,
    h("div", { class: "two" }, movedTable("Lost", diff.lost ?? [], link), movedTable("Gained", diff.gained ?? [], link)),
  );
}
