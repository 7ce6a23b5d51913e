// Starts the servers, runs the tests against them, stops the servers: `run.mjs BINARY [FILE…]`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { makeLinks } from "./support/links.mjs";
import { asEnvironment, startServers } from "./support/servers.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const [binary, ...asked] = process.argv.slice(2);
const all = (await readdir(here)).filter((name) => name.endsWith(".test.mjs")).sort();
const files = asked.length ? asked : all.map((name) => here + name);

const { servers, stop } = await startServers(binary, ["real", "fictional", "hostile"]);
for (const { name, url } of servers) console.log(`${name}: ${url}`);
const links = await makeLinks(binary, servers.find(({ name }) => name === "fictional"));
const tests = spawn(process.execPath, ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files], {
  stdio: "inherit",
  env: { ...process.env, ...asEnvironment(servers), ...links },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => tests.kill(signal));
const [code] = await once(tests, "close");
await stop();
process.exitCode = code ?? 1;
