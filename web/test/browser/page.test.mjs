// The page as a browser shows it.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { accessibilityFindings, Browser, status } from "./open.mjs";

let browser;
before(async () => {
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
});

for (const kind of ["small", "score", "several", "unlabelled", "empty", "crooked"]) {
  for (const scheme of ["light", "dark"]) {
    test(`${kind}, ${scheme}: no complaint, no request, nothing serious for axe`, async () => {
      const { page, check, close } = await browser.open(kind, { scheme });
      // Opened, so that what is folded away is looked at too.
      for (const details of await page.locator("details").all()) await details.locator("summary").click();
      if ((await page.locator("#incidents button.open").count()) > 0) await page.locator("#incidents button.open").first().click();
      assert.deepEqual(await accessibilityFindings(page), []);
      check();
      await close();
    });
  }
}

for (const width of [390, 768, 1600]) {
  for (const kind of ["small", "several", "hostile"]) {
    test(`${kind}, ${width} px wide: nothing hangs over the side`, async () => {
      const { page, check, close } = await browser.open(kind, { width });
      const over = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const inside = (element) => element.closest(".scroll, pre, svg, .unseen") !== null;
        return [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 1 && !inside(element)).map((element) => element.outerHTML.slice(0, 100));
      });
      assert.deepEqual(over, []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      check();
      await close();
    });
  }
}

test("the answer stands first: verdict, then what is caught and at what price", async () => {
  const { page, report, close } = await browser.open("small");
  const text = await page.locator(".masthead").innerText();
  const { hits, total } = report.scores[0].headline.incident_recall;
  const places = ["FAIL", report.gate.reason, "catches", `${hits}\u00a0of ${total}`.replace("\u00a0", " "), "raises", "false alarms", "right alerts come, after the last event"].map((part) => text.indexOf(part));
  assert.ok(places.every((place) => place >= 0), `${places} in ${text}`);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  await close();
});

test("what was not measured says why, and is not 0", async () => {
  const { page, close } = await browser.open("unlabelled");
  const cards = page.locator(".card");
  assert.match(await cards.nth(0).innerText(), /catches\s*–\s*no labels/);
  assert.match(await cards.nth(1).innerText(), /\d+ alerts/);
  assert.match(await cards.nth(2).innerText(), /–\s*no labels/);
  assert.match(await page.locator("#scorecard tr", { hasText: "not measured" }).innerText(), /no labels\s+caught, of all malicious incidents · .*alerts that are right/);
  await close();
});

test("only what the document has is on the page", async () => {
  const { page, close } = await browser.open("score");
  const ids = await page.locator("main section").evaluateAll((sections) => sections.map((section) => section.id));
  assert.deepEqual(ids, ["losses", "scorecard", "latency", "scenarios", "rule"]);
  assert.deepEqual(await page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href").slice(1))), ids);
  await close();
});

test("a page without data, or with another version's, says so", async () => {
  const bare = await browser.openBare();
  assert.match(await bare.locator("main").innerText(), /holds no result yet/);
  await bare.close();
  const cut = await browser.openBare((page) => page.replace("%EQLAB_DATA%", '{"eqlab_report": 1, "ru'));
  assert.match(await cut.locator("main").innerText(), /not JSON/);
  await cut.close();
  const { page, check, close } = await browser.open({ eqlab_report: 99 });
  assert.match(await page.locator("main").innerText(), /another version/);
  check();
  await close();
});

test("every chart has a name and its numbers as text", async () => {
  const { page, close } = await browser.open("small");
  const charts = await page.locator("figure.chart").all();
  assert.ok(charts.length >= 5);
  for (const chart of charts) {
    const svg = chart.locator("svg[role=img]");
    const name = await svg.evaluate((element) => element.getAttribute("aria-label") ?? document.getElementById(element.getAttribute("aria-labelledby")).textContent);
    assert.ok(name.length > 10, name);
    await chart.locator("summary").click();
    await chart.locator("details tbody tr").first().waitFor();
  }
  await close();
});

test("the marker moves by keys, within its ends, and its values are read off", async () => {
  const { page, report, check, close } = await browser.open("small");
  const marker = page.getByRole("slider");
  const points = report.sweeps[0].points;
  const own = points.findIndex((point) => point.value === report.sweeps[0].current);
  const now = async () => Number(await marker.getAttribute("aria-valuenow"));
  const left = () => marker.evaluate((element) => element.getBoundingClientRect().left);
  await marker.focus();
  assert.equal(await now(), points[own].value);
  const before = await left();
  await page.keyboard.press("ArrowRight");
  assert.equal(await now(), points[own + 1].value);
  assert.ok((await left()) > before);
  assert.match(await marker.getAttribute("aria-valuetext"), /^maxspan 45 s, recall \d+\.\d\u00a0%, precision/);
  assert.match(await page.locator("#trade-off .aside").innerText(), /maxspan 45 s[\s\S]*against 30 s/);
  await page.keyboard.press("End");
  assert.equal(await now(), points[points.length - 1].value);
  await page.keyboard.press("ArrowRight");
  assert.equal(await now(), points[points.length - 1].value);
  await page.keyboard.press("Home");
  assert.equal(await now(), points[0].value);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await now(), points[0].value);
  check();
  await close();
});

