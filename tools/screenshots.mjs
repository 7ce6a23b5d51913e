// Pictures of the main pages for the README: node tools/screenshots.mjs URL [FOLDER]
//
// URL is a server with the fictional directory (`just run-fictional`), so that no picture says
// anything about a real clinic. The driver is the one of the browser tests: `npm ci --prefix
// tests/browser` first, and Debian's Chromium at /usr/bin/chromium or at $CHROMIUM.
// With --all every page is taken at 320, 768 and 1280 px, in both languages, light and dark: to be
// looked at, not to be kept.

import { mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(new URL("../tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const MOST_BYTES = 250 * 1024;
const CLINIC = "Example Ketamine of Bethesda (fictional)";
const FLAGGED = "Nobody in the Room Ketamine of Las Vegas (fictional)";

const args = process.argv.slice(2).filter((arg) => arg !== "--all");
const all = process.argv.includes("--all");
const [base, folder = "docs/screenshots"] = args;
if (!base) throw new Error("usage: screenshots.mjs [--all] URL [FOLDER]");
mkdirSync(folder, { recursive: true });

async function slug(name) {
  const found = await fetch(`${base}/v1/clinics?view=all&q=${encodeURIComponent(name)}`);
  const { data } = await found.json();
  return data.find((clinic) => clinic.name === name).slug;
}

const [clinic, flagged] = await Promise.all([slug(CLINIC), slug(FLAGGED)]);
const pages = {
  start: "/",
  find: "/?q=20814",
  nothing: "/?q=59001",
  clinic: `/clinics/${clinic}`,
  flagged: `/clinics/${flagged}`,
  compare: `/compare?clinic=${clinic}&clinic=${flagged}`,
  check: "/check?q=Sofa+Session",
  prepare: "/prepare",
  about: "/about",
  rules: "/rules",
  rule: "/rules/KTS-001",
  health: "/health-of-the-directory",
  log: "/log",
  missing: "/nothing-here",
};

// What the README shows: name, page, width, height, language, scheme.
const kept = [
  ["find", "find", 1280, 1180, "en", "light"],
  ["find-phone", "find", 360, 860, "es", "light"],
  ["clinic", "clinic", 1280, 1180, "en", "light"],
  ["check", "check", 1280, 1000, "en", "dark"],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--disable-gpu", "--no-sandbox"],
});

async function take(name, page, width, height, language, scheme, whole) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: language === "es" ? "es-US" : "en-US",
    reducedMotion: "reduce",
    extraHTTPHeaders: { Accept: "text/html" },
  });
  const tab = await context.newPage();
  await tab.goto(base + (language === "es" ? "/es" : "") + pages[page]);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) console.log(`${name}: ${wide} px wide at ${width}`);
  const file = path.join(folder, `${name}.png`);
  await tab.screenshot({ path: file, fullPage: whole });
  await context.close();
  const bytes = statSync(file).size;
  if (!whole && bytes > MOST_BYTES) throw new Error(`${file}: ${bytes} bytes, at most ${MOST_BYTES}`);
  return bytes;
}

try {
  if (all) {
    const only = process.env.ONLY?.split(",") ?? Object.keys(pages);
    for (const page of only) {
      for (const language of ["en", "es"]) {
        for (const scheme of ["light", "dark"]) {
          for (const width of [320, 768, 1280]) {
            await take(`${page}-${language}-${scheme}-${width}`, page, width, 900, language, scheme, true);
          }
        }
      }
    }
  } else {
    for (const [name, ...how] of kept) {
      const bytes = await take(name, ...how, false);
      console.log(`${name}.png: ${Math.round(bytes / 1024)} KB`);
    }
  }
} finally {
  await browser.close();
}
