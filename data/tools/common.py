"""What both generators share: reading the sources and writing provider lines."""

import csv
import json
import re
import sys
from pathlib import Path


def source_folder():
    """The folder with `data/`, `articles/` and `rulebook/`, given as the only argument."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: python3 {Path(sys.argv[0]).name} SOURCE_FOLDER > OUTPUT.ndjson")
    return Path(sys.argv[1])


def rows(path):
    """The rows of a CSV file, as dictionaries without their blank cells."""
    with open(path, encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def e164(text):
    """A ten-digit US number in any spelling, in E.164."""
    digits = re.sub(r"\D", "", text)[-10:]
    assert len(digits) == 10, text
    return f"+1{digits}"


def luhn_digit(nine):
    """The check digit of an NPI whose first nine digits are `nine` (Luhn over 80840 + NPI)."""
    total = 24
    for place, char in enumerate(reversed(nine)):
        digit = int(char) * (2 if place % 2 == 0 else 1)
        total += digit // 10 + digit % 10
    return str(-total % 10)


def without_blanks(value):
    """The same structure without empty lists, empty objects and `None` in objects,

    except a fact's `value`, where `None` says that it is unknown.
    """
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            if key != "value":
                item = without_blanks(item)
                if item is None or item == [] or item == {}:
                    continue
            kept[key] = item
        return kept
    if isinstance(value, list):
        return [without_blanks(item) for item in value]
    return value


def write(providers):
    """One provider a line on standard output."""
    for provider in providers:
        print(json.dumps(without_blanks(provider), ensure_ascii=False))
