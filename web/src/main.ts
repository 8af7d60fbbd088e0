// Reads the document, lays out the page. Whatever is not in the document is not on the page.
import { decomposition, histogram } from "./charts/histogram.js";
import { redrawForPaper } from "./charts/frame.js";
import { front } from "./charts/front.js";
import { loadByHourOfDay, loadOverTime } from "./charts/load.js";
import { tradeoff } from "./charts/tradeoff.js";
import { bar } from "./charts/whisker.js";
import type { ReportDocument, Rule } from "./contract.js";
import { readDocument } from "./document.js";
import { h, lines, newId, replace, type Child } from "./dom.js";
import { scrolling } from "./scroll.js";
import { readScore, type NamedCount, type ScoreView } from "./scorecard.js";
import { checks, ruleDiff, verdict } from "./sections/compare.js";
import { headline } from "./sections/headline.js";
import { breakdowns, incidents, scenarios } from "./sections/lists.js";
import { losses } from "./sections/losses.js";
import { latencyTable, measures } from "./sections/measures.js";
import { section, type Section } from "./sections/section.js";
import { duration, figure, grouped, interval, percent, shareInterval, visible } from "./text.js";
import { themeSwitch } from "./theme.js";

function latencySection(score: ScoreView): Section | null {
  const drawn = histogram(score.strata, score.latencies.find((row) => row.whose === "all alerts" && row.from === "the last event"));
  const parts = decomposition(score.decompositions);
  const table = latencyTable(score);
  if (!drawn && !parts && !table) return null;
  return section("latency", "Latency", null, drawn, parts, table);
}

function loadSection(score: ScoreView): Section | null {
  if (!score.load) return null;
  const { per_hour, by_hour_of_day, facts, first_hour, noisiest_hosts } = score.load;
  return section(
    "load",
    "Alert load",
    facts.join(" · "),
    h("div", { class: "two wide-left" }, loadOverTime(per_hour, first_hour), loadByHourOfDay(by_hour_of_day)),
    noisiest(noisiest_hosts),
  );
}

function noisiest(hosts: readonly NamedCount[]): Child {
  if (hosts.length === 0) return null;
  const most = hosts[0]?.count ?? 0;
  return h(
    "div",
    null,
    h("h3", null, "Noisiest hosts"),
    h(
      "table",
      { class: "compact" },
      h("caption", { class: "unseen" }, "Noisiest hosts"),
      h("thead", { class: "unseen" }, h("tr", null, h("th", { scope: "col" }, "host"), h("th", { scope: "col" }, "alerts"), h("th", { scope: "col" }, "as a bar"))),
      h("tbody", null, hosts.slice(0, 20).map(({ name, count }) => h("tr", null, h("th", { scope: "row" }, name), h("td", { class: "number" }, grouped(count)), h("td", { class: "drawn" }, bar(count, most))))),
    ),
  );
}

function ruleSection(rules: readonly Rule[]): Section | null {
  const shown = rules.filter((rule) => rule.query || rule.file || rule.rule_id);
  if (shown.length === 0) return null;
  return section(
    "rule",
    shown.length === 1 ? "Rule" : "Rules",
    null,
    shown.slice(0, 100).map((rule) =>
      h(
        "div",
        { class: "rule" },
        h("h3", null, rule.name),
        h("p", { class: "quiet" }, [rule.version == null ? null : `v${rule.version}`, rule.severity, rule.rule_id, rule.file].filter(Boolean).join(" · ")),
        rule.query ? h("pre", { tabindex: 0, "aria-label": `Query of ${rule.name}` }, lines(rule.query)) : null,
      ),
    ),
  );
}

