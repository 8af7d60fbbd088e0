// Text for people: what events and rules bring is made harmless to look at, and numbers read as the
// program's terminal output has them.

/** Characters that do not show, or change how others show: control, format, bidi, fillers, tags. */
const deceptive =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\u{e0000}-\u{e0fff}]/gu;
/** Marks piled on one letter draw over the lines around it. */
const piled = /(\p{M}{3})\p{M}+/gu;

const names: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };

function escaped(character: string): string {
  const name = names[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** The first `limit` UTF-16 units, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}

export const shown_max = 2_000;

/** One line: deceptive characters escaped, too long text cut with a note of its length. */
export function visible(text: string, limit = shown_max): string {
  const part = cut(text, limit);
  const out = part.replace(deceptive, escaped).replace(piled, "$1…");
  return part.length < text.length ? `${out}… (${grouped(text.length)} characters)` : out;
}

/** Like `visible`, but lines stay lines; for queries and diffs. */
export function visibleLines(text: string, limit = 100_000): string {
  return text
    .replace(/\r\n/g, "\n")
    .slice(0, limit + 1)
    .split("\n")
    .map((line) => line.split("\t").map((piece) => visible(piece, limit)).join("    "))
    .join("\n");
}

/** 41882310 → 41,882,310 */
export function grouped(number: number): string {
  const digits = Math.abs(Math.round(number)).toFixed(0);
  const out = digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return number < 0 && out !== "0" ? `−${out}` : out;
}

/** Three significant digits, no exponent: 0.0123, 1.5, 331, 2,318 */
export function figure(number: number): string {
  if (!Number.isFinite(number)) return "–";
  if (Math.abs(number) >= 100) return grouped(number);
  if (number === 0) return "0";
  const places = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number)))));
  let out = Math.abs(number).toFixed(places);
  if (out.includes(".")) out = out.replace(/\.?0+$/, "");
  return number < 0 && Number(out) !== 0 ? `−${out}` : out;
}

/** 0.285 → 28.5 % (with a no-break space) */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1).replace("-", "−")}\u00a0%`;
}

/** Like `percent`, but a share below 0.1 % keeps three digits: 0.0018 % */
export function smallShare(share: number): string {
  return share > 0 && share < 0.001 ? `${figure(share * 100)}\u00a0%` : percent(share);
}

/** Percentage points with a sign: −7.5 */
export function points(difference: number): string {
  const out = Math.abs(difference * 100).toFixed(1);
  if (Number(out) === 0) return "±0.0";
  return (difference < 0 ? "−" : "+") + out;
}

export function signed(difference: number, show: (magnitude: number) => string): string {
  const out = show(Math.abs(difference));
  if (!/[1-9]/.test(out)) return `±${out}`;
  return (difference < 0 ? "−" : "+") + out;
}

export function interval(
  low: number | null | undefined,
  high: number | null | undefined,
  show: (number: number) => string,
): string {
  if (low == null || high == null) return "";
  return `[${show(low)} – ${show(high)}]`;
}

/** Of shares: [22.9 – 34.9] */
export const shareInterval = (low?: number | null, high?: number | null): string =>
  interval(low, high, (share) => (share * 100).toFixed(1).replace("-", "−"));

function threeDigits(number: number): string {
  return String(Number(number.toPrecision(3)));
}

/** 161.2 → 2m 41s; 0.495 → 495 ms: the same steps as the terminal's. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0) return `−${duration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 1e-6) return `${threeDigits(seconds * 1e9)} ns`;
  if (seconds < 1e-3) return `${threeDigits(seconds * 1e6)} µs`;
  if (seconds < 1) return `${threeDigits(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) {
    const rest = whole % 60;
    return rest === 0 ? `${whole / 60}m` : `${Math.floor(whole / 60)}m ${rest}s`;
  }
  const two = (large: number, of: string, small: number, rest: string): string => {
    const over = Math.floor((whole % large) / small);
    return `${Math.floor(whole / large)}${of}${over === 0 ? "" : ` ${over}${rest}`}`;
  };
  return whole < 86_400 ? two(3_600, "h", 60, "m") : two(86_400, "d", 3_600, "h");
}

const steps_s = [
  1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1_800,
  3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000,
];

/** At most `most` round durations in [low, high], evenly apart, 0 among them if it is in there. */
export function durationTicks(low: number, high: number, most: number): number[] {
  if (!(high > low) || most < 1) return [];
  const wanted = (high - low) / most;
  const last = steps_s[steps_s.length - 1] ?? 1;
  const step = steps_s.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / last) * last;
  const out: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; ++at) out.push(at * step);
  return out;
}

/** `1 alert`, `2 alerts` */
export function countOf(number: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(number)} ${number === 1 ? singular : plural}`;
}

/** 2026-03-02T04:41:17.304504000Z → 2026-03-02 04:41:17.304; anything else as it is. */
export function moment(iso: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,3})?\d*Z$/.exec(iso);
  return found ? `${found[1]} ${found[2]}${found[3] ?? ""}` : iso;
}

/** Seconds from one ISO time to another, or nothing if either cannot be read. */
export function secondsBetween(from: string | undefined, to: string | null | undefined): number | undefined {
  if (!from || !to) return undefined;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
