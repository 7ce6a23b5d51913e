// Ten clinics on one or two pages of paper, as a hospital prints them.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import assert from "node:assert/strict";

import { leads, visit, visitWithAndWithoutScript } from "./support/browser.mjs";
import { inLanguage } from "./support/pages.mjs";
import { cardsOf } from "./support/visitor.mjs";

const execute = promisify(execFile);

/** Prints the page; the number of sheets and their text. */
async function printed(page, format) {
  const folder = await mkdtemp(join(tmpdir(), "bedside-print-"));
  try {
    const file = join(folder, "page.pdf");
    await page.pdf({ path: file, format });
    const { stdout: about } = await execute("pdfinfo", [file]);
    const { stdout: text } = await execute("pdftotext", ["-layout", file, "-"]);
    return { sheets: Number(/^Pages:\s+(\d+)$/m.exec(about)[1]), text: text.replace(/\s+/g, " ") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const PHONE_NUMBER = /\(\d{3}\) \d{3}-\d{4}/g;

for (const [language, date, revision] of [
  ["en", /November|December|January|February|March|April|May|June|July|August|September|October/, /revision \d+/],
  ["es", /\d{1,2} de [a-z]+ de 20\d\d/, /revisión \d+/],
]) {
  for (const format of ["Letter", "A4"]) {
    visit(`ten clinics fit on two sheets of ${format} in ${language}`, {}, async (page) => {
      await page.goto(inLanguage(language, "/?q=10001&radius=250&payment=self-pay&unknown=include"));
      const names = (await cardsOf(page)).map(({ name }) => name);
      await leads(page, () => page.locator('main a[href*="print="]').click());
      const { sheets, text } = await printed(page, format);
      const shown = names.filter((name) => text.includes(name.slice(0, 30)));
      assert.ok(shown.length >= 10, `${shown.length} of ${names.length} clinics`);
      assert.ok(sheets <= Math.ceil(shown.length / 5), `${sheets} sheets for ${shown.length} clinics`);
      assert.ok(text.match(PHONE_NUMBER).length >= shown.length, "a phone number for each");
      assert.match(text, date);
      assert.match(text, revision);
      assert.match(text, /988/);
    });
  }
}