function againSection(document_: ReportDocument, score: ScoreView | undefined): HTMLElement {
  const command = document_.command ?? score?.command;
  const version = document_.tool_version ?? score?.tool_version;
  const said = h("span", { role: "status", class: "quiet" });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command ?? "");
      replace(said, "copied");
    } catch {
      replace(said, "select it and copy it by hand: the browser does not let this page do it");
    }
  };
  return h(
    "footer",
    null,
    command
      ? h("div", { class: "again" }, h("h2", null, "Again"), h("pre", { tabindex: 0, "aria-label": "Command that makes this again" }, lines(command)), h("p", null, h("button", { type: "button", on: { click: () => void copy() } }, "Copy"), " ", said))
      : null,
    h("p", { class: "quiet" }, `Made by eqlab${version ? ` ${version}` : ""}. This page holds all that it shows and asks for nothing from elsewhere.`),
  );
}

function comparison(scores: readonly ScoreView[], choose: (at: number) => void): Section {
  return section(
    "rules",
    "Side by side",
    "Choose one to see its scorecard.",
    scrolling(
      "Rules side by side",
      null,
      h(
        "table",
        { class: "measures" },
        h("caption", { class: "unseen" }, "Rules side by side"),
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "rule"), ...["recall", "precision", "false alarms", "latency p50", "alerts"].map((name) => h("th", { scope: "col", class: "number" }, name)))),
        h(
          "tbody",
          null,
          scores.map((score, at) =>
            h(
              "tr",
              null,
              h("th", { scope: "row" }, h("label", { class: "choice" }, h("input", { type: "radio", name: "score", checked: at === 0, on: { change: () => choose(at) } }), h("span", null, score.variant ?? score.name, score.version === undefined ? null : h("span", { class: "quiet" }, ` v${score.version}`)))),
              h("td", { class: "number" }, score.recall?.value == null ? "–" : [percent(score.recall.value), " ", h("span", { class: "quiet" }, shareInterval(score.recall.low, score.recall.high))]),
              h("td", { class: "number" }, score.precision?.value == null ? "–" : [percent(score.precision.value), " ", h("span", { class: "quiet" }, shareInterval(score.precision.low, score.precision.high))]),
              h("td", { class: "number" }, score.false_alarms?.value == null ? "–" : [figure(score.false_alarms.value), " ", h("span", { class: "quiet" }, interval(score.false_alarms.low, score.false_alarms.high, figure))]),
              h("td", { class: "number" }, score.latency?.p50 === undefined ? "–" : duration(score.latency.p50)),
              h("td", { class: "number" }, score.alert_count === undefined ? "–" : figure(score.alert_count)),
            ),
          ),
        ),
      ),
    ),
  );
}

function masthead(report: ReportDocument, score: ScoreView | undefined): Child {
  const rule = report.rules[0];
  const name = report.title ?? score?.name ?? rule?.name ?? "eqlab report";
  const version = score?.version ?? rule?.version;
  const line = [report.title && score ? score.name : null, version == null ? null : `v${version}`, score?.schedule].filter(Boolean).join(" · ");
  return [h("h1", null, name), line ? h("p", { class: "sub" }, line) : null, score && score.corpus.length > 0 ? h("p", { class: "sub" }, score.corpus.join(" · ")) : null, score?.forecast ? h("p", { class: "sub" }, score.forecast) : null];
}

/** A part that cannot be drawn must not take the others with it. */
function guarded(make: () => Section | null): Section | null {
  try {
    return make();
  } catch (error) {
    console.error(error);
    return section(newId("broken"), "A part that cannot be drawn", null, h("p", null, "What the document says here was not expected; the rest of the page is whole."));
  }
}

/** `#incident=I-000417` opens that incident. */
function incidentOf(hash: string): string | undefined {
  const found = /^#incident=(.+)$/.exec(hash)?.[1];
  try {
    return found === undefined ? undefined : decodeURIComponent(found);
  } catch {
    return undefined;
  }
}

class Page {
  private readonly head = h("div", { class: "masthead" });
  private readonly nav = h("ul");
  private readonly main = h("main", { id: "content", tabindex: -1 });
  private readonly scores: ScoreView[];
  private readonly incidents;
  private readonly side_by_side: Section | undefined;
  private readonly fixed_top: Section[];
  private readonly fixed_middle: Section[];

