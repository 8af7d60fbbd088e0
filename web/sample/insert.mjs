// What the program does with its document, in a few lines: the reference for report_page.
import { data_mark } from "../build.mjs";

/** `<` is written as an escape, so that no text can end the element or open a comment. */
export function documentText(document) {
  return JSON.stringify(document).replaceAll("<", "\\u003c");
}

export function insert(page, document) {
  const at = page.indexOf(data_mark);
  if (at < 0) throw new Error("the page has no place for data");
  return page.slice(0, at) + documentText(document) + page.slice(at + data_mark.length);
}
