// A whole walk in Spanish, on a phone: nothing falls back into English on the way.

import assert from "node:assert/strict";

import { PHONE, leads, none, visibleText, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { CLINIC, PAGES, comparing, inLanguage } from "./support/pages.mjs";
import { Visitor, cardsOf } from "./support/visitor.mjs";

visitWithAndWithoutScript("from the first page to a clinic, in Spanish by a link", { viewport: PHONE, to: "/" }, async (page) => {
  const visitor = new Visitor(page);
  await visitor.follow(page.getByRole("link", { name: "Español" }));
  assert.equal(new URL(page.url()).pathname, "/es/");
  await visitor.type("#q", "20910");
  await visitor.press("Enter");
  await visitor.follow(page.getByRole("link", { name: "Plan de pagos", exact: true }));
  const [card] = await cardsOf(page);
  assert.match(card.text, /millas/);
  await visitor.follow(page.locator(".card h3 a").first());
  assert.match(new URL(page.url()).pathname, /^\/es\/clinics\//);
  assert.match(await visibleText(page.locator("main")), /Un profesional|clínico|sesión/i);
  // The way back to English leads to the same clinic.
  const here = new URL(page.url()).pathname;
  await visitor.follow(page.locator("header a[hreflang=en]"));
  assert.equal(`/es${new URL(page.url()).pathname}`, here);
});

visit("every Spanish page says that it is Spanish and names its English twin", {}, async (page) => {
  for (const { path, server } of PAGES) {
    if (server !== "fictional") continue;
    const answer = await page.goto(inLanguage("es", path));
    assert.equal(answer.headers()["content-language"], "es", path);
    assert.equal(await page.locator("html").getAttribute("lang"), "es", path);
    const links = await page.locator("main a[href^='/'], header a[href^='/']").evaluateAll((links) => links.filter((link) => !link.hreflang).map((link) => link.getAttribute("href")));
    none(links.filter((href) => !/^\/(es(\/|$)|v1\/|openapi|docs|checkpoint$)/.test(href)), `${path}: links out of Spanish`);
    assert.ok(await page.locator("a[hreflang=en]").count(), path);
  }
});

visit("no sentence of ours is English on a Spanish page", {}, async (page) => {
  // Words that no Spanish text holds; names, quotations and what is marked as English are left out.
  const english = /\b(the|and|with|your|this|not|from|what|who|you|are|for|miles|verified)\b/i;
  for (const path of ["/", "/?q=20910", "/?q=59937", "/?q=99999", `/clinics/${CLINIC.flagged}`, `/clinics/${CLINIC.severalWays}`, comparing([CLINIC.accredited, CLINIC.flagged]), "/check?q=(702)+555-0154", "/check?q=zzzz", "/prepare", "/about", "/rules/KTS-001", "/clinics/nowhere"]) {
    await page.goto(inLanguage("es", path));
    const sentences = await page.locator("body").evaluate((body) => {
      for (const quoted of body.querySelectorAll("bdi, q, code, pre, [lang=en], .source, .brand, .foot__brand, cite, input, select, svg, a[rel~=noreferrer]")) quoted.remove();
      return body.innerText.split("\n").map((line) => line.trim()).filter(Boolean);
    });
    none(sentences.filter((line) => english.test(line)), `${path} in Spanish`);
  }
});

visitWithAndWithoutScript("a flagged provider is told in Spanish, with help", { viewport: PHONE, to: "/es/check" }, async (page) => {
  await page.locator("main input[type=search]").fill("(702) 555-0154");
  await leads(page, () => page.keyboard.press("Enter"));
  const text = await visibleText(page.locator("main"));
  assert.match(text, /No (deje|suspenda|interrumpa).*de (golpe|repente)/);
  assert.match(text, /988/);
  assert.match(text, /911/);
});
