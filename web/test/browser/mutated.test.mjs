// Documents with nonsense in random places: every part is drawn all the same.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { Draw } from "../../sample/draw.mjs";
import { kinds } from "../../sample/make.mjs";
import { mutated } from "../../sample/mutate.mjs";
import { Browser } from "./open.mjs";

let browser;
before(async () => {
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
});

const rounds = Number(process.env.EQLAB_MUTATIONS ?? 12);
const whole = kinds.small();

for (let seed = 1; seed <= rounds; ++seed) {
  test(`nonsense, seed ${seed}`, async () => {
    const draw = new Draw(seed);
    const report = { ...mutated(whole, draw, draw.of([0.002, 0.01, 0.05])), eqlab_report: 1 };
    const { page, check, close } = await browser.open(report, { width: draw.of([390, 1280]) });
    for (const details of await page.locator("main details").all()) await details.locator("summary").click();
    const buttons = page.locator("#incidents button.open");
    for (let at = 0; at < Math.min(8, await buttons.count()); ++at) await buttons.nth(at).click();
    for (const header of await page.locator("#incidents th button.sort:visible").all()) await header.click();
    const slider = page.getByRole("slider").first();
    if ((await slider.count()) > 0) {
      await slider.focus();
      await page.keyboard.press("End");
    }
    // What came out as a number must be one.
    const text = await page.evaluate(() => document.body.innerText + [...document.querySelectorAll("svg *")].flatMap((element) => [...element.attributes]).map(({ name, value }) => ` ${name}=${value}`).join(""));
    for (const [found] of text.matchAll(/.{0,60}(?:NaN|undefined|Infinity|\[object).{0,20}/g)) assert.fail(found);
    check();
    await close();
  });
}
