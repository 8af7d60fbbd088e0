import { h, type Child } from "../dom.js";

/** A part of the page with its entry in the list of parts. */
export interface Section {
  id: string;
  name: string;
  element: HTMLElement;
}

export function section(id: string, name: string, note: Child, ...content: Child[]): Section {
  const heading = `${id}-heading`;
  return {
    id,
    name,
    element: h(
      "section",
      { id, "aria-labelledby": heading },
      h("header", null, h("h2", { id: heading }, name), note ? h("p", { class: "note" }, note) : null),
      content,
    ),
  };
}
