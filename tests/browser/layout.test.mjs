// The pages fit: no sideways scroll on the smallest phone and at 200 % and 400 % zoom, targets large
// enough for a thumb, nothing that moves for those who asked for less motion.

import assert from "node:assert/strict";

import { DESK, PHONE, none, visit } from "./support/browser.mjs";
import { moving, sidewaysScroll, smallTargets, spreadText } from "./support/elements.mjs";
import { LANGUAGES, PAGES, inLanguage } from "./support/pages.mjs";

/** A browser at 200 % shows half as many pixels each way. */
const DESK_AT_200_PERCENT = { width: DESK.width / 2, height: DESK.height / 2 };
const TABLET = { width: 768, height: 1024 };

for (const language of LANGUAGES) {
  for (const { path, server } of PAGES) {
    const where = inLanguage(language, path);
    visit(`${server} ${where} fits`, { server, to: where }, async (page) => {
      // Everything that can be unfolded counts.
      await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
      for (const [name, viewport] of [["phone", PHONE], ["tablet", TABLET], ["desk at 200 %", DESK_AT_200_PERCENT], ["desk", DESK]]) {
        await page.setViewportSize(viewport);
        none(await page.evaluate(sidewaysScroll), `scrolls sideways on a ${name}`);
        none(await page.evaluate(smallTargets), `small targets on a ${name}`);
      }
      await page.evaluate(spreadText);
      await page.setViewportSize(PHONE);
      none(await page.evaluate(sidewaysScroll), "scrolls sideways with its text spread");
    });
  }
}

visit("less motion is respected", { to: "/?q=20814", reducedMotion: "reduce" }, async (page) => {
  none(await page.evaluate(moving), "moves");
});

visit("without that wish the page may scroll smoothly, so the test above can see it", { to: "/?q=20814", reducedMotion: "no-preference" }, async (page) => {
  assert.notDeepEqual(await page.evaluate(moving), []);
});
