"""Makes providers.ndjson from the gathered CSV files and articles.

    python3 make_providers.py SOURCE_FOLDER > providers.ndjson

SOURCE_FOLDER holds `data/providers/*.csv` and `articles/*.txt`. What a row's text supports is
decided by hand in `readings.py`; this script only carries it over, with the evidence of each
statement. Nothing is derived from a reader's classification (`care_mode`, `modalities`): it
goes into the note of the evidence with everything else that has no field of its own.
"""

import hashlib

from common import e164, rows, source_folder, write
from readings import ARTICLES, HELD_BACK, MERGED, NOTES, OWN_SITE, READINGS

# What the gathered rows had a column for: a blank cell says that a reader of the page
# looked and saw nothing there. It never says that there is none.
LOOKED_FOR = {"at_home_text": "takehome.offered", "price_text": "price.published_or_gfe"}
TEXTS = {
    "care_text": "care",
    "at_home_text": "at home",
    "price_text": "price",
    "payment_text": "payment",
}


def excerpt(row):
    parts = [f"{label}: {row[column]}" for column, label in TEXTS.items() if column in row]
    return " | ".join(parts) or None


def note(row, table):
    parts = [
        f"Row {row['row_id']} of {table}, source kind {row['source_kind']}",
        "what the row says is a reader's summary" if excerpt(row) else "no text was taken",
        row["retrieval_note"],
    ]
    for column, label in (
        ("care_mode", "the reader's class of care"),
        ("modalities", "the reader's classes of treatment"),
        ("notes", "the reader's notes"),
    ):
        if column in row:
            parts.append(f"{label}: {row[column]}")
    if row["row_id"] in NOTES:
        parts.append(NOTES[row["row_id"]])
    if row["row_id"] in HELD_BACK:
        parts.append(f"not published because {HELD_BACK[row['row_id']]}")
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "."


def article_evidence(source, file, captured_on, tier, extra):
    title = ARTICLES[file]
    digest = hashlib.sha256((source / "articles" / file).read_bytes()).hexdigest()
    return {
        "tier": tier,
        "kind": "website-capture" if tier == "E2" else "document",
        "captured_on": captured_on,
        "sha256": digest,
        "note": f"Article {file}, \"{title}\"; the hash is of that file; its web address and"
        f" its date are not known. {extra}",
    }


def evidence(source, row, table):
    """The evidence of one row: E2 where the page is the provider's own, else E5."""
    if row["source_url"].startswith("articles/"):
        file = row["source_url"].removeprefix("articles/")
        # A claim without a name is nobody's own statement.
        tier = "E5" if READINGS[row["row_id"]].get("anonymous") else "E2"
        # The hash identifies the text; a summary of what is general in it is no excerpt.
        about = f"{note(row, table)} The row's summary of it: {excerpt(row)}."
        return article_evidence(source, file, row["retrieved"], tier, about)
    # A capture without an excerpt proves nothing: it stays a pointer to a page.
    own = row["source_kind"] in OWN_SITE and excerpt(row)
    return {
        "tier": "E2" if own else "E5",
        "kind": "website-capture" if own else "document",
        "url": row["source_url"],
        "captured_on": row["retrieved"],
        "excerpt": excerpt(row),
        "note": note(row, table),
    }


def more_evidence(source, row):
    """What a reading names beside its row: further pages and articles."""
    for extra in READINGS[row["row_id"]].get("more_evidence", []):
        if "article" in extra:
            yield article_evidence(
                source, extra["article"], row["retrieved"], "E2", extra["note"]
            )
        else:
            yield {"captured_on": row["retrieved"], **extra}


def statement(name, value, at, observed_on):
    """`value` may be a `(None, reason)` pair; a list is an open set."""
    made = {"name": name}
    if isinstance(value, tuple):
        # That nothing was found is a statement of the day on which a reader looked.
        made["value"], made["reason"] = value
        observed_on = None
    elif isinstance(value, list):
        made["value"] = {"items": value, "complete": False}
    else:
        made["value"] = value
    return {**made, "evidence": at, "observed_on": observed_on}


