"""Types what the README shows, and fails where a command fails.

Every line of a `sh` block, and every line behind a `$ ` in a `console` block, is run in a folder of
its own against a server that already runs: `cargo run -- …` and `bedside …` become the given
binary, http://127.0.0.1:8080 becomes the server's address. What starts a server, builds, or needs
another machine is not run; each such line is printed, so that nothing is left out in silence.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# Commands that are somebody else's job: CI's other steps, or a container engine's.
NOT_RUN = re.compile(
    r"\b(git clone|cd |cargo (test|build|bench|clippy|fmt|install|doc|deny|machete)|just |docker|apt|createdb"
    r"|bash |cargo run --release --example|serve\b)"
)


def commands(document):
    """The command lines of a Markdown text, with continuation lines joined."""
    block, joined = None, ""
    for line in document.splitlines():
        fence = re.match(r"\s*```(\w*)", line)
        if fence:
            block = fence[1] or None if block is None else None
            continue
        if block in ("sh", "bash", "shell"):
            typed = line.strip()
        elif block == "console" and (joined or line.startswith("$ ")):
            typed = line.removeprefix("$ ").strip()
        else:
            continue
        if typed.endswith("\\"):
            joined += typed[:-1]
        else:
            whole, joined = joined + typed, ""
            if whole and not whole.startswith("#"):
                yield whole


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="where the server's database is")
    parser.add_argument("document", type=pathlib.Path)
    options = parser.parse_args()

    root, binary = pathlib.Path.cwd(), options.binary.resolve()
    for entry in ("data", "rulebook", "openapi"):
        (options.folder / entry).symlink_to(root / entry)

    run = failed = 0
    for shown in commands(options.document.read_text()):
        if NOT_RUN.search(shown):
            print(f"not run here: {shown}")
            continue
        typed = re.sub(r"\bcargo run (--release )?(--quiet |-q )?-- ", f"{binary} ", shown)
        typed = re.sub(r"(^|[|;&] *)(\./)?bedside ", rf"\1{binary} ", typed)
        typed = typed.replace("http://127.0.0.1:8080", options.url).replace("http://localhost:8080", options.url)
        typed = typed.replace("127.0.0.1:8080", options.url.removeprefix("http://"))
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", typed],
            cwd=options.folder, capture_output=True, text=True, timeout=120,
        )
        run += 1
        print(f"{'ok' if done.returncode == 0 else 'FAILED'}: {shown}")
        if done.returncode != 0:
            failed += 1
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
    print(f"{run - failed} of {run} commands of {options.document} ran")
    sys.exit(failed > 0 or run < 5)


main()