test("the marker follows the pointer, also after the width has changed", async () => {
  const { page, report, close } = await browser.open("small");
  const marker = page.getByRole("slider");
  await page.setViewportSize({ width: 800, height: 900 });
  const over = page.locator("#trade-off .over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + 60, box.y + 40);
  await page.mouse.down();
  assert.equal(Number(await marker.getAttribute("aria-valuenow")), report.sweeps[0].points[0].value);
  await page.mouse.move(box.x + box.width - 5, box.y + 40, { steps: 5 });
  await page.mouse.up();
  assert.equal(Number(await marker.getAttribute("aria-valuenow")), report.sweeps[0].points.at(-1).value);
  await page.mouse.move(box.x + 60, box.y + 40);
  assert.equal(Number(await marker.getAttribute("aria-valuenow")), report.sweeps[0].points.at(-1).value, "let go");
  await close();
});

test("a variant is chosen in the list or on the chart, and its change is shown", async () => {
  const { page, report, close } = await browser.open("small");
  const variant = report.pareto.find((one) => one.diff && one.on_front);
  await page.locator("#front").getByRole("button", { name: variant.name, exact: true }).click();
  const shown = page.locator("#front .variant");
  assert.match(await shown.innerText(), new RegExp(variant.detail));
  assert.equal(await shown.locator(".ins").count(), variant.diff.split("\n").filter((line) => line.startsWith("+")).length);
  await page.locator("#front .variant-dot.current").click();
  assert.match(await shown.innerText(), /the rule as it stands/);
  await close();
});

test("an incident opens to its steps, lanes and events, and says where it broke", async () => {
  const { page, report, check, close } = await browser.open("small");
  const incident = report.incidents.find((one) => one.reason.code === "maxspan");
  await page.getByLabel("Filter incidents").fill(incident.id);
  const button = page.locator("#incidents button.open");
  assert.equal(await button.getAttribute("aria-expanded"), "false");
  await button.click();
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  assert.equal(await button.evaluate((element) => element === document.activeElement), true);
  const detail = page.locator("#incidents tr.detail");
  assert.match(await detail.locator(".step.failed").innerText(), /step 2 not met[\s\S]*within 30 s of step 1/);
  assert.equal(await detail.locator(".lane-name").count(), new Set(incident.events.map((event) => event.process.pid)).size);
  assert.equal(await detail.locator("table tbody tr").count(), incident.events.length);
  assert.equal(await detail.locator("path.sequence.broken").count(), 1);
  assert.equal(await detail.locator("line.span-end").count(), 1, "maxspan ends before the last event");
  await detail.getByLabel("evenly").check();
  assert.equal(await detail.locator("line.span-end").count(), 0);
  await button.click();
  assert.equal(await detail.count(), 0);
  check();
  await close();
});

test("a lost incident leads to its timeline, whatever the filter hid", async () => {
  const { page, report, close } = await browser.open("small");
  await page.getByLabel("Filter incidents").fill("nothing like this");
  assert.equal(await status(page, "incidents"), "0 of 60 incidents");
  const id = report.diff.lost.at(-1).id;
  await page.locator("#diff .pager").first().getByRole("button", { name: "Next" }).click();
  await page.locator("#diff").getByRole("button", { name: id }).click();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), id);
  assert.equal(await page.locator("#incidents tr.detail").count(), 1);
  await close();
});

test("an address leads to an incident; one that names none does nothing", async () => {
  const { page, report, check, close } = await browser.open("small");
  const id = report.incidents[40].id;
  await page.goto(`${page.url()}#incident=${id}`);
  await page.locator("#incidents tr.detail").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), id);
  for (const hash of ["#incident=nobody", "#incident=%E0%A4%A", "#incident=%3Cimg%3E", "#nowhere"]) await page.evaluate((to) => location.assign(to), hash);
  assert.equal(await page.locator("#incidents tr.detail").count(), 1);
  check();
  await close();
});

