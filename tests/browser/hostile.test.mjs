// Names and streets that try to break a page are shown as text, everywhere, and the page stays whole.

import assert from "node:assert/strict";

import { PHONE, leads, none, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { sidewaysScroll } from "./support/elements.mjs";
import { NAMES, PLACE, STREET } from "./support/hostile.mjs";
import { comparing, inLanguage } from "./support/pages.mjs";
import { cardsOf, marksOf } from "./support/visitor.mjs";

const SERVER = { server: "hostile", viewport: PHONE };
const FOUND = Object.entries(NAMES).filter(([key]) => key !== "F060").map(([, name]) => name);
const FLAGGED = NAMES.F060;

/** What a name would have made if it had been read as HTML, and what runs nobody's code. */
async function assertOnlyOurs(page) {
  const made = await page.locator("b, img, svg[onload], h1 ~ h1, [onerror], [onload], main script, body script").evaluateAll((elements) => elements.map((element) => element.outerHTML.slice(0, 120)));
  none(made, "made out of a name");
  assert.equal(await page.locator("h1").count(), 1, "one heading of the first level");
  assert.equal(await page.locator("footer").last().isVisible(), true, "the page goes on to its end");
  none(await page.evaluate(sidewaysScroll), "scrolls sideways");
}

/** Names stand apart from the text around them, whichever way they are written. */
async function assertIsolated(page, name) {
  const texts = await page.getByText(name, { exact: true }).evaluateAll((elements) => elements.map((element) => getComputedStyle(element).unicodeBidi));
  assert.ok(texts.length, `${name} is shown`);
  assert.ok(texts.every((bidi) => /isolate/.test(bidi)), `${name}: ${texts}`);
}

for (const language of ["en", "es"]) {
  visitWithAndWithoutScript(`list, map and clinic pages in ${language}`, { ...SERVER, to: inLanguage(language, `/?q=${PLACE}`) }, async (page) => {
    const cards = await cardsOf(page);
    assert.deepEqual(cards.map(({ name }) => name).toSorted(), FOUND.toSorted());
    assert.ok(cards.every(({ text }) => text.includes(STREET)));
    const marks = await marksOf(page);
    assert.deepEqual(marks.map(({ href }) => href), cards.map(({ href }) => href));
    for (const [at, mark] of marks.entries()) assert.ok(mark.label.includes(cards[at].name), "read out as it is written");
    await assertOnlyOurs(page);

    for (const { href, name } of cards) {
      await page.goto(href);
      assert.equal(await page.locator("h1").innerText(), name);
      assert.ok((await page.title()).includes(name.trim()), "in the title");
      await assertIsolated(page, name);
      await assertOnlyOurs(page);
    }
  });

  visitWithAndWithoutScript(`comparison in ${language}`, { ...SERVER, to: inLanguage(language, `/?q=${PLACE}`) }, async (page) => {
    const slugs = (await cardsOf(page)).map(({ href }) => href.split("/").at(-1));
    await page.goto(inLanguage(language, comparing(slugs)));
    for (const name of FOUND) await assertIsolated(page, name);
    await assertOnlyOurs(page);
  });

  visitWithAndWithoutScript(`printed list in ${language}`, { ...SERVER, to: inLanguage(language, `/?q=${PLACE}&print=1`) }, async (page) => {
    for (const name of FOUND) await assertIsolated(page, name);
    await page.emulateMedia({ media: "print" });
    await assertOnlyOurs(page);
  });

  visitWithAndWithoutScript(`check in ${language}`, { ...SERVER, to: inLanguage(language, "/check") }, async (page) => {
    for (const typed of ["(702) 555-0154", "(301) 555-0101"]) {
      await page.locator("main input[type=search]").fill(typed);
      await leads(page, () => page.keyboard.press("Enter"));
      await assertIsolated(page, typed.startsWith("(702)") ? FLAGGED : NAMES.F001);
      await assertOnlyOurs(page);
    }
  });
}

visitWithAndWithoutScript("what is typed comes back as text too", { ...SERVER, to: "/" }, async (page) => {
  for (const path of ["/", "/check"]) {
    for (const typed of [...Object.values(NAMES).map((name) => name.slice(0, 200)), "\"><script>alert(6)</script>"]) {
      await page.goto(`${path}?q=${encodeURIComponent(typed)}`);
      assert.equal(await page.locator("main input[type=search]").inputValue(), typed.trim());
      await assertOnlyOurs(page);
    }
  }
});
