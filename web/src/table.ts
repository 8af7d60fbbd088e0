// A table that is filtered, sorted and paged. Sorting and filtering work on keys that are computed
// once, and a page of rows is drawn, so that ten thousand rows answer at once.
import { h, newId, replace, type Child } from "./dom.js";
import { scrolling } from "./scroll.js";
import { grouped } from "./text.js";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => Child;
  /** Sorts by this; a column without it does not sort. */
  key?: (row: Row) => string | number;
  /** Numbers stand to the right. */
  numeric?: boolean;
  /** Biggest first at the first press. */
  descending?: boolean;
  class?: string;
}

export interface Facet<Row> {
  name: string;
  value: (row: Row) => string;
}

export interface TableOptions<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  page_rows?: number;
  /** What the filter looks through. Without it there is none. */
  search?: (row: Row) => string;
  facets?: Facet<Row>[];
  /** Shown below the row when it is opened. Opening is by the button in the first column. */
  detail?: (row: Row) => Node;
  order?: Order;
  what: string;
}

export interface Order {
  column: number;
  down: boolean;
}

/** Row numbers in order; ties keep their place. Cost: O(rows × log rows). */
export function ordered(keys: readonly (string | number)[], rows: readonly number[], down: boolean): number[] {
  const sign = down ? -1 : 1;
  const compare = (a: number, b: number): number => {
    const x = keys[a] ?? "";
    const y = keys[b] ?? "";
    if (typeof x === "number" && typeof y === "number") {
      // What is not known stands last either way.
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
      return (x - y) * sign;
    }
    return (x < y ? -1 : x > y ? 1 : 0) * sign;
  };
  return [...rows].sort((a, b) => compare(a, b) || a - b);
}

/** Every word of `query` must stand in the text; case does not matter. */
export function matches(haystack: string, query: readonly string[]): boolean {
  return query.every((word) => haystack.includes(word));
}

export const query_words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

const haystack_max = 1_000;

/** What is on the page, of what the filter leaves, of all. */
export function statusText(from: number, rows: number, found: number, total: number, what: string): string {
  const part = rows === found ? "" : `${grouped(from + 1)}–${grouped(from + rows)} of `;
  if (found === total) return `${part}${grouped(total)} ${what}`;
  return part === "" ? `${grouped(found)} of ${grouped(total)} ${what}` : `${part}${grouped(found)} found among ${grouped(total)} ${what}`;
}

export class Table<Row> {
  readonly element: HTMLElement;
  private readonly haystacks: string[];
  private readonly keys: (readonly (string | number)[] | undefined)[] = [];
  private readonly facet_values: string[][];
  private readonly chosen: string[];
  private order: Order | undefined;
  private page = 0;
  private query = "";
  private shown: number[];
  private readonly open = new Set<number>();
  private readonly body = h("tbody");
  private readonly heads: HTMLTableCellElement[] = [];
  private readonly status = h("p", { class: "status", role: "status" });
  private readonly pager = h("div", { class: "pager" });
  private readonly search_box: HTMLInputElement | undefined;
  private readonly facet_boxes: HTMLSelectElement[];
  private readonly page_rows: number;
  private readonly id = newId("table");

  constructor(private readonly options: TableOptions<Row>) {
    const { rows, search, facets = [] } = options;
    this.page_rows = options.page_rows ?? 50;
    this.haystacks = search ? rows.map((row) => search(row).slice(0, haystack_max).toLowerCase()) : [];
    this.facet_values = facets.map((facet) => rows.map(facet.value));
    this.chosen = facets.map(() => "");
    this.order = options.order;
    this.shown = [];
    this.choose();
    if (search) {
      this.search_box = h("input", {
        type: "search",
        placeholder: "Filter",
        "aria-label": `Filter ${options.what}`,
        autocomplete: "off",
        spellcheck: "false",
        on: { input: () => this.setQuery(this.search_box?.value ?? "") },
      });
    }
    this.facet_boxes = facets.map((facet, at) => this.facetBox(facet.name, at));
    this.element = this.frame();
    this.draw();
  }

