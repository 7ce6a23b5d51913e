// Up to five clinics side by side, and a link that can be shared.

import assert from "node:assert/strict";

import { DESK, PHONE, visibleText, visit, visitWithAndWithoutScript, withPage } from "./support/browser.mjs";
import { CLINIC, comparing } from "./support/pages.mjs";
import { Visitor, cardsOf } from "./support/visitor.mjs";

const MANY = "/?q=10001&radius=500";
const picks = (page) => page.locator("input[name=clinic]");

visitWithAndWithoutScript("three clinics are ticked and compared, and the link shows the same to someone else", { viewport: PHONE, to: MANY }, async (page) => {
  const names = (await cardsOf(page)).slice(0, 3).map(({ name }) => name);
  const visitor = new Visitor(page);
  for (const at of [0, 1, 2]) await visitor.click(picks(page).nth(at));
  await visitor.follow(page.locator("#compare button"));
  assert.deepEqual(await page.locator("thead th bdi").filter({ hasText: "fictional" }).allInnerTexts(), names);
  const rows = await page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.querySelectorAll("td").length));
  assert.ok(rows.length > 10 && rows.every((cells) => cells === 3), "each row has a cell for each clinic");

  const shared = page.url();
  await withPage({ viewport: DESK, to: shared }, async (other) => {
    assert.equal(await visibleText(other.locator("table")), await visibleText(page.locator("table")));
  });
});

visit("after the fifth tick no sixth is possible, until one is taken back", { to: MANY }, async (page) => {
  for (const at of [0, 1, 2, 3, 4]) await picks(page).nth(at).check();
  assert.ok(await picks(page).nth(5).isDisabled());
  await picks(page).nth(2).uncheck();
  assert.ok(await picks(page).nth(5).isEnabled());
});

visit("without a script a sixth is left out, and the page says so", { script: false, to: MANY }, async (page) => {
  for (const at of [0, 1, 2, 3, 4, 5]) await picks(page).nth(at).check();
  await new Visitor(page).follow(page.locator("#compare button"));
  assert.equal(await page.locator("thead th").count(), 5);
  assert.match(await visibleText(page.getByRole("alert")), /five/);
});

visit("rows that differ are marked, rows that do not are not", { to: comparing([CLINIC.accredited, CLINIC.unverified]) }, async (page) => {
  const rows = await page.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => ({ marked: row.classList.contains("differs"), cells: [...row.querySelectorAll("td")].map((cell) => cell.textContent.trim()) })),
  );
  const facts = rows.slice(1);
  assert.ok(facts.some(({ marked }) => marked) && facts.some(({ marked }) => !marked));
  for (const { marked, cells } of facts) assert.equal(marked, new Set(cells).size > 1, cells.join(" | "));
});
