"""Makes fictional.ndjson, the set for demonstrations and tests.

    python3 make_fictional.py SOURCE_FOLDER > fictional.ndjson
    python3 make_fictional.py SOURCE_FOLDER --matrix

SOURCE_FOLDER holds `rulebook/facts.json` and `data/geo/zip_master.csv`. `--matrix` prints which
provider stands for what, with the status that the public should see.
"""

import sys

from common import source_folder, write
from fictional_concerns import concerns
from fictional_kit import Kit
from fictional_supervised import supervised


def main():
    matrix = "--matrix" in sys.argv
    if matrix:
        sys.argv.remove("--matrix")
    kit = Kit(source_folder())
    made = [*supervised(kit), *concerns(kit)]
    if matrix:
        for expect, provider in made:
            states = sorted({site["address"]["state"] for site in provider["sites"]})
            print(f"| {provider['source_key']} | {provider['name']} | {' '.join(states) or '-'}"
                  f" | {expect or provider['listing_state']} |")
    else:
        write(provider for _, provider in made)


if __name__ == "__main__":
    main()
