// A box that scrolls sideways where its content is too wide. It takes the keyboard's focus only then:
// a stop for nothing is a nuisance to whoever walks the page by keys.
import { h, type Child } from "./dom.js";
import { visible } from "./text.js";

export function scrolling(name: string, kind: string | null, ...content: Child[]): HTMLElement {
  const box = h("div", { class: kind === null ? "scroll" : `scroll ${kind}` }, content);
  const label = visible(`${name}, scrolls`);
  const settle = (): void => {
    const over = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (over === box.hasAttribute("tabindex")) return;
    if (over) {
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", label);
    } else if (document.activeElement !== box) {
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  };
  const watch = new ResizeObserver(settle);
  watch.observe(box);
  for (const child of box.children) watch.observe(child);
  return box;
}
