// Servers of our own for the tests: each in its own folder, on a free loopback port, stopped by its
// process id. Their addresses and logs go to the tests through the environment.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { layOver, writePlaceholders } from "./hostile.mjs";

const PATIENCE_MS = 120_000;

/** Runs a command to its end; fails with what it printed. */
async function run(binary, args) {
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${binary} ${args.join(" ")} ended with ${code}:\n${said}`);
}

/** Starts `bedside serve` and waits for the line that says where it listens. */
async function serve(binary, folder, name, args) {
  const log = join(folder, `${name}.log`);
  const database = `sqlite://${join(folder, name)}.db`;
  const child = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--database-url", database, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // Every line that there is: what is said nowhere is said at no level.
    env: { ...process.env, BEDSIDE_LOG: "debug" },
  });
  child.stderr.pipe(createWriteStream(log));
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let url;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^listening on (http:\S+)$/.exec(line)?.[1];
    if (url) break;
  }
  clearTimeout(timer);
  if (!url) throw new Error(`the server ${name} did not say that it listens; see ${log}`);
  const ended = once(child, "close");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { name, url, log, database, stop };
}

/**
 * Starts the servers that are asked for: `real` and `fictional` with the shipped files, `hostile`
 * with names that try to break a page. Returns them with one `stop` for all.
 */
export async function startServers(binary, names) {
  const folder = await mkdtemp(join(tmpdir(), "bedside-browser-"));
  const recipes = {
    real: () => serve(binary, folder, "real", ["--demo"]),
    fictional: () => serve(binary, folder, "fictional", ["--demo=fictional"]),
    hostile: async () => {
      const file = join(folder, "hostile.ndjson");
      const database = join(folder, "hostile.db");
      await writePlaceholders(file);
      await run(binary, ["import", "providers", file, "--initial", "--strict", "--database-url", `sqlite://${database}`]);
      await layOver(database);
      return serve(binary, folder, "hostile", []);
    },
  };
  const started = await Promise.allSettled(names.map((name) => recipes[name]()));
  const running = started.filter((one) => one.status === "fulfilled").map((one) => one.value);
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { servers: running, stop };
}

/** What the tests find in their environment: addresses and logs by name. */
export const asEnvironment = (servers) =>
  Object.fromEntries(servers.flatMap(({ name, url, log }) => [[urlName(name), url], [logName(name), log]]));

const urlName = (name) => `BEDSIDE_${name.toUpperCase()}_URL`;
const logName = (name) => `BEDSIDE_${name.toUpperCase()}_LOG`;

const given = (variable) => {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: start the tests with tests/browser/run.sh`);
  return value;
};

/** The address of a server that `run.mjs` started. */
export const urlOf = (name) => given(urlName(name));

/** The file with a server's log. */
export const logOf = (name) => given(logName(name));
