// The only place that makes elements. Text becomes text nodes after `visible`, attributes are plain
// values, links lead inside the page alone: nothing that a document says can become markup or code.
// test/unit/source.test.mjs holds the other files to it.
import { visible, visibleLines } from "./text.js";

export type Child = Node | string | number | null | undefined | false | Child[];

export interface Attributes {
  /** Listeners by event name. */
  on?: Record<string, (event: never) => void>;
  /** Set through the style object, which the page's policy allows. */
  style?: Record<string, string>;
  [name: string]: unknown;
}

const svg_namespace = "http://www.w3.org/2000/svg";

function append(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.append(child);
    else parent.append(document.createTextNode(visible(String(child))));
  }
}

function apply(element: HTMLElement | SVGElement, attributes: Attributes | null): void {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value as object)) {
        element.addEventListener(event, listener as EventListener);
      }
    } else if (name === "style") {
      for (const [property, text] of Object.entries(value as object)) {
        element.style.setProperty(property, String(text));
      }
    } else if (/^on|^src|^action$|^formaction$/i.test(name)) {
      throw new Error(`attribute ${name} could run or load something`);
    } else if (/href$/i.test(name) && !String(value).startsWith("#")) {
      throw new Error("a link leads inside the page");
    } else {
      element.setAttribute(name, value === true ? "" : visible(String(value)));
    }
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, attributes ?? null);
  append(element, children);
  return element;
}

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(svg_namespace, tag);
  apply(element, attributes ?? null);
  append(element, children);
  return element;
}

/** A text node that keeps its lines; for <pre>. */
export function lines(text: string): Text {
  return document.createTextNode(visibleLines(text));
}

export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

let ids = 0;
/** An id that no document can name. */
export function newId(what: string): string {
  ids += 1;
  return `${what}-${ids}`;
}
