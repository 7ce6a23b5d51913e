// The contrasts that axe-core cannot decide: text on gradients and on the map, marks, the focus.

import { none, visit } from "./support/browser.mjs";

const TEXT = 4.5;
const SHAPE = 3;

/** Colour tokens that stand on each other, and the contrast that WCAG 2.2 AA asks of them. */
const PAIRS = [
  ["ink", "brand-wash", TEXT],
  ["ink-soft", "brand-wash", TEXT],
  ["ink-soft", "paper", TEXT],
  ["ask", "ask-wash", TEXT],
  ["ask", "sunk", TEXT],
  ["on-brand", "brand", TEXT],
  ["sheet", "open", TEXT],
  ["sheet", "flag", TEXT],
  ["brand", "sheet", SHAPE],
  ["open", "sheet", SHAPE],
  ["flag", "sheet", SHAPE],
  ["line-strong", "sheet", SHAPE],
  ["focus", "paper", SHAPE],
  ["focus", "sheet", SHAPE],
  ["focus", "brand-wash", SHAPE],
  ["focus", "sunk", SHAPE],
];

/** WCAG's relative luminance of `#rrggbb`. */
function luminance(colour) {
  const parts = colour.match(/[0-9a-f]{2}/gi).map((part) => Number.parseInt(part, 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

for (const colorScheme of ["light", "dark"]) {
  visit(`the colours stand out from each other when it is ${colorScheme}`, { to: "/", colorScheme }, async (page) => {
    const names = [...new Set(PAIRS.flatMap(([one, other]) => [one, other]))];
    const colours = await page.evaluate((names) => {
      const style = getComputedStyle(document.documentElement);
      return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    }, names);
    const measured = PAIRS.map(([one, other, least]) => ({ one, other, least, ratio: contrast(colours[one], colours[other]) }));
    none(measured.filter(({ ratio, least }) => !(ratio >= least)).map(({ one, other, ratio }) => `${one} on ${other}: ${ratio.toFixed(2)}`), "too little contrast");
  });
}
