// Finding care on a phone, with a script and without one.

import assert from "node:assert/strict";

import { DESK, PHONE, visibleText, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { Visitor, cardsOf, marksOf } from "./support/visitor.mjs";

// In Silver Spring the nearest clinic takes no payment plan, so that the answer has to be found.
const ZIP = "20910";

visitWithAndWithoutScript("the nearest clinic that takes a payment plan, in three interactions", { viewport: PHONE, to: "/" }, async (page) => {
  const visitor = new Visitor(page);
  await visitor.type("#q", ZIP);
  await visitor.press("Enter");
  const nearest = (await cardsOf(page))[0];
  assert.doesNotMatch(nearest.text, /payment plan/i, "the nearest of all takes none");

  await visitor.follow(page.getByRole("link", { name: "Payment plan", exact: true }));
  const [found] = await cardsOf(page);
  assert.match(found.text, /payment plan/i);
  assert.equal(found.name, "Example Ketamine of Bethesda (fictional)");
  assert.match(found.text, /\d miles/);
  assert.match(found.text, /\(301\) 555-0101/);
  assert.ok(visitor.interactions <= 3, `${visitor.interactions} interactions`);
  assert.match(page.url(), /[?&]payment=payment-plan(&|$)/, "the filter is in the address");
});

visitWithAndWithoutScript("the filters of the form say the same", { viewport: PHONE, to: `/?q=${ZIP}` }, async (page) => {
  const visitor = new Visitor(page);
  await visitor.click(page.locator("details.filters > summary"));
  await visitor.click(page.getByLabel("Payment plan", { exact: true }));
  await visitor.follow(page.locator("details.filters button[type=submit]"));
  assert.equal((await cardsOf(page))[0].name, "Example Ketamine of Bethesda (fictional)");
  assert.ok(await page.getByLabel("Payment plan", { exact: true }).isChecked(), "the filter stays set");
});

visit("a search that is sent with a script keeps empty fields out of its address", { to: "/" }, async (page) => {
  const visitor = new Visitor(page);
  await visitor.type("#q", ZIP);
  await visitor.press("Enter");
  assert.doesNotMatch(page.url(), /=(&|$)/);
});

for (const [server, path] of [
  ["fictional", `/?q=${ZIP}`],
  ["fictional", "/?q=10001&radius=500"],
  ["fictional", "/es/?q=89101&show=concerns&radius=250"],
  ["real", "/?q=10001&radius=500"],
]) {
  visit(`list and map show the same clinics under the same numbers: ${server} ${path}`, { server, to: path }, async (page) => {
    const cards = await cardsOf(page);
    const marks = await marksOf(page);
    assert.ok(marks.length > 2);
    assert.deepEqual(cards.map(({ number }) => number), cards.map((_, at) => at + 1), "numbers without gaps");
    assert.deepEqual(marks.map(({ number, href }) => [number, href]), cards.map(({ number, href }) => [number, href]));
    for (const [at, mark] of marks.entries()) {
      assert.ok(mark.label.includes(`${mark.number}. ${cards[at].name}`), mark.label);
    }
    const near = marks.filter((one, at) => marks.some((other, to) => to < at && Math.hypot(one.x - other.x, one.y - other.y) < 20));
    assert.deepEqual(near, [], "marks that cover each other's number");
  });
}

visit("the nearest come first in each group", { to: "/?q=10001&radius=500" }, async (page) => {
  const groups = await page.locator("main section.group").evaluateAll((sections) =>
    sections.map((section) => [...section.querySelectorAll(".card__where strong")].map((far) => Number.parseFloat(far.textContent.replaceAll(",", "")))),
  );
  assert.ok(groups.some((group) => group.length > 2));
  for (const group of groups) assert.deepEqual(group, group.toSorted((a, b) => a - b));
});

visitWithAndWithoutScript("an ambiguous place offers the places that may be meant", { viewport: PHONE, to: "/?q=Portland" }, async (page) => {
  await new Visitor(page).follow(page.getByRole("link", { name: /Portland, OR/ }));
  assert.match((await cardsOf(page))[0].name, /of Portland/);
});

visit("where nothing is near, help comes first, then what there is", { viewport: PHONE, to: "/?q=59937" }, async (page) => {
  const text = await visibleText(page.locator("main"));
  const [help, none, nearest, trips] = [/988/, /no place near Whitefish/, /miles/, /sessions|trips/].map((pattern) => text.search(pattern));
  assert.ok(help >= 0 && help < none && none < nearest && trips > 0, text.slice(0, 400));
  for (const other of ["Medicaid", "FindTreatment.gov", "211", "VA"]) assert.ok(text.includes(other), other);
});

visit("flagged listings are counted and one click away", { to: "/?q=89101" }, async (page) => {
  const visitor = new Visitor(page);
  assert.ok(!(await visibleText(page.locator("main"))).includes("Nobody in the Room"));
  await visitor.follow(page.locator('a[href*="show=concerns"]'));
  assert.ok((await visibleText(page.locator("main"))).includes("Nobody in the Room"));
});

visit("less than five clinics fold nothing away, more do", { viewport: DESK, to: "/?q=20814&radius=500" }, async (page) => {
  const fold = page.locator("section.group details");
  assert.equal(await fold.getAttribute("open"), null);
  await page.goto("/?q=06103&radius=10");
  assert.equal(await fold.getAttribute("open"), "");
});
