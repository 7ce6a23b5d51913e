// One Chromium per file of tests and an empty profile per test. Every test made here also fails if
// the page asked another origin for anything, set a cookie, kept something, broke its own
// content-security policy, showed a dialog or threw.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

import { CHROMIUM, FLAGS } from "./chromium.mjs";
import { urlOf } from "./servers.mjs";

/** A phone of the smallest width that must work, and a desk. */
export const PHONE = { width: 320, height: 640 };
export const DESK = { width: 1280, height: 900 };

let shared;
const browser = () => (shared ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS }));
after(async () => (await shared)?.close());

/**
 * A page on one of the servers, in a profile of its own.
 *
 * `options`: `server` (`fictional`), `script` (true), `viewport` (DESK), and any option of
 * playwright's `newContext`. `body` gets the page and what was noticed about it; the path `to` is
 * opened first where it is given.
 */
export function visit(name, { server = "fictional", script = true, viewport = DESK, to, ...options }, body) {
  test(name, () => withPage({ server, script, viewport, to, ...options }, body));
}

/** The same with a script and without one. */
export function visitWithAndWithoutScript(name, options, body) {
  for (const script of [true, false]) {
    visit(`${name}, script ${script ? "on" : "off"}`, { ...options, script }, body);
  }
}

/** Opens a page, hands it to `body`, and checks afterwards that it kept quiet. */
export async function withPage({ server = "fictional", script = true, viewport = DESK, to, ...options }, body) {
  const origin = urlOf(server);
  const context = await (await browser()).newContext({ baseURL: origin, javaScriptEnabled: script, viewport, locale: "en-US", ...options });
  context.setDefaultTimeout(30_000);
  const noticed = watch(context, origin);
  try {
    const page = await context.newPage();
    if (to) await page.goto(to);
    const result = await body(page, noticed);
    assertQuiet(noticed);
    await assertNothingKept(context);
    return result;
  } finally {
    await context.close();
  }
}

/** Writes down what a context asks for and complains about. */
function watch(context, origin) {
  const noticed = { origin, requests: [], strangers: [], complaints: [] };
  context.on("request", (request) => {
    const url = request.url();
    noticed.requests.push(url);
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) noticed.strangers.push(url);
  });
  context.on("response", (response) => {
    if (response.headers()["set-cookie"]) noticed.complaints.push(`${response.url()} sets a cookie`);
  });
  context.on("console", (message) => {
    // Chromium reports an error page's own status as an error; the tests look at statuses themselves.
    const status = /^Failed to load resource: the server responded with a status of 4\d\d/;
    const page = message.location().url === message.page()?.url();
    if (["error", "warning"].includes(message.type()) && !(page && status.test(message.text()))) {
      noticed.complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  context.on("weberror", (error) => noticed.complaints.push(String(error.error())));
  context.on("dialog", async (dialog) => {
    noticed.complaints.push(`a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return noticed;
}

function assertQuiet({ strangers, complaints }) {
  none(strangers, "requests to another origin");
  none(complaints, "the browser complained");
}

/** No cookie and no storage of any kind, in any page of the context. */
async function assertNothingKept(context) {
  assert.deepEqual(await context.cookies(), [], "cookies");
  const { origins } = await context.storageState({ indexedDB: true });
  assert.deepEqual(origins, [], "local storage and databases");
  for (const page of context.pages().filter((page) => page.url().startsWith("http"))) {
    const kept = await page.evaluate(() => ({
      session: Object.keys(sessionStorage),
      local: Object.keys(localStorage),
    }));
    assert.deepEqual(kept, { session: [], local: [] }, "storage");
  }
}

/** Fails with every complaint on a line of its own, so that one run shows all there is to mend. */
export function none(complaints, what) {
  assert.ok(complaints.length === 0, `${what}:\n  ${complaints.join("\n  ")}`);
}

/** The page's text as a person sees it: no hidden parts, one space between words. */
export const visibleText = async (locator) => (await locator.innerText()).replace(/\s+/g, " ");

/** Waits for the page that a click or key leads to. */
export async function leads(page, act) {
  await Promise.all([page.waitForEvent("load"), act()]);
}
