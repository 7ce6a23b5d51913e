// Everything is reached with the keyboard alone, in order, and one sees where one is.

import assert from "node:assert/strict";

import { DESK, PHONE, leads, none, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { describeFocus, markInteractive } from "./support/elements.mjs";
import { CLINIC, comparing, inLanguage } from "./support/pages.mjs";

/** Presses a key until the focus has left the page; what it came by, in order. */
async function walk(page, key, most) {
  const stops = [];
  while (stops.length <= most) {
    await page.keyboard.press(key);
    const focus = await page.evaluate(describeFocus);
    if (!focus) return stops;
    stops.push(focus);
  }
  throw new Error(`the focus does not leave the page: ${stops.at(-1).what}`);
}

for (const [name, path] of [
  ["search", "/"],
  ["results with their map", "/?q=20814&payment=payment-plan&unknown=include"],
  ["clinic", `/clinics/${CLINIC.severalWays}`],
  ["comparison", comparing([CLINIC.accredited, CLINIC.flagged, CLINIC.unverified])],
  ["check of a provider", "/check?q=(702)+555-0154"],
  ["preparation", "/prepare"],
]) {
  for (const [width, viewport] of [["on a desk", DESK], ["on a phone", PHONE]]) {
    visit(`${name} ${width}: Tab comes by everything once and then leaves`, { to: path, viewport, reducedMotion: "reduce" }, async (page) => {
      const all = await page.evaluate(markInteractive);
      const stops = await walk(page, "Tab", all.length);
      assert.deepEqual(stops.map(({ at }) => all[at]), all, "what Tab comes by");
      none(stops.filter(({ marked }) => !marked).map(({ what }) => what), "no visible focus");
      none(stops.filter(({ shown }) => !shown).map(({ what }) => what), "covered while it has the focus");
    });
  }
}

visit("the results can be left backwards too", { to: "/?q=20814" }, async (page) => {
  const all = await page.evaluate(markInteractive);
  await page.locator("[data-at]").last().focus();
  const stops = await walk(page, "Shift+Tab", all.length);
  assert.equal(stops.length, all.length - 1);
});

visitWithAndWithoutScript("the first stop skips to the content", { to: "/?q=20814" }, async (page) => {
  await page.keyboard.press("Tab");
  const skip = page.locator(":focus");
  assert.equal(await skip.getAttribute("href"), "#main");
  const box = await skip.boundingBox();
  assert.ok(box.y >= 0 && box.height >= 24, "it shows when it has the focus");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.ok(await page.locator("main :focus").count(), "the next stop is inside the content");
});

visit("before it has the focus, the skip link does not show", { to: "/" }, async (page) => {
  const box = await page.locator('a[href="#main"]').boundingBox();
  assert.ok(box.y + box.height <= 0);
});

visit("a search is made and a clinic opened without a mouse", { to: "/" }, async (page) => {
  await page.locator("#q").focus();
  await page.keyboard.type("20814");
  await leads(page, () => page.keyboard.press("Enter"));
  const first = page.locator(".card h3 a").first();
  const name = await first.locator("bdi").innerText();
  await first.focus();
  await leads(page, () => page.keyboard.press("Enter"));
  assert.equal(await page.locator("h1").innerText(), name);
});

visit("a mark of the map opens its clinic with Enter", { to: inLanguage("es", "/?q=20814") }, async (page) => {
  const mark = page.locator("figure.map a").first();
  const leadsTo = await mark.getAttribute("href");
  await mark.focus();
  await leads(page, () => page.keyboard.press("Enter"));
  assert.equal(new URL(page.url()).pathname, leadsTo);
});
