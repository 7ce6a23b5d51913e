// Measures pages with Lighthouse as it measures for a phone: `lighthouse.mjs BINARY`.
//
// Performance is a measurement, so a page gets up to three tries; the other two are not.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { CHROMIUM, FLAGS } from "./support/chromium.mjs";
import { CLINIC } from "./support/pages.mjs";
import { startServers } from "./support/servers.mjs";

const TRIES = 3;
const LEAST = { performance: 0.95, accessibility: 1, "best-practices": 1 };
const PATHS = ["/", "/?q=20814", `/clinics/${CLINIC.severalWays}`];

/** One measurement: score by category, and which audits fell short. */
async function measure(url, port) {
  const { lhr } = await lighthouse(url, { port, onlyCategories: Object.keys(LEAST), logLevel: "silent" });
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, score]));
  const short = Object.values(lhr.categories)
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]))
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, displayValue }) => `${id} ${displayValue ?? ""}`.trim());
  return { scores, short };
}

const reached = (scores) => Object.entries(LEAST).every(([name, least]) => scores[name] >= least);

const { servers, stop } = await startServers(process.argv[2], ["fictional"]);
const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox", ...FLAGS], logLevel: "silent" });
let failed = 0;
try {
  for (const path of PATHS) {
    for (let left = TRIES; left > 0; left -= 1) {
      const { scores, short } = await measure(servers[0].url + path, chrome.port);
      const shown = Object.entries(scores).map(([name, score]) => `${name} ${score}`);
      console.log(`${path}: ${shown.join(", ")}${short.length ? ` (${short.join("; ")})` : ""}`);
      if (reached(scores)) break;
      const steady = scores.accessibility >= LEAST.accessibility && scores["best-practices"] >= LEAST["best-practices"];
      if (!steady || left === 1) {
        failed += 1;
        break;
      }
    }
  }
} finally {
  chrome.kill();
  await stop();
}
console.log(`lighthouse: ${PATHS.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