  /** Shows the rows that `query` finds, and goes there. */
  find(query: string): void {
    if (!this.search_box) return;
    this.search_box.value = query;
    this.chosen.fill("");
    for (const box of this.facet_boxes) box.value = "";
    this.setQuery(query);
    this.search_box.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "start" });
  }

  /** Shows the one row of that number, opened, on its page. */
  reveal(row: number): void {
    this.query = "";
    if (this.search_box) this.search_box.value = "";
    this.chosen.fill("");
    for (const box of this.facet_boxes) box.value = "";
    this.choose();
    this.page = Math.max(0, Math.floor(this.shown.indexOf(row) / this.page_rows));
    this.open.add(row);
    this.draw();
    const target = this.body.querySelector<HTMLElement>(`[data-row="${row}"]`);
    target?.querySelector("button")?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "center" });
  }

  private facetBox(name: string, at: number): HTMLSelectElement {
    const counts = new Map<string, number>();
    for (const value of this.facet_values[at] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
    const values = [...counts].filter(([value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1));
    const box = h(
      "select",
      {
        "aria-label": `${name} of ${this.options.what}`,
        on: {
          change: () => {
            this.chosen[at] = box.selectedIndex > 0 ? (values[box.selectedIndex - 1]?.[0] ?? "") : "";
            this.changed();
          },
        },
      },
      h("option", { value: "" }, `any ${name}`),
      values.slice(0, 200).map(([value, count]) => h("option", null, `${value} (${grouped(count)})`)),
    );
    return box;
  }

  private frame(): HTMLElement {
    const { columns, caption } = this.options;
    const row = h("tr");
    columns.forEach((column, at) => {
      const head = h(
        "th",
        { scope: "col", class: [column.numeric ? "number" : "", column.class ?? ""].join(" ").trim() || null },
        column.key
          ? h("button", { type: "button", class: "sort", on: { click: () => this.sortBy(at) } }, column.name)
          : column.name,
      );
      this.heads.push(head);
      row.append(head);
    });
    const tools = this.search_box || this.facet_boxes.length > 0;
    return h(
      "div",
      { class: "table" },
      h("div", { class: tools || this.options.rows.length > this.page_rows ? "tools" : "unseen" }, tools ? [this.search_box, this.facet_boxes] : null, this.status),
      scrolling(
        caption,
        null,
        h("table", { id: this.id }, h("caption", { class: "unseen" }, caption), h("thead", null, row), this.body),
      ),
      this.pager,
    );
  }

  private setQuery(query: string): void {
    this.query = query;
    this.changed();
  }

  private changed(): void {
    this.page = 0;
    this.choose();
    this.draw();
  }

  private choose(): void {
    const words = query_words(this.query);
    const rows: number[] = [];
    for (let row = 0; row < this.options.rows.length; ++row) {
      if (words.length > 0 && !matches(this.haystacks[row] ?? "", words)) continue;
      if (this.chosen.some((value, at) => value !== "" && this.facet_values[at]?.[row] !== value)) continue;
      rows.push(row);
    }
    this.shown = this.order ? ordered(this.keysOf(this.order.column), rows, this.order.down) : rows;
  }

  private keysOf(column: number): readonly (string | number)[] {
    const key = this.options.columns[column]?.key;
    this.keys[column] ??= key ? this.options.rows.map(key) : [];
    return this.keys[column] ?? [];
  }

  /** First press the natural way, then the other, then as it came. */
  private sortBy(column: number): void {
    const first = this.options.columns[column]?.descending ?? false;
    if (this.order?.column !== column) this.order = { column, down: first };
    else if (this.order.down === first) this.order = { column, down: !first };
    else this.order = undefined;
    this.changed();
  }

  private turnTo(page: number): void {
    this.page = page;
    this.draw();
  }

  private draw(): void {
    const total = this.options.rows.length;
    const from = this.page * this.page_rows;
    const rows = this.shown.slice(from, from + this.page_rows);
    this.heads.forEach((head, at) => {
      const here = this.order?.column === at ? this.order : undefined;
      if (here) head.setAttribute("aria-sort", here.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    replace(this.body, rows.map((row) => this.rowElements(row)));
    if (rows.length === 0) {
      replace(this.body, h("tr", null, h("td", { colspan: this.heads.length, class: "none" }, "none")));
    }
    replace(this.status, statusText(from, rows.length, this.shown.length, total, this.options.what));
    this.drawPager();
  }

  private drawPager(): void {
    const pages = Math.ceil(this.shown.length / this.page_rows);
    this.pager.hidden = pages <= 1;
    // The focus stays on the button that was pressed, or its neighbour once that can do nothing.
    const focused = this.pager.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    const button = (name: string, to: number): HTMLButtonElement =>
      h("button", { type: "button", disabled: to < 0 || to >= pages || to === this.page, on: { click: () => this.turnTo(to) } }, name);
    replace(
      this.pager,
      button("First", 0),
      button("Previous", this.page - 1),
      h("span", null, `page ${grouped(this.page + 1)} of ${grouped(pages)}`),
      button("Next", this.page + 1),
      button("Last", pages - 1),
    );
    if (focused) {
      const buttons = [...this.pager.querySelectorAll("button")];
      (buttons.find((b) => b.textContent === focused && !b.disabled) ?? buttons.find((b) => !b.disabled))?.focus();
    }
  }

  private rowElements(row: number): HTMLTableRowElement[] {
    const value = this.options.rows[row];
    if (value === undefined) return [];
    const { columns, detail } = this.options;
    const opened = this.open.has(row);
    const detail_id = `${this.id}-detail-${row}`;
    const cells = columns.map((column, at) => {
      const content = column.cell(value);
      const attributes = { class: [column.numeric ? "number" : "", column.class ?? ""].join(" ").trim() || null };
      if (at > 0) return h("td", attributes, content);
      if (!detail) return h("th", { ...attributes, scope: "row" }, content);
      const button = h(
        "button",
        {
          type: "button",
          class: "open",
          "aria-expanded": String(opened),
          "aria-controls": opened ? detail_id : null,
          on: { click: () => this.toggle(row) },
        },
        content,
      );
      return h("th", { ...attributes, scope: "row" }, button);
    });
    const line = h("tr", { "data-row": row }, cells);
    if (!detail || !opened) return [line];
    return [line, h("tr", { class: "detail", id: detail_id }, h("td", { colspan: columns.length }, detail(value)))];
  }

  private toggle(row: number): void {
    if (!this.open.delete(row)) this.open.add(row);
    this.draw();
    this.body.querySelector<HTMLElement>(`[data-row="${row}"] button`)?.focus();
  }
}
