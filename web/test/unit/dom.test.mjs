// The guards of the one place that makes elements, over a stand-in for the browser's document.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../load.mjs";

class Fake {
  constructor(name) {
    this.name = name;
    this.attributes = {};
    this.children = [];
  }
  append(child) {
    this.children.push(child);
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
}
globalThis.Node = Fake;
globalThis.document = {
  createElement: (name) => new Fake(name),
  createElementNS: (_, name) => new Fake(name),
  createTextNode: (text) => ({ text }),
};
const { h, s } = await load("dom.ts");

test("text is text, and shown as it is meant to be", () => {
  const element = h("p", { "aria-label": "a\u202eb" }, "<b>\u0000", 7, null, false, [h("i"), "x"]);
  assert.deepEqual(element.children.map((child) => child.text ?? child.name), ["<b>\\x00", "7", "i", "x"]);
  assert.equal(element.attributes["aria-label"], "a\\u202eb");
});

test("attributes that run or load something are refused", () => {
  for (const attributes of [{ onclick: "x" }, { ONLOAD: "x" }, { src: "x" }, { srcdoc: "x" }, { srcset: "x" }, { action: "x" }, { formaction: "x" }]) {
    assert.throws(() => h("div", attributes), /could run or load/, JSON.stringify(attributes));
  }
});

test("links lead inside the page alone", () => {
  for (const href of ["javascript:x", "https://203.0.113.1/", "//203.0.113.1", "", "file:///x"]) {
    assert.throws(() => h("a", { href }), /inside the page/);
    assert.throws(() => s("a", { "xlink:href": href }), /inside the page/);
  }
  assert.equal(h("a", { href: "#checks" }).attributes.href, "#checks");
});
