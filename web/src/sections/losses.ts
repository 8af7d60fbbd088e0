// Where the missed incidents went, and where the false alarms come from: what an engineer acts on.
import { bar } from "../charts/whisker.js";
import { h, type Child } from "../dom.js";
import type { Loss, NamedCount, ScoreView } from "../scorecard.js";
import { grouped } from "../text.js";
import { section, type Section } from "./section.js";

const examples_max = 6;

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

function lossList(losses: readonly Loss[], whole: number, kind: string): HTMLElement {
  return h(
    "ol",
    { class: "losses" },
    losses.map((loss) =>
      h(
        "li",
        null,
        h("div", { class: "loss" }, h("span", { class: "count" }, grouped(loss.count)), bar(loss.count, whole, kind), h("span", { class: "text" }, loss.text, loss.note ? h("span", { class: "quiet" }, ` ${loss.note}`) : null)),
        examples(loss.examples),
      ),
    ),
  );
}

export function losses(score: ScoreView): Section | null {
  if (score.misses.length === 0 && score.false_groups.length === 0) return null;
  const false_total = score.false_groups.reduce((sum, group) => sum + group.count, 0);
  const caught = score.recall?.hits ?? 0;
  return section(
    "losses",
    "What goes wrong",
    null,
    h(
      "div",
      { class: "two" },
      score.misses.length > 0
        ? h("div", null, h("h3", null, caught === 0 ? `Where the ${grouped(score.missed)} went` : `Where the other ${grouped(score.missed)} went`), lossList(score.misses, score.missed, "missed"))
        : null,
      score.false_groups.length > 0
        ? h("div", null, h("h3", null, `Where the ${grouped(false_total)} false alarms come from`), lossList(score.false_groups, false_total, "false"))
        : null,
    ),
  );
}