  constructor(private readonly report: ReportDocument) {
    this.scores = (report.scores ?? []).map(readScore);
    const rule = report.rules[0];
    const first = this.scores[0];
    const with_span: Rule | undefined = rule && rule.maxspan_s === undefined && first?.maxspan_s !== undefined ? { ...rule, maxspan_s: first.maxspan_s } : rule;
    this.incidents = incidents(report.incidents ?? [], with_span);
    const link = this.incidents?.link ?? ((id: string) => id);
    this.side_by_side = this.scores.length > 1 ? comparison(this.scores, (at) => this.show(at)) : undefined;
    this.fixed_top = [guarded(() => checks(report.gate)), guarded(() => ruleDiff(report.diff, link))].filter((part) => part !== null);
    const sweeps = report.sweeps ?? [];
    const variants = report.pareto ?? [];
    this.fixed_middle = [
      guarded(() => (sweeps.length > 0 ? section("trade-off", "Trade-off", null, sweeps.slice(0, 20).map(tradeoff)) : null)),
      guarded(() => (variants.length > 0 ? section("front", "Variants", "Up and to the left is better.", front(variants)) : null)),
    ].filter((part) => part !== null);
  }

  element(): Child {
    this.show(0);
    return [
      h("a", { class: "skip", href: "#content" }, "To the content"),
      h("div", { class: "top" }, h("span", { class: "brand" }, "eqlab"), themeSwitch()),
      h("div", { class: "body" }, h("nav", { "aria-label": "Parts of the report" }, this.nav), h("div", { class: "column" }, this.head, this.main, againSection(this.report, this.scores[0]))),
    ];
  }

  /** Follows a link to an incident, from outside or from this page. */
  follow(): void {
    const id = incidentOf(location.hash);
    if (id !== undefined) this.incidents?.reveal(id);
  }

  /** Draws what belongs to one scorecard; the rest stays as it is, with what was opened in it. */
  private show(at: number): void {
    const score = this.scores[at];
    const of_score = (make: (score: ScoreView) => Section | null): Section | null => (score ? guarded(() => make(score)) : null);
    const sections = [
      ...this.fixed_top,
      this.side_by_side ?? null,
      of_score((view) => losses(view, this.incidents?.link ?? ((id) => id))),
      of_score(measures),
      ...this.fixed_middle,
      of_score(latencySection),
      of_score(loadSection),
      of_score(breakdowns),
      of_score((view) => scenarios(view, this.incidents?.of_scenario ?? ((id) => id))),
      this.incidents?.section ?? null,
      ruleSection(this.report.rules),
    ].filter((part) => part !== null);
    replace(this.head, masthead(this.report, score), this.report.gate ? verdict(this.report.gate) : null, score ? headline(score) : null);
    const focused = document.activeElement;
    replace(this.main, sections.map((part) => part.element));
    if (sections.length === 0 && !score) replace(this.main, h("p", { class: "alone" }, "The document has no results."));
    if (focused instanceof HTMLElement && this.main.contains(focused)) focused.focus();
    replace(this.nav, sections.map((part) => h("li", null, h("a", { href: `#${part.id}` }, part.name))));
  }
}

function read(): ReportDocument | string {
  const text = document.getElementById("eqlab-data")?.textContent ?? "";
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The mark where the data goes, or what is left of a file that was cut short.
    return text.startsWith("%EQLAB")
      ? "This page holds no result yet: eqlab puts one in when it writes a report."
      : "This page holds data that is not JSON; the file may have been cut short or changed.";
  }
  return readDocument(parsed) ?? "This page holds a document that it cannot read: it was made by another version of eqlab.";
}

function start(): void {
  const place = document.getElementById("page");
  if (!place) return;
  const report = read();
  if (typeof report === "string") {
    replace(place, h("main", { class: "alone" }, h("h1", null, "eqlab"), h("p", null, report)));
    return;
  }
  const name = report.title ?? report.rules[0]?.name;
  const gate = report.gate ? `${report.gate.verdict}: ` : "";
  if (name) document.title = visible(`${gate}${name.slice(0, 200)} · eqlab`);
  const page = new Page(report);
  replace(place, page.element());
  redrawForPaper();
  page.follow();
  addEventListener("hashchange", () => page.follow());
}

start();
