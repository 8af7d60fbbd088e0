// A document with some of its values replaced by nonsense: what no schema allows and a page must survive.
const nonsense = [null, undefined, 0, -1, 1e308, -1e308, 1e-308, 0.5, "", "x", "\u202e<b>", [], [[]], {}, [null], true, false, "2026-99-99T99:99:99Z", { value: {} }];

/** About `share` of all values change, wherever they stand. */
export function mutated(value, draw, share) {
  if (draw.chance(share)) return draw.of(nonsense);
  if (Array.isArray(value)) {
    const items = value.map((item) => mutated(item, draw, share));
    return draw.chance(share) ? items.reverse() : items;
  }
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mutated(item, draw, share)]));
  return value;
}
