// Checking a provider by what one knows of it.

import assert from "node:assert/strict";

import { PHONE, visibleText, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { Visitor } from "./support/visitor.mjs";

async function ask(page, text) {
  const visitor = new Visitor(page);
  await visitor.type("main input[type=search]", text);
  await visitor.press("Enter");
  return visibleText(page.locator("main"));
}

const DATE = /(January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, 20\d\d/;

/** What was found, each with its rule, its date and the provider's reply. */
async function assertFoundWithProof(page) {
  const found = page.locator("main .note--flag");
  assert.ok(await found.count());
  for (const text of await found.allInnerTexts()) {
    assert.match(text, DATE);
    assert.match(text, /reply/i);
  }
  for (const one of await found.all()) assert.ok(await one.locator('a[href^="/rules/KTS-"]').count(), "the rule");
}

visitWithAndWithoutScript("a flagged provider: what was found, what to do, what to do at home", { viewport: PHONE, to: "/check" }, async (page) => {
  const text = await ask(page, "sofa-session-imaginary-lozenges.example");
  assert.match(text, /We found a safety concern/);
  assert.match(text, /Sofa Session Imaginary Lozenges/);
  await assertFoundWithProof(page);
  assert.match(text, /What speaks against it/);
  // For someone who is in treatment there.
  assert.match(text, /Do not stop suddenly/);
  assert.ok(await page.locator('main a[href="tel:988"]').count());
  assert.ok(await page.locator('main a[href="/"]').count(), "the way to care in person");
  // For someone who takes it at home.
  for (const words of [/Never alone/, /alcohol/, /opioid/, /bath/, /drive/, /locked/, /911/, /1-800-222-1222/, /MedWatch/, /board/, /records/]) {
    assert.match(text, words);
  }
  assert.doesNotMatch(text, /\b(dangerous|illegal|fraud)\b/i);
});

visitWithAndWithoutScript("what was found at one place of a provider is shown too", { viewport: PHONE, to: "/check" }, async (page) => {
  const text = await ask(page, "(702) 555-0154");
  assert.match(text, /We found a safety concern/);
  assert.match(text, /no licensed doctor or nurse stays/);
  await assertFoundWithProof(page);
});

visit("its page to print keeps all of that on paper", { to: "/check?q=(702)+555-0154" }, async (page) => {
  const onScreen = await visibleText(page.locator("main .note--flag").first());
  await page.emulateMedia({ media: "print" });
  assert.equal(await visibleText(page.locator("main .note--flag").first()), onScreen);
  assert.ok(await page.getByText("1-800-222-1222").isVisible());
  assert.ok(!(await page.locator("main form").isVisible()), "the form stays off the paper");
});

for (const [typed, title] of [
  ["example-ketamine-of-bethesda.example", /A clinician attends each dose/],
  ["https://board-order-fable-ketamine-of-new-orleans.example/prices?x=1", /Ask about these points/],
  ["never-asked-ketamine-of-hartford.example", /could not verify/],
  ["Example Ketamine", /More than one provider may be meant/],
  ["zzzz", /know nothing about this provider/],
]) {
  visit(`${typed}: ${title.source}`, { viewport: PHONE, to: "/check" }, async (page) => {
    await ask(page, typed);
    assert.match(await visibleText(page.locator("#answer")), title);
  });
}

visitWithAndWithoutScript("one of several candidates is chosen by a click", { viewport: PHONE, to: "/check" }, async (page) => {
  await ask(page, "Nobody in the Room");
  await new Visitor(page).follow(page.getByRole("link", { name: "Show this provider" }).first());
  assert.match(await visibleText(page.locator("#answer")), /We found a safety concern/);
});

visit("“not found” says what it does not mean", { to: "/check?q=zzzz" }, async (page) => {
  const text = await visibleText(page.locator("main"));
  assert.match(text, /does not mean that the care there is supervised/);
  assert.match(text, /does not mean that it is not/);
});
