// Every page there is, once for each of its shapes: what the scans of accessibility and layout walk.

import { readFileSync } from "node:fs";

import { linkTo } from "./links.mjs";

export const LANGUAGES = ["en", "es"];

/** A path in a language. */
export const inLanguage = (language, path) => (language === "en" ? path : `/${language}${path}`);

/** Fictional clinics by what is known of them. */
export const CLINIC = {
  accredited: "example-ketamine-of-bethesda-fictional-bethesda-md",
  hybrid: "bridge-of-fiction-ketamine-of-portland-fictional-portland-or",
  caution: "board-order-fable-ketamine-of-new-orleans-fictional-new-orleans-la",
  flagged: "nobody-in-the-room-ketamine-of-las-vegas-fictional-las-vegas-nv",
  unverified: "never-asked-ketamine-of-hartford-fictional-hartford-ct",
  outOfScope: "vitamin-story-lounge-of-white-plains-fictional-white-plains-ny",
  severalWays: "example-ketamine-and-spravato-of-kips-bay-fictional-new-york-ny",
  takenDown: "taken-down-ketamine-of-little-rock-fictional-little-rock-ar",
};

/** The address that compares clinics. */
export const comparing = (slugs) => `/compare?${slugs.map((slug) => `clinic=${slug}`).join("&")}`;

/** A page: the route that serves it, its path in English, the server that has it, its status. */
const page = (route, path = route, { server = "fictional", status = 200 } = {}) => ({ route, path, server, status });
const missing = { status: 404 };

/** Every page, whether this program serves its route yet or not. */
const EVERY_PAGE = [
  page("/"),
  page("/", "/?q=20814"),
  page("/", "/?q=20814&payment=payment-plan&route=iv&max_course=4000&sort=price&accepting=true"),
  page("/", "/?q=89101&show=concerns&more=true"),
  page("/", "/?q=20814&payment=gold"),
  page("/", "/?q=59937"),
  page("/", "/?q=Portland"),
  page("/", "/?q=Example"),
  page("/", "/?q=99999", missing),
  page("/", "/?lat=39.00481&lon=-77.10299", { status: 400 }),
  page("/", "/?lat=39.00&lon=-77.10"),
  page("/", "/?q=20814&print=1"),
  page("/", "/?q=10001", { server: "real" }),
  page("/", "/?q=20814", { server: "hostile" }),
  ...["accredited", "hybrid", "caution", "flagged", "unverified", "outOfScope", "severalWays"].map((kind) =>
    page("/clinics/{slug}", `/clinics/${CLINIC[kind]}`),
  ),
  page("/clinics/{slug}", `/clinics/${CLINIC.accredited}?sessions=99&insurer=yes`),
  page("/clinics/{slug}", `/clinics/${CLINIC.accredited}?print=1`),
  page("/clinics/{slug}", "/clinics/nowhere", missing),
  page("/clinics/{slug}", `/clinics/${CLINIC.takenDown}`, { status: 410 }),
  page("/clinics/{slug}/report", `/clinics/${CLINIC.accredited}/report`),
  ...["reports", "answers", "replies"].map((kind) => page(`/${kind}/{token}`, linkTo(kind))),
  page("/compare"),
  page("/compare", comparing([CLINIC.accredited, CLINIC.severalWays, CLINIC.flagged, CLINIC.unverified, CLINIC.hybrid])),
  page("/compare", comparing([CLINIC.accredited, "nowhere"])),
  page("/check"),
  page("/check", "/check?q=example-ketamine-of-bethesda.example"),
  page("/check", "/check?q=(702)+555-0154"),
  page("/check", "/check?q=board-order-fable-ketamine-of-new-orleans.example"),
  page("/check", "/check?q=never-asked-ketamine-of-hartford.example"),
  page("/check", "/check?q=Example"),
  page("/check", "/check?q=zzzz"),
  page("/prepare"),
  page("/about"),
  page("/rules"),
  page("/rules/{id}", "/rules/KTS-001"),
  page("/rules/{id}", "/rules/KTS-999", missing),
  page("/log"),
  page("/log/{seq}", "/log/1"),
  page("/health-of-the-directory"),
];

/** The English routes of the pages, as the program's source lists them. */
export const ROUTES = [
  ...readFileSync(new URL("../../../src/pages/mod.rs", import.meta.url), "utf8").matchAll(/^ {4}\("(\/[^"]*)", (?:GET|FORM)\),$/gm),
]
  .map(([, route]) => route)
  .filter((route) => !route.startsWith("/es") && !route.startsWith("/assets/"));

/** The pages of the routes that this program serves. */
export const PAGES = EVERY_PAGE.filter(({ route }) => ROUTES.includes(route));

/** Served routes of which no page is known here: none, or a page goes unlooked at. */
export const UNKNOWN_ROUTES = ROUTES.filter((route) => !EVERY_PAGE.some((page) => page.route === route));
