#!/usr/bin/env python3
"""Makes the gazetteer's tables in data/geo from a folder of source files.

    data/tools/geo.py SOURCE_FOLDER

data/geo/README.md says what the sources are and what each table holds. The same
sources give the same bytes.
"""

import collections
import csv
import gzip
import io
import json
import pathlib
import re
import sys
import unicodedata

OUT = pathlib.Path(__file__).resolve().parent.parent / "geo"

# Degrees by which a state's box is larger than everything known to lie in the state,
# since boundaries are simplified and a coordinate may be rounded to one decimal.
BOX_MARGIN = 0.1

# Boroughs of New York City are counties to the Census Bureau and no post towns.
BOROUGHS = {"36061": "Manhattan", "36081": "Queens"}

SHORT_FORMS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def key(name):
    """A name as the gazetteer compares it: letters and digits, short forms written out."""
    plain = unicodedata.normalize("NFD", name.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’ʻ")
    return "".join(SHORT_FORMS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain))


def spellings(name):
    """A Census name and the plain names that it is made of: "San Buenaventura (Ventura)"."""
    parts = re.match(r"(.+?) \((.+)\)$", name)
    if parts:
        return [name, *parts.groups()]
    first = re.split(r"[,/]", name)[0]
    return [name] if first == name else [name, first]


def read(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name, data):
    with open(OUT / name, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(data)


def write_csv(name, header, rows):
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    write(name, unicodedata.normalize("NFC", text.getvalue()).encode())
    print(f"{name}: {len(rows)} rows")


def degrees(value):
    return format(float(value), ".6f").rstrip("0").rstrip(".")


def post_towns(zips, people, codes):
    """ZIP codes of each post town in a state, by key and state."""
    towns = collections.defaultdict(list)
    for row in zips:
        if row["city"] and row["state"] in codes:
            weight = people.get(row["zip"], 0)
            towns[key(row["city"]), row["state"]].append((row, weight))
    return towns


def centre(town):
    """Mean point of a town's ZIP codes, weighted by people where any live there."""
    weights = [weight for _, weight in town]
    if not any(weights):
        weights = [1] * len(town)
    total = sum(weights)
    mean = lambda axis: sum(float(r[axis]) * w for (r, _), w in zip(town, weights)) / total
    return degrees(mean("lat")), degrees(mean("lon"))


def places(folder, zips, counties):
    people = {r["zcta"]: int(r["population_acs2023"] or 0) for r in read(folder, "zcta_2025.csv")}
    towns = post_towns(zips, people, {r["code"] for r in read(folder, "states.csv")})
    population = lambda k: sum(weight for _, weight in towns.get(k, []))
    rows = []
    known = set()

    def add(name, state, point, count, source):
        known.add((key(name), state))
        rows.append((name, state, *map(degrees, point), count, source))

    for r in read(folder, "places_2025.csv"):
        count = r["population_acs2023"] or population((key(r["name"]), r["state"]))
        for i, name in enumerate(spellings(r["name"])):
            add(name, r["state"], (r["lat"], r["lon"]), count, "alias" if i else "place")
    for r in read(folder, "place_aliases.csv"):
        if (key(r["alias"]), r["state"]) not in known:
            point = (r["lat"], r["lon"])
            add(r["alias"], r["state"], point, r["population_acs2023"], "alias")
    for r in counties:
        if borough := BOROUGHS.get(r["geoid"]):
            point = (r["lat"], r["lon"])
            add(borough, r["state"], point, r["population_acs2023"], "borough")
    for k, town in towns.items():
        if k not in known:
            row = town[0][0]
            rows.append((row["city"], k[1], *centre(town), population(k), "post_town"))
    return sorted(rows, key=lambda r: (key(r[0]), r[1], -int(r[4]), r[5]))


def points(shape):
    if isinstance(shape[0], (int, float)):
        yield shape
    else:
        for part in shape:
            yield from points(part)


def box(spots):
    """South, west, north, east; west is greater than east where it crosses 180 degrees."""
    lats = [lat for lat, _ in spots]
    lons = sorted({lon for _, lon in spots})
    gaps = [(b - a, b, a) for a, b in zip(lons, lons[1:])]
    _, west, east = max([*gaps, (lons[0] + 360 - lons[-1], lons[0], lons[-1])])
    wrap = lambda lon: (lon + 180) % 360 - 180
    corners = (min(lats) - BOX_MARGIN, wrap(west - BOX_MARGIN))
    return [degrees(v) for v in (*corners, max(lats) + BOX_MARGIN, wrap(east + BOX_MARGIN))]


def states(folder, *tables):
    spots = collections.defaultdict(list)
    for table in tables:
        for r in table:
            spots[r["state"]].append((float(r["lat"]), float(r["lon"])))
    outline = json.loads((folder / "us_states_2023_10m.geojson").read_text())
    for feature in outline["features"]:
        shape = points(feature["geometry"]["coordinates"])
        spots[feature["properties"]["code"]] += [(lat, lon) for lon, lat in shape]
    fields = ["code", "name", "type", "fips", "region", "division", "population_acs2023"]
    return [[*(r[f] for f in fields), *box(spots[r["code"]])] for r in read(folder, "states.csv")]


def main():
    folder = pathlib.Path(sys.argv[1])
    zips = read(folder, "zip_master.csv")
    counties = sorted(read(folder, "counties.csv"), key=lambda r: r["geoid"])
    zip_fields = ["zip", "lat", "lon", "city", "state", "county"]
    rows = sorted([r[f] for f in zip_fields] for r in zips)
    write_csv("zips.csv.gz", zip_fields, rows)
    place_fields = ["name", "state", "lat", "lon", "population", "source"]
    write_csv("places.csv.gz", place_fields, places(folder, zips, counties))
    county_fields = ["geoid", "name", "state", "lat", "lon", "time_zone"]
    write_csv("counties.csv.gz", county_fields, [[r[f] for f in county_fields] for r in counties])
    state_fields = ["code", "name", "kind", "fips", "region", "division", "population"]
    box_fields = ["south", "west", "north", "east"]
    census = read(folder, "places_2025.csv")
    write_csv("states.csv.gz", state_fields + box_fields, states(folder, zips, counties, census))
    for what in ["states", "counties"]:
        topology = json.loads((folder / f"us_{what}_2023_10m.topo.json").read_text())
        topology["objects"] = {what: topology["objects"][what]}
        write(f"{what}.topo.json.gz", json.dumps(topology, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
