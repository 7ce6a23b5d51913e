// A small fictional directory whose clinics have names and streets that try to break a page.
//
// An import refuses invisible characters and texts of more than 200 characters. The pages must hold
// all the same, so the texts are put into the database behind its back, over what was imported.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";

const SHIPPED = new URL("../../../data/fictional.ndjson", import.meta.url);

/** Where all of them are, so that one search finds them. */
export const PLACE = "20814";

/** The names, by the shipped line that each is laid over: supervised, flagged, not verified. */
export const NAMES = {
  F001: "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>",
  F002: "\u202Ecinilc\u202C \u05E7\u05DC\u05D9\u05E0\u05D9\u05E7\u05D4 \u0639\u064A\u0627\u062F\u0629 \u2067mirror\u200F",
  F003: "W".repeat(150) + "é".repeat(150),
  F004: "{{ name }} ${7*7} &amp; &lt;b&gt; %3Cscript%3E --> ]]> </title></textarea>",
  F060: "javascript:alert(4)//<script>alert(5)</script>",
  F090: "</bdi></a><h1>Not a heading</h1><svg onload=alert(3)>",
};

/** The street of each, after its number. */
export const STREET = "<b>Bold</b> Street \u202Ekcab";

const named = (key) => `Placeholder ${key}`;
const streetOf = (key) => `Placeholder Street ${key}`;

/** Writes the file to import: shipped providers under harmless names, all in one town. */
export async function writePlaceholders(path) {
  const lines = (await readFile(SHIPPED, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  const town = lines.find((line) => line.source_key === "F001").sites[0];
  const chosen = lines.filter((line) => line.source_key in NAMES);
  chosen.forEach((provider, at) => {
    provider.name = named(provider.source_key);
    delete provider.aliases;
    for (const site of provider.sites) {
      site.name = provider.name;
      site.address = { ...town.address, line1: streetOf(provider.source_key) };
      site.position = { ...town.position, lat: town.position.lat + at * 0.01 };
    }
  });
  await writeFile(path, chosen.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const REPLACE = `
import json, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for old, new in json.load(sys.stdin).items():
    inside = lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
    changed = database.execute("UPDATE providers SET name = replace(name, ?, ?), document = replace(document, ?, ?)"
        " WHERE instr(document, ?)", (old, new, inside(old), inside(new), inside(old))).rowcount
    assert changed == 1, (old, changed)
database.commit()
`;

/** Lays the hostile texts over the placeholders. */
export async function layOver(databaseFile) {
  const texts = Object.entries(NAMES).flatMap(([key, name]) => [[named(key), name], [streetOf(key), STREET]]);
  const python = spawn("python3", ["-c", REPLACE, databaseFile], { stdio: ["pipe", "inherit", "inherit"] });
  python.stdin.end(JSON.stringify(Object.fromEntries(texts)));
  const [code] = await once(python, "close");
  if (code !== 0) throw new Error("the hostile names could not be laid over the placeholders");
}