test("a scenario leads to its incidents", async () => {
  const { page, report, close } = await browser.open("small");
  const scenario = report.scores[0].scenarios.find((row) => row.incidents > 0);
  await page.locator("#scenarios").getByRole("button", { name: scenario.id, exact: true }).click();
  assert.equal(await status(page, "incidents"), `${scenario.incidents} of 60 incidents`);
  await close();
});

test("choosing a rule shows its scorecard and keeps the focus", async () => {
  const { page, report, check, close } = await browser.open("several");
  const choices = page.locator("#rules input[type=radio]");
  await choices.nth(2).focus();
  await page.keyboard.press("Space");
  const { hits, total } = report.scores[2].headline.incident_recall;
  assert.match(await page.locator(".masthead").innerText(), new RegExp(`${hits} of ${total} malicious`));
  assert.equal(await choices.nth(2).evaluate((element) => element === document.activeElement && element.checked), true);
  check();
  await close();
});

test("the theme can be chosen and is kept", async () => {
  const { page, check, close } = await browser.open("small", { scheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel("dark").check();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await background(), dark);
  await page.getByLabel("auto").check();
  assert.equal(await background(), light);
  check();
  await close();
});

test("on paper: light, without what only a screen can do, and within the sheet", async () => {
  const { page, check, close } = await browser.open("small", { scheme: "dark" });
  await page.getByLabel("dark").check();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  for (const hidden of ["nav", ".theme", "#incidents input", "#incidents .pager", ".over"]) assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
  for (const shown of ["h1", ".verdict", ".cards", "#trade-off svg", "#incidents table", "footer pre"]) assert.equal(await page.locator(shown).first().isVisible(), true, shown);
  // Drawn for the sheet, and back.
  const width = () => page.locator("#latency svg.canvas").first().getAttribute("width").then(Number);
  const on_screen = await width();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await width(), 680);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await width(), on_screen);
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  check();
  await close();
});

test("the command can be copied", async () => {
  const { page, report, close } = await browser.open("small", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByRole("button", { name: "Copy" }).click();
  await page.locator("footer [role=status]").filter({ hasText: /copied|by hand/ }).waitFor();
  assert.equal(await page.locator("footer pre").innerText(), report.command);
  await close();
});

test("keyboard: everything that can be used is reached, in the order of the page, with its focus shown", async () => {
  const { page, close } = await browser.open("small");
  // One of a group of radio buttons is reached; arrows move within it.
  const wanted = await page.evaluate(() => {
    return [...document.querySelectorAll("a[href], button:not([disabled]), input, select, summary, [tabindex='0']")]
      .filter((element) => element.checkVisibility())
      .filter((element) => element.type !== "radio" || element.checked)
      .map((element, at) => {
        element.setAttribute("data-walk", String(at));
        return at;
      });
  });
  const walked = [];
  const unseen = [];
  for (let step = 0; step <= wanted.length + 5; ++step) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const shows = (of) => getComputedStyle(of).outlineStyle !== "none";
      return { at: element.getAttribute("data-walk"), shown: shows(element) || (element.nextElementSibling !== null && shows(element.nextElementSibling)), what: element.outerHTML.slice(0, 80) };
    });
    if (here === null) break;
    walked.push(Number(here.at));
    if (!here.shown) unseen.push(here.what);
  }
  assert.deepEqual(walked, wanted);
  assert.deepEqual(unseen, []);
  await close();
});