def statements(row, at, where):
    """The statements of a row that stand at its site or at its provider."""
    reading = READINGS[row["row_id"]]
    known = dict(reading.get("facts", {}))
    own_page = row["source_kind"] in OWN_SITE and not reading.get("anonymous")
    if where == "provider" and own_page:
        for column, name in LOOKED_FOR.items():
            if column not in row and name not in known:
                known[name] = (None, "not_found")
    placed = []
    for name, value in known.items():
        of_site = name.startswith(("site.", "offers.")) and not reading.get("no_site")
        if of_site == (where == "site"):
            cited = reading.get("cites", {}).get(name, [0])
            placed.append(
                statement(name, value, [at + offset for offset in cited],
                          reading.get("observed_on"))
            )
    return placed


def address(row):
    """The address as far as a source states it; an inferred place is left out."""
    if READINGS[row["row_id"]].get("place_inferred"):
        return {}
    line1, comma, line2 = row.get("address_line1", "").partition(", ")
    suite = line1.find(" Suite ")
    if suite >= 0:
        line1, line2 = line1[:suite], line1[suite + 1:]
    return {
        "line1": line1 or None,
        "line2": line2 or None,
        "city": row.get("city"),
        "state": row.get("state"),
        "postal_code": row.get("zip"),
    }


def priced(price, at, reading):
    return {**price, "observed_on": reading.get("observed_on"), "evidence": [at]}


def site(row, at):
    reading = READINGS[row["row_id"]]
    return {
        "source_key": f"{row['row_id']}-1",
        "name": reading.get("site_name"),
        "address": address(row),
        "phone": e164(row["phone"]) if "phone" in row else None,
        **reading.get("site", {}),
        "facts": statements(row, at, "site"),
        "prices": [priced(price, at, reading) for price in reading.get("prices", [])],
    }


def provider_phone(group):
    """The phone of a provider with one place; that of one site among others is the site's."""
    _, first = group[0]
    named_site = "site_name" in READINGS[first["row_id"]]
    return e164(first["phone"]) if "phone" in first and not named_site else None


def provider(source, group):
    """One provider from its rows (table and row); the first gives name and web address."""
    _, first = group[0]
    reading = READINGS[first["row_id"]]
    made = {
        "source_key": first["row_id"],
        "name": reading.get("name", first["name"]),
        "aliases": reading.get("aliases"),
        "website": first.get("website"),
        "phone": provider_phone(group),
        "description": reading.get("description"),
        "listing_state": reading.get(
            "listing_state", "submitted" if first["row_id"] in HELD_BACK else "published"
        ),
        "sites": [],
        "facts": [],
        "payments": reading.get("payments"),
        "coverage": reading.get("coverage"),
        "price_guarantee": reading.get("price_guarantee"),
        "evidence": [],
    }
    seen = set()
    for table, row in group:
        at = len(made["evidence"])
        made["evidence"].append(evidence(source, row, table))
        made["evidence"].extend(more_evidence(source, row))
        for said in statements(row, at, "provider"):
            # "Not found" on a second page of the same provider adds nothing.
            if said["value"] is not None or said["name"] not in seen:
                made["facts"].append(said)
                seen.add(said["name"])
        if not READINGS[row["row_id"]].get("no_site"):
            made["sites"].append(site(row, at))
    return made


def main():
    source = source_folder()
    groups = {}
    for table in ("clinics_in_person.csv", "telehealth_providers.csv"):
        for row in rows(source / "data" / "providers" / table):
            key = MERGED.get(row["row_id"], row["row_id"])
            groups.setdefault(key, []).append((table, row))
    write(provider(source, groups[key]) for key in sorted(groups))


if __name__ == "__main__":
    main()
