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
    const { stdout: text } = await execute("pdftotext", [file, "-"]);
    return { sheets: Number(/^Pages:\s+(\d+)$/m.exec(about)[1]), text: text.replace(/\s+/g, " ") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const PHONE_NUMBER = /\(\d{3}\) \d{3}-\d{4}/g;
const TEN = { real: "/?q=10001&radius=500", fictional: "/?q=10001&radius=250" };
const WORDS = {
  en: { date: /list as of [A-Z][a-z]+ \d{1,2}, 20\d\d, revision \d+/, pay: /How to pay:/g, phone: /Phone not verified/g },
  es: { date: /\d{1,2} de [a-z]+ de 20\d\d, revisión \d+/, pay: /Cómo pagar:/g, phone: /Teléfono sin verificar/gi },
};
const count = (text, pattern) => [...text.matchAll(pattern)].length;

for (const [language, words] of Object.entries(WORDS)) {
  for (const [server, path] of Object.entries(TEN)) {
    visit(`ten clinics of the ${server} directory fit on two sheets, in ${language}`, { server }, async (page) => {
      await page.goto(inLanguage(language, path));
      await leads(page, () => page.locator('main a[href*="print="]').click());
      const clinics = await page.locator("main ol > li h3 bdi").allInnerTexts();
      assert.ok(clinics.length >= 10, `${clinics.length} clinics`);
      for (const format of ["Letter", "A4"]) {
        const { sheets, text } = await printed(page, format);
        for (const name of clinics) assert.ok(text.includes(name.split(" ").slice(0, 2).join(" ")), name);
        assert.ok(sheets <= Math.ceil(clinics.length / 5), `${sheets} sheets of ${format} for ${clinics.length} clinics`);
        assert.equal(count(text, PHONE_NUMBER) + count(text, words.phone), clinics.length, "a phone for each");
        assert.equal(count(text, words.pay), clinics.length, "payment for each");
        assert.match(text, words.date);
        assert.match(text, /988/);
      }
    });
  }
}

visitWithAndWithoutScript("a page that is printed as it stands leaves the menu and the forms out", { to: "/?q=20814" }, async (page) => {
  await page.emulateMedia({ media: "print" });
  for (const left of ["nav", "main form", "figure.map", "#leave"]) {
    for (const part of await page.locator(left).all()) assert.ok(!(await part.isVisible()), left);
  }
  assert.ok(await page.locator(".card").first().isVisible());
});

visit("the print button prints, and is there only with a script", { to: "/prepare" }, async (page) => {
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await page.locator("[data-print]").click();
  assert.equal(await page.evaluate(() => window.printed), true);
});