test("hostile text does nothing, shows itself, and breaks nothing", async () => {
  const { page, check, close } = await browser.open("hostile");
  for (const details of await page.locator("details").all()) await details.locator("summary").click();
  const buttons = page.locator("#incidents button.open");
  for (let at = 0; at < 6; ++at) await buttons.nth(at).click();
  await page.getByLabel("Filter incidents").fill("<img onerror");
  const found = await page.evaluate(() => ({
    pwned: "pwned" in window,
    scripts: document.scripts.length,
    strangers: document.querySelectorAll("img, iframe, object, embed, link, video, audio, form, base, script:not([id]):not(:last-of-type)").length,
    handlers: [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on"))).length,
    addresses: [...document.querySelectorAll("[href], [src]")].filter((element) => !(element.getAttribute("href") ?? "").startsWith("#")).length,
    text: document.body.innerText,
    names: [...document.querySelectorAll("[aria-label], [title]")].map((element) => `${element.getAttribute("aria-label")}${element.getAttribute("title")}`).join(""),
  }));
  assert.equal(found.pwned, false);
  assert.equal(found.scripts, 2);
  assert.equal(found.strangers, 0);
  assert.equal(found.handlers, 0);
  assert.equal(found.addresses, 0);
  assert.ok(found.text.includes("<img src=x onerror=window.pwned=1>"), "shown as text");
  assert.ok(found.text.includes("\\u202egnp.exe\\u202c"));
  assert.doesNotMatch(found.text + found.names, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/);
  assert.ok(found.text.length < 2_000_000, "a megabyte of text is cut");
  check();
  await close();
});

test("hostile incidents open: three thousand events in circles, depth, a title of a megabyte", async () => {
  const { page, check, report, close } = await browser.open("hostile");
  for (const at of [0, 1, 2, 3]) {
    await page.getByLabel("Filter incidents").fill(report.incidents[at].id);
    await page.locator("#incidents button.open").first().click();
    assert.ok((await page.locator("#incidents tr.detail svg .lane-name").count()) <= 40);
    await page.locator("#incidents button.open").first().click();
  }
  check();
  await close();
});

test("the policy holds: what gets in does not run", async () => {
  const { page, close } = await browser.open("small");
  const blocked = await page.evaluate(async () => {
    const violations = [];
    document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
    const refused = (attempt) => {
      try {
        attempt();
        return false;
      } catch {
        return true;
      }
    };
    // In a task of its own: what the test itself evaluates is exempt from the policy.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const markup = refused(() => {
      document.createElement("div").innerHTML = "<b>x</b>";
    });
    const code = refused(() => globalThis.eval("window.pwned = 1"));
    const script = document.createElement("script");
    const text = refused(() => {
      script.textContent = "window.pwned = 1";
    });
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "https://203.0.113.1/x.png";
    document.body.append(image);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { markup, code, text, pwned: "pwned" in window, violations };
  });
  assert.equal(blocked.markup, true);
  assert.equal(blocked.code, true);
  assert.equal(blocked.pwned, false);
  assert.ok(blocked.violations.includes("img-src"), blocked.violations.join());
  await close();
});

test("ten thousand incidents: filter, sort, pages and timelines answer", async () => {
  const { page, report, check, close } = await browser.open("large");
  assert.equal(await status(page, "incidents"), "1–25 of 10,000 incidents");
  assert.ok((await page.locator("#incidents tbody tr").count()) <= 25, "a page of rows is drawn, not all");

  const filter = page.getByLabel("Filter incidents");
  await filter.pressSequentially("python3.11 mbp-00");
  const expected = report.incidents.filter((one) => one.host_name.startsWith("mbp-00") && one.reason.text.includes("python3.11")).length;
  assert.ok(expected > 25);
  assert.equal(await status(page, "incidents"), `1–25 of ${expected} found among 10,000 incidents`);

  await filter.fill("");
  const header = page.locator("#incidents").getByRole("button", { name: "alert after" });
  await header.click();
  assert.equal(await page.locator("#incidents th[aria-sort]").getAttribute("aria-sort"), "ascending");
  const delay = (one) => (one.alert_time ? Date.parse(one.alert_time) - Date.parse(one.first) : NaN);
  const alerted = report.incidents.filter((one) => one.alert_time).sort((a, b) => delay(a) - delay(b));
  assert.equal(await page.locator("#incidents tbody th").first().innerText(), alerted[0].id);
  await header.click();
  assert.equal(await page.locator("#incidents th[aria-sort]").getAttribute("aria-sort"), "descending");
  assert.equal(await page.locator("#incidents tbody th").first().innerText(), alerted.at(-1).id);

  await page.getByLabel("outcome of incidents").selectOption({ index: 3 });
  const missed = report.incidents.filter((one) => one.outcome === "missed").length;
  assert.equal(await status(page, "incidents"), `1–25 of ${missed.toLocaleString("en")} found among 10,000 incidents`);
  await page.locator("#incidents .pager").getByRole("button", { name: "Last" }).click();
  assert.equal(await page.locator("#incidents .pager").getByRole("button", { name: "Next" }).isDisabled(), true);
  await page.locator("#incidents button.open").first().click();
  assert.equal(await page.locator("#incidents tr.detail").count(), 1);
  check();
  await close();
});

