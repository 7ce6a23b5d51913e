//! Documents keep their word: links lead somewhere, and what they tell a reader to type exists.

use std::{collections::BTreeSet, process::Command};

use super::{assert_none, files, root, text};

/// The documents whose links are checked.
fn documents() -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .map(|path| super::name(&path))
        .collect();
    for folder in ["docs", "migrations", "openapi", "data", "rulebook", "tests", "tools", "benches"]
    {
        found.extend(files(folder, "md"));
    }
    found.sort();
    found
}

/// The targets of the Markdown links of a document that lead into the project.
fn links(document: &str) -> Vec<String> {
    outside_fences(document)
        .flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(str::to_owned)
        .collect()
}

fn outside_fences(document: &str) -> impl Iterator<Item = &str> {
    document
        .lines()
        .scan(false, |inside, line| {
            let fence = line.trim_start().starts_with("```");
            *inside ^= fence;
            Some((!*inside && !fence).then_some(line))
        })
        .flatten()
}

/// The anchors that a document's headings get.
fn anchors(document: &str) -> BTreeSet<String> {
    outside_fences(document)
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            words
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[test]
fn relative_links_lead_somewhere() {
    let mut complaints = Vec::new();
    for document in documents() {
        let own = text(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        for link in links(&own) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = folder.join(file);
            if !file.is_empty() && !target.exists() {
                complaints.push(format!("{document}: {link}: no such file"));
                continue;
            }
            let is_document = file.is_empty() || file.ends_with(".md");
            if !anchor.is_empty() && is_document {
                let there = match file {
                    "" => own.clone(),
                    _ => std::fs::read_to_string(&target).unwrap(),
                };
                if !anchors(&there).contains(anchor) {
                    complaints.push(format!("{document}: {link}: no such heading"));
                }
            }
        }
    }
    assert_none("links", &complaints);
}

/// The command lines in a document's shell blocks: lines after a `$ ` prompt in `console`
/// blocks, every line in `sh` blocks, with continuation lines joined and comments left out.
pub fn commands(document: &str) -> Vec<String> {
    let (mut block, mut found, mut joined) = ("", Vec::new(), String::new());
    for line in document.lines() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            block = if block.is_empty() && !kind.is_empty() { kind.trim() } else { "" };
            continue;
        }
        let typed = match block {
            "sh" | "bash" | "shell" => Some(line),
            "console" => line.strip_prefix("$ ").or((!joined.is_empty()).then_some(line)),
            _ => None,
        };
        let Some(typed) = typed.map(str::trim) else { continue };
        match typed.strip_suffix('\\') {
            Some(start) => joined.push_str(start),
            None => {
                let whole = std::mem::take(&mut joined) + typed;
                if !whole.is_empty() && !whole.starts_with('#') {
                    found.push(whole);
                }
            }
        }
    }
    found
}

/// The simple commands of a line: what stands between pipes, semicolons and `&&`, without
/// redirections and variables set in front.
fn simple(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for word in words(line) {
        match word.as_str() {
            "|" | "&&" | "||" | ";" | "&" => all.push(Vec::new()),
            _ => all.last_mut().unwrap().push(word),
        }
    }
    all.retain_mut(|command| {
        let sets = command.iter().take_while(|word| is_assignment(word)).count();
        command.drain(..sets);
        !command.is_empty()
    });
    all
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    })
}

/// Splits as a shell does, as far as documents need it: quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut found, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None, '#') if word.is_empty() && !open => break,
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        found.push(word);
    }
    found
}

/// The arguments that a command line gives to the `bedside` program.
fn arguments(command: &[String]) -> Option<&[String]> {
    let program = command.first()?;
    if program == "bedside" || program.ends_with("/bedside") {
        return command.get(1..);
    }
    let runs = program == "cargo" && command.get(1).is_some_and(|verb| verb == "run");
    if !runs || command.iter().any(|word| word == "--example") {
        return None;
    }
    let dashes = command.iter().position(|word| word == "--")?;
    command.get(dashes + 1..)
}

/// Runs the program with `--help` behind the subcommands that these arguments begin with, and
/// says what of them the help does not know.
fn unknown(arguments: &[String]) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    let mut taken = 0;
    // `rules check` and the like: words go into the command as long as they are subcommands.
    while let Some(word) = arguments.get(taken).filter(|word| !word.starts_with('-')) {
        let mut deeper = Command::new(env!("CARGO_BIN_EXE_bedside"));
        deeper.args(&arguments[..taken]).arg("help").arg(word);
        if !deeper.output().unwrap().status.success() {
            break;
        }
        taken += 1;
    }
    if taken == 0 && arguments.first().is_some_and(|word| !word.starts_with('-')) {
        return Some(format!("no command `{}`", arguments[0]));
    }
    let help = command.args(&arguments[..taken]).arg("--help").output().unwrap();
    assert!(help.status.success(), "{:?} --help failed", &arguments[..taken]);
    let help = String::from_utf8(help.stdout).unwrap();
    arguments[taken..]
        .iter()
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(|word| word.split('=').next().unwrap())
        .find(|flag| !help.contains(flag))
        .map(|flag| format!("`{}` has no {flag}", arguments[..taken].join(" ")))
}

/// The recipes of the justfile.
fn recipes() -> BTreeSet<String> {
    text("justfile")
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()) && !line.contains(":="))
        .filter_map(|line| line.split(':').next()?.split_whitespace().next().map(str::to_owned))
        .collect()
}

#[test]
fn commands_in_documents_exist() {
    let recipes = recipes();
    let (mut complaints, mut checked) = (Vec::new(), 0);
    for document in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        for line in commands(&text(document)) {
            for command in simple(&line) {
                checked += 1;
                let wrong = match (arguments(&command), command[0].as_str()) {
                    (Some(arguments), _) => unknown(arguments),
                    (None, "just") => command
                        .get(1)
                        .filter(|recipe| !recipe.starts_with('-') && !recipes.contains(*recipe))
                        .map(|recipe| format!("no recipe `{recipe}`")),
                    (None, "bash" | "sh") => command
                        .get(1)
                        .filter(|script| !root().join(script).is_file())
                        .map(|script| format!("no script `{script}`")),
                    _ => None,
                };
                complaints.extend(wrong.map(|wrong| format!("{document}: `{line}`: {wrong}")));
            }
        }
    }
    assert!(checked > 10, "the documents show only {checked} commands");
    assert_none("commands that a reader cannot type", &complaints);
}

#[test]
fn commands_are_read_as_a_shell_reads_them() {
    let document = "```sh\n# why\nA=1 cargo run -- serve \\\n  --demo | jq '.a | .b'\n```\n\
                    ```console\n$ bedside search \"a b\" # near\noutput\n```\n";
    let found: Vec<_> = commands(document).iter().flat_map(|line| simple(line)).collect();
    let want = [
        vec!["cargo", "run", "--", "serve", "--demo"],
        vec!["jq", ".a | .b"],
        vec!["bedside", "search", "a b"],
    ];
    assert_eq!(found, want);
    assert_eq!(arguments(&found[0]).unwrap(), ["serve", "--demo"]);
}

#[test]
fn headings_become_anchors() {
    let found = anchors("# A b: C\n```\n# not one\n```\n## `x` y\n");
    assert_eq!(found, BTreeSet::from(["a-b-c".to_owned(), "x-y".to_owned()]));
}
