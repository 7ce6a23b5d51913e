// What a link leads to: a report, a clinic's questions, a finding. They are made once, on the
// fictional server, as people would make them.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const LISTING = "example-ketamine-of-bethesda-fictional-bethesda-md";
const TOKENS = new URL("../../../tools/ci/tokens.py", import.meta.url).pathname;

const variable = (kind) => `BEDSIDE_LINK_${kind.toUpperCase()}`;

/**
 * The path behind a link, which `run.mjs` has made and put into the environment. Whoever only reads
 * the list of pages gets one that leads nowhere, and a scan of it fails.
 */
export const linkTo = (kind) => process.env[variable(kind)] ?? `/${kind}/not-made`;

async function ask(url, path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(url + path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Makes the links on a server, and returns them as variables of an environment. */
export async function makeLinks(binary, { url, database }) {
  const report = await ask(url, "/v1/reports", { listing: LISTING, topic: "hours", text: "Closed on Mondays." });
  const { stdout: letter } = await run(binary, [
    "invite", LISTING, "--contact", "https://example-ketamine-of-bethesda.example/", "--database-url", database,
  ]);
  const { stdout: tokens } = await run("python3", [TOKENS, binary, database, url]);
  const token = /^ADMIN_TOKEN=(.*)$/m.exec(tokens)[1];
  const { data } = await ask(url, "/v1/admin/flags?state=proposed", undefined, token);
  const notice = { reason_code: "test", method: "letter", reference: "1" };
  const { reply_token: reply } = await ask(url, `/v1/admin/flags/${data[0].id}/notify`, notice, token);
  return {
    [variable("reports")]: `/reports/${report.data?.token ?? report.token}`,
    [variable("answers")]: /\/answers\/\S+/.exec(letter)[0],
    [variable("replies")]: `/replies/${reply}`,
  };
}
