// A share and its interval on a line from 0 to 100 %; decoration beside the numbers that say it.
import { h } from "../dom.js";

const place = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

export function whisker(
  value: number | null | undefined,
  low: number | null | undefined,
  high: number | null | undefined,
  of_max = 1,
): HTMLElement | null {
  if (value == null || of_max <= 0) return null;
  const from = low ?? value;
  const to = high ?? value;
  return h(
    "span",
    { class: "whisker", "aria-hidden": "true" },
    h("span", { class: "band", style: { left: place(from / of_max), width: place((to - from) / of_max) } }),
    h("span", { class: "dot", style: { left: place(value / of_max) } }),
  );
}

/** How much of the whole, as a bar. */
export function bar(part: number, whole: number, kind = ""): HTMLElement {
  const share = whole > 0 ? part / whole : 0;
  return h(
    "span",
    { class: `bar ${kind}`.trim(), "aria-hidden": "true" },
    h("span", { style: { width: place(share) } }),
  );
}
