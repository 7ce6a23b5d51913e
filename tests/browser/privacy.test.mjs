// Nobody learns that someone was here: no other origin, no cookie, no storage (every test of this
// suite checks those three), no exact place, no trace in the server's log.

import { readFile } from "node:fs/promises";
import assert from "node:assert/strict";

import { PHONE, leads, none, visibleText, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { LANGUAGES, PAGES, inLanguage } from "./support/pages.mjs";
import { logOf } from "./support/servers.mjs";
import { Visitor } from "./support/visitor.mjs";

const HOME = { latitude: 39.00481, longitude: -77.10299 };
const TOO_FINE = /-?\d{1,3}\.\d{3,}/;

/** Every place in an address that is finer than two decimals. */
const fine = (urls) => urls.filter((url) => TOO_FINE.test(decodeURIComponent(url)));

visit("“use my location” rounds before anything is sent", { viewport: PHONE, to: "/", geolocation: HOME, permissions: ["geolocation"] }, async (page, { requests }) => {
  await leads(page, () => page.locator("[data-locate]").click());
  const asked = new URL(page.url()).searchParams;
  assert.deepEqual([asked.get("lat"), asked.get("lon")], ["39.00", "-77.10"]);
  assert.match(await visibleText(page.locator("main")), /miles/);
  none(fine(requests), "too fine");
  // The form of the answer goes on from the rounded place.
  await page.locator("details.filters > summary").click();
  await leads(page, () => page.locator("details.filters button[type=submit]").click());
  none(fine(requests), "too fine");
  assert.doesNotMatch(await page.content(), /39\.0048|77\.1029/);
});

visit("filters that are set survive the use of the location", { to: "/", geolocation: HOME, permissions: ["geolocation"] }, async (page) => {
  await page.locator("details.filters > summary").click();
  await page.locator("input[name=payment][value=payment-plan]").check();
  await page.locator("#q").fill("Chicago");
  await leads(page, () => page.locator("[data-locate]").click());
  const asked = new URL(page.url()).searchParams;
  assert.equal(asked.get("payment"), "payment-plan");
  assert.equal(asked.get("q"), null, "the place takes the place of what was typed");
});

visit("the place of the device is asked for on a click and not before", { geolocation: HOME, permissions: ["geolocation"] }, async (page) => {
  await page.addInitScript(() => {
    window.timesAsked = 0;
    const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
    navigator.geolocation.getCurrentPosition = (...rest) => {
      window.timesAsked += 1;
      if (!window.hold) ask(...rest);
    };
    navigator.geolocation.watchPosition = () => (window.timesAsked += 1);
  });
  await page.goto("/");
  assert.equal(await page.evaluate(() => window.timesAsked), 0, "on arrival");
  await page.locator("#q").focus();
  await page.mouse.wheel(0, 500);
  assert.equal(await page.evaluate(() => window.timesAsked), 0, "before the click");
  await page.evaluate(() => (window.hold = true));
  await page.locator("[data-locate]").click();
  assert.equal(await page.evaluate(() => window.timesAsked), 1);
});

visit("a refused location is told, and the box still works", { to: "/", permissions: [] }, async (page) => {
  const said = page.locator("[data-locate-say]");
  const before = await said.innerText();
  await page.locator("[data-locate]").click();
  await page.waitForFunction(([text, wait]) => ![text, wait].includes(document.querySelector("[data-locate-say]").textContent), [before, await page.locator("[data-locate]").getAttribute("data-wait")]);
  const visitor = new Visitor(page);
  await visitor.type("#q", "20814");
  await visitor.press("Enter");
  assert.ok(await page.locator(".card").count());
});

visit("without a script there is no button for the location", { to: "/", script: false }, async (page) => {
  assert.ok(!(await page.locator("[data-locate]").isVisible()));
});

visit("an address with an exact place is refused and the place not repeated", { to: "/?lat=39.00481&lon=-77.10299" }, async (page) => {
  assert.doesNotMatch(await page.content(), /39\.004|77\.102/);
  await leads(page, () => page.locator('main a[href*="lat=39.00"]').click());
  assert.ok(await page.locator(".card").count());
});

for (const language of LANGUAGES) {
  visit(`every page in ${language} says nothing to others and lets nothing in`, {}, async (page, { requests }) => {
    for (const { path, server } of PAGES) {
      if (server !== "fictional") continue;
      const answer = await page.goto(inLanguage(language, path));
      const headers = answer.headers();
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      const policy = Object.fromEntries(headers["content-security-policy"].split(";").map((part) => part.trim().split(/ (.*)/s)));
      assert.equal(policy["default-src"], "'none'", path);
      assert.equal(policy["frame-ancestors"], "'none'", path);
      assert.equal(policy["base-uri"], "'none'", path);
      assert.equal(policy["script-src"], "'self'", path);
      none(Object.values(policy).filter((sources) => /unsafe|\*|https?:/.test(sources)), `${path}: loose`);
      const hints = await page.locator("link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch], [ping], base").count();
      assert.equal(hints, 0, `${path}: hints to other servers`);
      const outside = await page.locator("a[href^=http]:not([rel~=noreferrer])").evaluateAll((links) => links.map((link) => link.href));
      none(outside, `${path}: links out that may say where one came from`);
    }
    none(fine(requests.filter((url) => !url.includes("39.00481"))), "too fine");
  });
}

visitWithAndWithoutScript("the quick way out leads away at once and says nothing", { to: "/?q=20814" }, async (page, noticed) => {
  const seen = [];
  await page.context().route("https://**", (route) => {
    seen.push(route.request());
    return route.fulfill({ body: "<title>elsewhere</title>", contentType: "text/html" });
  });
  await leads(page, () => page.locator("#leave").click());
  assert.equal(seen.length, 1);
  assert.equal((await seen[0].allHeaders()).referer, undefined);
  // The one request to a stranger that the visitor asked for.
  assert.deepEqual(noticed.strangers.splice(0), [seen[0].url()]);
});

visit("after the quick way out, “back” does not lead here again", { to: "/about" }, async (page, noticed) => {
  await page.context().route("https://**", (route) => route.fulfill({ body: "<title>elsewhere</title>", contentType: "text/html" }));
  await page.goto("/?q=20814");
  await leads(page, () => page.locator("#leave").click());
  await page.goBack();
  assert.equal(new URL(page.url()).pathname, "/about");
  noticed.strangers.length = 0;
});

visit("the server's log holds nothing of a search", { to: "/" }, async (page) => {
  const words = ["Walla Walla", "zzquiet", "qqname", "39.01", "77.11", "20816", "payment-plan", "nowhere-clinic", "KTS-777"];
  for (const path of [
    "/?q=Walla+Walla",
    "/?q=20816&payment=payment-plan",
    "/?lat=39.01&lon=-77.11",
    "/es/?q=zzquiet",
    "/check?q=qqname",
    "/clinics/nowhere-clinic",
    "/compare?clinic=nowhere-clinic",
    "/rules/KTS-777",
  ]) {
    await page.goto(path);
  }
  const lines = (await readFile(logOf("fictional"), "utf8")).split("\n");
  const answered = lines.filter((line) => line.includes('"answered"'));
  for (const route of ["/", "/check", "/clinics/{slug}", "/compare", "/rules/{id}", "/es/"]) {
    assert.ok(answered.some((line) => line.includes(`"route":"${route}"`)), `a line for ${route}`);
  }
  // A time or a duration may have the digits of a place, and says nothing about it.
  const said = lines.map((line) => line.replace(/"(timestamp|duration_ms|request_id)":("[^"]*"|[\d.e-]+)/g, ""));
  none(said.filter((line) => words.some((word) => line.includes(word) || line.includes(encodeURIComponent(word)))), "the log tells");
});
