// Scans every page of a language with axe-core: at both widths, in light and dark, with the page's
// script and without it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { test } from "node:test";

import { DESK, PHONE, none, visit } from "./browser.mjs";
import { PAGES, UNKNOWN_ROUTES, inLanguage } from "./pages.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const EVERYTHING = { rules: { "target-size": { enabled: true } } };
const CONTRAST_ONLY = { runOnly: ["color-contrast"] };

/** What axe-core finds, one line for each element. */
async function findings(page, options) {
  return page.evaluate(async (options) => {
    const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary}`));
  }, options);
}

/** Opens a page whose script never runs, and lets axe-core run in it nevertheless. */
async function openWithoutScript(page, path) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setScriptExecutionDisabled", { value: true });
  const answer = await page.goto(path);
  await session.send("Emulation.setScriptExecutionDisabled", { value: false });
  return answer;
}

/** Makes the tests of a language. */
export function scan(language) {
  test("every route of the pages is known here", () => none(UNKNOWN_ROUTES, "routes that are never scanned"));

  for (const { path, server, status } of PAGES) {
    for (const script of [true, false]) {
      const where = inLanguage(language, path);
      visit(`${server} ${where}, script ${script ? "on" : "off"}`, { server }, async (page) => {
        const answer = await (script ? page.goto(where) : openWithoutScript(page, where));
        assert.equal(answer.status(), status);
        await page.evaluate(AXE);
        const found = [];
        for (const [look, viewport, colorScheme, options] of [
          ["a desk", DESK, "light", EVERYTHING],
          ["a phone", PHONE, "light", EVERYTHING],
          ["a phone in the dark", PHONE, "dark", CONTRAST_ONLY],
        ]) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          found.push(...(await findings(page, options)).map((line) => `on ${look}: ${line}`));
        }
        none(found, "axe-core finds");
      });
    }
  }
}
