// Where the missed incidents went, and where the false alarms come from: what an engineer acts on.
import { bar } from "../charts/whisker.js";
import { h, lines, type Child } from "../dom.js";
import { present, type Loss, type NamedCount, type ScoreView } from "../scorecard.js";
import { countOf, grouped } from "../text.js";
import { section, type Section } from "./section.js";

const examples_max = 6;

/** An incident's id, as a link where the document has the incident. */
type Link = (id: string) => Child;

function examples(all: readonly NamedCount[]): Child {
  if (all.length === 0) return null;
  const shown = all.slice(0, examples_max);
  const rest = all.slice(examples_max).reduce((sum, example) => sum + example.count, 0);
  return h(
    "ul",
    { class: "examples" },
    shown.map(({ name, count }) => h("li", null, h("span", { class: "name" }, name), " ", h("span", { class: "count" }, grouped(count)))),
    rest > 0 ? h("li", { class: "quiet" }, `+${grouped(rest)}`) : null,
  );
}

function lossList(losses: readonly Loss[], whole: number, kind: string, link: Link): HTMLElement {
  return h(
    "ol",
    { class: "losses" },
    losses.map((loss) =>
      h(
        "li",
        null,
        h("div", { class: "loss" }, h("span", { class: "count" }, grouped(loss.count)), bar(loss.count, whole, kind), h("span", { class: "text" }, loss.text, loss.note ? h("span", { class: "quiet" }, ` ${loss.note}`) : null)),
        examples(loss.examples),
        loss.example_incident ? h("p", { class: "example" }, "for example ", link(loss.example_incident)) : null,
      ),
    ),
  );
}

/** The command that explains one of them, and what it needs to be run first. */
function why(score: ScoreView): HTMLElement | null {
  const command = score.misses.find((loss) => loss.repeat)?.repeat;
  if (!command) return null;
  return h(
    "div",
    { class: "why" },
    h("p", { class: "quiet" }, "Why one of them was missed, condition by condition:"),
    h("pre", { tabindex: 0, "aria-label": "Command that explains a missed incident" }, lines(present([score.before_repeat, command]).join("\n"))),
  );
}

/** Every malicious incident, by what became of it: the parts add up to the whole bar. */
function fates(score: ScoreView): HTMLElement | null {
  const shown = score.fates.filter((fate) => fate.count > 0);
  const total = shown.reduce((sum, fate) => sum + fate.count, 0);
  if (total === 0 || score.fates.length < 2) return null;
  const kind = (name: string): string => `f${score.fates.findIndex((fate) => fate.name === name) % 8}`;
  return h(
    "div",
    { class: "fates" },
    h("h3", null, `What became of the ${countOf(total, "malicious incident")}`),
    h("span", { class: "stack", "aria-hidden": "true" }, shown.map(({ name, count }) => h("span", { class: kind(name), style: { width: `${((100 * count) / total).toFixed(2)}%` } }))),
    h("ul", { class: "legend" }, shown.map(({ name, count }) => h("li", null, h("span", { class: `key ${kind(name)}`, "aria-hidden": "true" }), h("strong", null, grouped(count)), ` ${name}`))),
  );
}

export function losses(score: ScoreView, link: Link): Section | null {
  if (score.misses.length === 0 && score.false_groups.length === 0) return null;
  const false_total = score.false_groups.reduce((sum, group) => sum + group.count, 0);
  const caught = score.recall?.hits ?? 0;
  return section(
    "losses",
    "What goes wrong",
    null,
    fates(score),
    h(
      "div",
      { class: "two" },
      score.misses.length > 0
        ? h("div", null, h("h3", null, caught === 0 ? `Where the ${grouped(score.missed)} went` : `Where the other ${grouped(score.missed)} went`), lossList(score.misses, score.missed, "missed", link), why(score))
        : null,
      score.false_groups.length > 0
        ? h("div", null, h("h3", null, `Where the ${grouped(false_total)} false alarms come from`), lossList(score.false_groups, false_total, "false", link))
        : null,
    ),
  );
}
