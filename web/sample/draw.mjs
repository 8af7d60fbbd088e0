// A seeded stream of numbers: the same seed gives the same samples everywhere.
export class Draw {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  /** [0, 1) */
  unit() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(count) {
    return Math.floor(this.unit() * count);
  }
  of(list) {
    return list[this.below(list.length)];
  }
  chance(share) {
    return this.unit() < share;
  }
  exponential(mean) {
    return -Math.log(1 - this.unit()) * mean;
  }
}

const z = 1.96;

export function proportion(hits, total) {
  if (total === 0) return { hits, total, value: null, low: null, high: null, method: "wilson" };
  const p = hits / total;
  const middle = (p + (z * z) / (2 * total)) / (1 + (z * z) / total);
  const half = (z / (1 + (z * z) / total)) * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  return { hits, total, value: round(p), low: round(Math.max(0, middle - half)), high: round(Math.min(1, middle + half)), method: "wilson" };
}

export function rate(count, host_days) {
  const per = 1000 / host_days;
  const half = z * Math.sqrt(Math.max(1, count));
  return { count, value: round(count * per), low: round(Math.max(0, count - half) * per), high: round((count + half) * per), per: "1,000 hosts a day", method: "garwood" };
}

export const round = (number) => Number(number.toPrecision(6));
