"""The reading grade of the public English pages: at most 8, by the formula of Flesch and Kincaid.

    reading.py URL        every page of a server that runs
    reading.py --self     the formula and the counting of syllables, on known texts

What counts is the running text inside <main>: every paragraph, list item, table cell and the like
that has at least four words and ends as a sentence does. Labels and headings are left out, since
their shortness would only flatter the result. Exempt are, by their place in the page, names of
clinics and whatever else stands in <bdi>, words quoted from others (<q>), the exact wording of
rules and of sources (marked `data-exact`), code, and what cannot be seen; and, by name, the words
in OFFICIAL: names of drugs, laws, agencies and programmes, which have no simpler form.
"""

import html.parser
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

MOST = 8.0
LEAST_WORDS = 4

# Names that a page must use as they are. Longer ones first.
OFFICIAL = [
    "good faith estimate", "Poison Help", "Census Bureau", "United States", "OpenStreetMap",
    "FindTreatment.gov", "ClinicalTrials.gov", "MedWatch", "TriWest", "Tricare", "Colorado",
    "Medicaid", "Medicare", "Spravato", "esketamine", "ketamine", "Bedside", "LegitScript",
    "Schizophrenia", "Benzodiazepines", "anesthesia",
]

BLOCKS = {"p", "li", "dd", "dt", "td", "th", "h1", "h2", "h3", "h4", "summary", "figcaption", "caption",
          "label", "legend", "div", "section", "article", "header", "footer", "form", "ul", "ol", "dl",
          "table", "tr", "main", "details", "fieldset", "option", "button", "br"}
SILENT = {"svg", "script", "style", "bdi", "q", "code", "select", "button", "textarea"}
VOID = {"input", "br", "img", "meta", "link", "hr", "path", "rect", "circle"}


class Text(html.parser.HTMLParser):
    """The blocks of text in <main> that a reader sees, without what is exempt."""

    def __init__(self):
        super().__init__()
        self.stack, self.blocks, self.current = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self.flush()
        if tag in VOID:
            return
        attributes = dict(attributes)
        silent = tag in SILENT or "data-exact" in attributes or "hush" in (attributes.get("class") or "")
        self.stack.append((tag, silent, tag == "main"))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.flush()
        while self.stack and tag not in VOID:
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data):
        inside = any(main for _, _, main in self.stack)
        if inside and not any(silent for _, silent, _ in self.stack):
            self.current.append(data)

    def flush(self):
        text = " ".join("".join(self.current).split())
        self.current = []
        if text:
            self.blocks.append(text)


def running(blocks):
    """Blocks that are sentences, each once, with official names taken out."""
    seen = []
    for block in blocks:
        for name in OFFICIAL:
            block = re.sub(rf"\b{re.escape(name)}\b", "", block, flags=re.IGNORECASE)
        words = re.findall(r"[A-Za-z’']+", block)
        if len(words) >= LEAST_WORDS and re.search(r"[.?!:][)”\"]?$", block.strip()) and block not in seen:
            seen.append(block)
    return seen


def syllables(word):
    word = re.sub(r"[^a-z]", "", word.lower())
    if not word:
        return 0
    groups = len(re.findall(r"[aeiouy]+", word))
    # A silent e at the end, and in the endings -es and -ed where they are not spoken.
    if re.search(r"[^aeiouy]e$", word) and not re.search(r"[^aeiouy]le$", word):
        groups -= 1
    elif re.search(r"[^aeiouytd]ed$", word) or re.search(r"[^aeiouyscxzg]es$", word) and not re.search(r"[^aeiouy]les$", word):
        groups -= 1
    # Vowels that are spoken apart.
    groups += len(re.findall(r"ia(?!l|n)|io(?!n)|eo|iu|ua(?=l)|ien|riet|uie|yi|uou", word))
    return max(groups, 1)


def grade(text):
    sentences = [s for s in re.split(r"[.?!]+(?:\s|$|[)”\"])", text) if re.search(r"[A-Za-z]", s)]
    words = re.findall(r"[A-Za-z][A-Za-z’']*", text)
    if not words or not sentences:
        return 0.0
    sounds = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * sounds / len(words) - 15.59


def fetch(url, path, accept="text/html"):
    request = urllib.request.Request(url + path, headers={"Accept": accept})
    try:
        return urllib.request.urlopen(request, timeout=20).read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def pages(url):
    """Every public page, and clinics and rules of which there are many by a few of each kind."""
    everywhere = "/v1/clinics?bbox=-170,15,-60,72&view=all&limit=200"
    clinics = json.loads(fetch(url, everywhere, "application/json"))["data"]
    by_status = {}
    for clinic in clinics:
        by_status.setdefault(clinic["safety"]["status"], clinic["slug"])
    rules = [rule["id"] for rule in json.loads(fetch(url, "/v1/rules", "application/json"))["data"]]
    slugs = list(by_status.values())
    compared = urllib.parse.urlencode([("clinic", slug) for slug in slugs[:5]])
    paths = ["/", "/?q=20814", "/?q=20814&show=concerns&more=true", "/?q=59001", "/?q=Springfield",
             "/?q=00000", "/check", "/check?q=mindbloom.com", "/check?q=Sofa+Session", "/check?q=zzz",
             "/prepare", "/about", "/rules", "/health-of-the-directory", "/log", "/compare",
             f"/compare?{compared}", "/nothing-here"]
    paths += [f"/clinics/{slug}?sessions=6&months=12&insurer=yes" for slug in slugs]
    return paths + [f"/rules/{rule}" for rule in rules]


def check(url):
    failed = 0
    for path in pages(url):
        parser = Text()
        parser.feed(fetch(url, path))
        texts = running(parser.blocks)
        words = sum(len(text.split()) for text in texts)
        of_page = grade(" ".join(text if text[-1] in ".?!" else text + "." for text in texts))
        # The formula says nothing about a few words.
        wrong = words >= 30 and of_page > MOST
        failed += wrong
        print(f"{'FAILED' if wrong else 'ok'}: grade {of_page:4.1f}, {words:4} words  {path}")
        if wrong:
            for text in sorted(texts, key=grade, reverse=True)[:6]:
                print(f"        {grade(text):5.1f}  {text[:150]}")
    sys.exit(failed > 0)


def check_itself():
    known = {"the": 1, "dose": 1, "table": 2, "watched": 1, "wanted": 2, "places": 2, "clinician": 3,
             "clinic": 2, "price": 1, "quiet": 2, "session": 2, "supervised": 3, "rules": 1, "uses": 2}
    for word, count in known.items():
        assert syllables(word) == count, f"{word}: {syllables(word)}"
    easy, hard = "The cat sat on the mat. It was a good cat.", (
        "Notwithstanding considerable institutional heterogeneity, practitioners characteristically "
        "individualize psychopharmacological interventions.")
    assert grade(easy) < 2 and grade(hard) > 20, (grade(easy), grade(hard))
    parser = Text()
    parser.feed("<p>No.</p><main><p>We check <bdi>A B C</bdi> who is in the room.</p><p data-exact>Exact words are "
                "not read at all.</p><label>Name of the clinic</label></main>")
    assert running(parser.blocks) == ["We check who is in the room."], running(parser.blocks)
    print("ok: the formula")


if sys.argv[1:] == ["--self"]:
    check_itself()
else:
    check_itself()
    check(sys.argv[1].rstrip("/"))
