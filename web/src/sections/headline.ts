// The answer: four figures, each with what it may be off by.
import { whisker } from "../charts/whisker.js";
import { h, type Child } from "../dom.js";
import type { ScoreView } from "../scorecard.js";
import { countOf, duration, figure, grouped, interval, percent, shareInterval } from "../text.js";

function card(what: string, answer: Child, more: Child, drawing: Child): HTMLElement {
  return h("div", { class: "card" }, h("dt", null, what), h("dd", null, h("p", { class: "answer" }, answer), h("p", { class: "more" }, more), drawing));
}

const unit = (text: string): HTMLElement => h("span", { class: "unit" }, ` ${text}`);

function catches(score: ScoreView): HTMLElement | null {
  const recall = score.recall;
  if (!recall) return null;
  if (recall.value === null) return card("catches", "–", recall.unmeasured ?? "there are no malicious incidents", null);
  return card(
    "catches",
    [grouped(recall.hits), unit(`of ${grouped(recall.total)} malicious incidents`)],
    [h("strong", null, percent(recall.value)), " ", shareInterval(recall.low, recall.high)],
    whisker(recall.value, recall.low, recall.high),
  );
}

function raises(score: ScoreView): HTMLElement | null {
  const precision = score.precision;
  const alerts = score.alert_count;
  if (alerts === undefined && !precision) return null;
  const parts: string[] = [];
  if (precision) parts.push(`${grouped(precision.hits)} right`);
  const false_count = score.false_alarms?.count;
  if (false_count !== undefined) parts.push(`${grouped(false_count)} false`);
  if (score.repeats > 0) parts.push(countOf(score.repeats, "repeat"));
  return card(
    "raises",
    [grouped(alerts ?? precision?.total ?? 0), unit(alerts === 1 ? "alert" : "alerts")],
    [
      precision?.value != null ? [h("strong", null, `${percent(precision.value)} right`), ` ${shareInterval(precision.low, precision.high)}`, h("br")] : null,
      precision && precision.value === null && precision.unmeasured ? precision.unmeasured : parts.join(" · "),
    ],
    precision ? whisker(precision.value, precision.low, precision.high) : null,
  );
}

function falseAlarms(score: ScoreView): HTMLElement | null {
  const rate = score.false_alarms;
  if (!rate) return null;
  const high = Math.max(rate.high ?? 0, rate.value ?? 0);
  return card(
    "false alarms",
    rate.value === null ? "–" : [figure(rate.value), unit("a day")],
    rate.value === null ? (rate.unmeasured ?? null) : [interval(rate.low, rate.high, figure), h("br"), `per 1,000 hosts${score.repeats > 0 ? ", repeats left out" : ""}`],
    whisker(rate.value, rate.low, rate.high, high * 1.25),
  );
}

function latency(score: ScoreView): HTMLElement | null {
  const late = score.latency;
  if (!late) return null;
  if (late.count === 0 || late.p50 === undefined) return card("alerts come", "–", "there are no alerts", null);
  const tail: string[] = [];
  if (late.p95 !== undefined) tail.push(`${duration(late.p95)} p95`);
  if (late.max !== undefined) tail.push(`${duration(late.max)} worst`);
  const ends = interval(late.p50_low, late.p50_high, duration);
  return card(`${late.whose} come, after ${late.from}`, [duration(late.p50), unit("later (median)")], [ends, ends ? h("br") : null, tail.join(" · ")], null);
}

export function headline(score: ScoreView): HTMLElement {
  return h("dl", { class: "cards" }, catches(score), raises(score), falseAlarms(score), latency(score));
}
