// Measures pages with Lighthouse as it measures for a phone: `lighthouse.mjs BINARY`.
//
// Performance is a measurement, so a page gets up to three tries; the other two are not. A try in
// which Lighthouse could not measure at all, such as for a trace without its beginning, is told and
// is one of the three; each try has a browser of its own.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { CHROMIUM, FLAGS } from "./support/chromium.mjs";
import { CLINIC } from "./support/pages.mjs";
import { startServers } from "./support/servers.mjs";

const TRIES = 3;
const LEAST = { performance: 0.95, accessibility: 1, "best-practices": 1 };
const PATHS = ["/", "/?q=20814", `/clinics/${CLINIC.severalWays}`];

/** One measurement: score by category, and which audits fell short, or why there is none. */
async function measure(url) {
  const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox", ...FLAGS], logLevel: "silent" });
  const options = { port: chrome.port, onlyCategories: Object.keys(LEAST), logLevel: "silent" };
  const { lhr } = await lighthouse(url, options).finally(() => chrome.kill());
  if (lhr.runtimeError) return { problem: lhr.runtimeError.message };
  const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, score]));
  const short = Object.values(lhr.categories)
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]))
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, displayValue }) => `${id} ${displayValue ?? ""}`.trim());
  return { scores, short };
}

const reached = (scores) => Object.entries(LEAST).every(([name, least]) => scores[name] >= least);

const { servers, stop } = await startServers(process.argv[2], ["fictional"]);
let failed = 0;
try {
  for (const path of PATHS) {
    for (let left = TRIES; left > 0; left -= 1) {
      const { scores, short, problem } = await measure(servers[0].url + path);
      if (problem) {
        console.log(`${path}: not measured: ${problem}`);
        failed += left === 1 ? 1 : 0;
        continue;
      }
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
  await stop();
}
console.log(`lighthouse: ${PATHS.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
