//! Modules stand in a line, and nothing on the left imports what stands to its right.
//!
//! The test reads every file under `src/` and looks at the paths in it that begin at the root of the crate: `crate::x`,
//! `super::super::x`, `use crate::{a, b}`, in tests of a module as well. Comments and strings do not count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The line, from left to right.
const ORDER: &[&str] = &[
    "error",
    "text",
    "gazetteer",
    "lexicon",
    "matcher",
    "resolve",
    "table",
    "export",
    "corpus",
    "engine",
    "eval",
    "author",
    "serve",
    "cli",
];

/// Packages that only some modules may use.
const PACKAGES: &[(&str, &[&str])] = &[
    ("rayon", &["engine"]),
    ("aho_corasick", &["lexicon", "matcher", "resolve"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("indicatif", &["cli"]),
    ("ctrlc", &["cli"]),
    ("rustix", &["cli"]),
    ("oxrdf", &["gazetteer"]),
    ("oxttl", &["gazetteer"]),
    ("oxrdfxml", &["gazetteer"]),
    ("oxjsonld", &["gazetteer"]),
];

#[test]
fn nothing_imports_what_stands_to_its_right() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let exports = exports(&std::fs::read_to_string(src.join("lib.rs")).unwrap());
    let mut faults = Vec::new();
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 20, "the sources are not where they are looked for");
    for file in &files {
        let below = file.strip_prefix(&src).unwrap();
        let module = module_of(below);
        // `lib.rs` and `main.rs` stand outside the line.
        let Some(own) = module.first() else { continue };
        let Some(place) = ORDER.iter().position(|m| m == own) else {
            faults.push(format!("{}: `{own}` has no place in the line", below.display()));
            continue;
        };
        let text = std::fs::read_to_string(file).unwrap();
        for (line, target) in root_paths(&text, &module) {
            let module = exports.get(target.as_str()).map_or(target.as_str(), String::as_str);
            match ORDER.iter().position(|m| *m == module) {
                Some(other) if other <= place => {}
                Some(_) => {
                    faults.push(format!("{}:{line}: `{own}` imports `{module}`, to its right", below.display()));
                }
                None => faults.push(format!("{}:{line}: `crate::{target}` is no module", below.display())),
            }
        }
        for (line, name) in first_names(&text) {
            if let Some((_, users)) = PACKAGES.iter().find(|(package, _)| *package == name)
                && !users.contains(&own.as_str())
            {
                faults.push(format!("{}:{line}: `{name}` is for {} only", below.display(), users.join(", ")));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The test above would see nothing if the reader saw nothing.
#[test]
fn the_reader_sees_every_form() {
    let module = |path: &str| -> Vec<String> { path.split("::").map(str::to_owned).collect() };
    for (text, at, expected) in [
        ("use crate::engine::Extractor;", "text", vec!["engine"]),
        ("use crate::{engine, table::Row};", "text", vec!["engine", "table"]),
        ("use crate::{cli::{a, b}, serve as s, text::*};", "text", vec!["cli", "serve", "text"]),
        ("use super::engine;", "text", vec!["engine"]),
        ("use super::super::engine;", "text::fold", vec!["engine"]),
        ("use super::super::engine;", "text::lang::fr", vec![]),
        ("use super::{super::{super::engine, x}, y};", "text::lang::fr", vec!["engine"]),
        ("mod tests { use super::*; use super::super::engine; }", "text", vec!["engine"]),
        ("mod tests { mod more {} fn f() { super::super::cli::x() } }", "text", vec!["cli"]),
        ("fn f() -> crate::engine::X { crate :: table :: y() }", "text", vec!["engine", "table"]),
        ("pub(crate) fn f() {} pub(in crate::engine) fn g() {}", "text", vec!["engine"]),
        ("use ::gazetier::engine; use gazetier::table;", "text", vec!["engine", "table"]),
        ("use crate::*;", "text", vec!["*"]),
        ("// use crate::engine\n/* crate::table /* crate::a */ */ /// [`crate::cli`]\n", "text", vec![]),
        ("const A: &str = \"crate::engine\"; const B: &str = r#\"crate::\"engine\"#; 'a: loop {}", "text", vec![]),
        ("const A: char = '\"'; use crate::engine; const B: char = '\\'';", "text", vec!["engine"]),
        ("fn f<'a>(x: &'a str) { b'\"'; crate::engine::f(x) }", "text", vec!["engine"]),
    ] {
        let found: Vec<String> = root_paths(text, &module(at)).into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, expected, "{text}");
    }
    let names: Vec<String> =
        first_names("use rayon::prelude::*; a::b(x); c::<d::e>()").into_iter().map(|n| n.1).collect();
    assert_eq!(names, ["rayon", "a", "c", "d"]);
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// `text/lang/fr.rs` → text, lang, fr; `text/mod.rs` → text; `lib.rs` → nothing.
fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        path.with_extension("").components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    if parts.len() == 1 && matches!(parts[0].as_str(), "lib" | "main") {
        parts.clear();
    }
    parts
}

/// What the root exports under a short name: name → module.
fn exports(lib: &str) -> BTreeMap<String, String> {
    let tokens = tokens(lib);
    let mut exports = BTreeMap::new();
    for i in 0..tokens.len() {
        if tokens[i].text != "use" {
            continue;
        }
        let Some(end) = tokens[i..].iter().position(|t| t.text == ";") else { continue };
        let words: Vec<&str> = tokens[i + 1..i + end].iter().map(|t| t.text.as_str()).collect();
        let Some(module) = words.iter().find(|w| !matches!(**w, "self" | "crate" | "::")) else { continue };
        for name in words.iter().filter(|w| w.chars().all(|c| c.is_alphanumeric() || c == '_')) {
            if name != module {
                exports.insert((*name).to_owned(), (*module).to_owned());
            }
        }
    }
    exports
}

#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// Identifiers, `::`, and single symbols; no comments, strings or characters.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let from = i;
        match chars[i] {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => {
                            depth += 1;
                            i += 2;
                        }
                        ('*', '/') => {
                            depth -= 1;
                            i += 2;
                        }
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            '"' => i = end_of_string(&chars, i),
            '\'' => {
                // A character has its end quote near; a lifetime has none.
                if at(i + 1) == '\\' {
                    i += 3;
                    while i < chars.len() && chars[i - 1] != '\'' || chars[i - 2] == '\\' && chars[i - 3] != '\\' {
                        i += 1;
                    }
                } else if at(i + 2) == '\'' {
                    i += 3;
                } else {
                    i += 1;
                }
            }
            c if word(c) => {
                while i < chars.len() && word(chars[i]) {
                    i += 1;
                }
                let text: String = chars[from..i].iter().collect();
                let raw = matches!(text.as_str(), "r" | "br" | "cr");
                if raw && (at(i) == '"' || at(i) == '#' && matches!(at(i + 1), '#' | '"')) {
                    i = end_of_raw_string(&chars, i);
                } else if !(matches!(text.as_str(), "b" | "c") && matches!(at(i), '"' | '\'')) {
                    tokens.push(Token { text, line });
                }
            }
            ':' if at(i + 1) == ':' => {
                tokens.push(Token { text: "::".to_owned(), line });
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token { text: c.to_string(), line });
                }
                i += 1;
            }
        }
        line += chars[from..i.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn end_of_string(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn end_of_raw_string(chars: &[char], mut i: usize) -> usize {
    let from = i;
    while chars.get(i) == Some(&'#') {
        i += 1;
    }
    let hashes = i - from;
    i += 1;
    while i < chars.len()
        && !(chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes)
    {
        i += 1;
    }
    i + 1 + hashes
}

/// Every name that a path finds at the root of the crate, with the line, in a file that is this module.
fn root_paths(text: &str, module: &[String]) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // How deep in modules of the file each token stands.
    let mut braces: Vec<bool> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let before = i.checked_sub(1).map_or("", |b| tokens[b].text.as_str());
        match tokens[i].text.as_str() {
            "{" => {
                let of_module = i >= 2 && tokens[i - 2].text == "mod";
                braces.push(of_module);
            }
            "}" => {
                braces.pop();
            }
            name @ ("crate" | "super" | "self" | "gazetier")
                if before != "::" || i >= 2 && matches!(tokens[i - 2].text.as_str(), "use" | "(" | "{" | "=") =>
            {
                let depth = module.len() + braces.iter().filter(|m| **m).count();
                let depth = match name {
                    "super" => depth.checked_sub(1),
                    "self" => Some(depth),
                    _ => Some(0),
                };
                if let Some(depth) = depth {
                    follow(&tokens, i + 1, depth, &mut found);
                }
            }
            _ => {}
        }
        i += 1;
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads on behind the beginning of a path that has reached a module `depth` deep; returns where the path ends.
fn follow(tokens: &[Token], at: usize, depth: usize, found: &mut Vec<(usize, String)>) -> usize {
    if tokens.get(at).is_none_or(|t| t.text != "::") {
        return at;
    }
    let at = at + 1;
    let Some(token) = tokens.get(at) else { return at };
    match token.text.as_str() {
        "{" => {
            let mut at = at + 1;
            let mut level = 1;
            let mut begins = true;
            while level > 0 && at < tokens.len() {
                match tokens[at].text.as_str() {
                    "{" => level += 1,
                    "}" => level -= 1,
                    "," => begins = level == 1,
                    text if begins => {
                        begins = false;
                        at = branch(tokens, at, text, depth, found);
                        continue;
                    }
                    _ => {}
                }
                at += 1;
            }
            at
        }
        text => branch(tokens, at, text, depth, found),
    }
}

/// One name behind `::` or in a list of them.
fn branch(tokens: &[Token], at: usize, text: &str, depth: usize, found: &mut Vec<(usize, String)>) -> usize {
    match text {
        "super" if depth > 0 => follow(tokens, at + 1, depth - 1, found),
        "self" => at + 1,
        _ => {
            if depth == 0 {
                found.push((tokens[at].line, text.to_owned()));
            }
            at + 1
        }
    }
}

/// The first name of every path of two names or more.
fn first_names(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let follows = |i: usize| tokens.get(i + 1).is_some_and(|t| t.text == "::");
    let first = |i: usize| i == 0 || tokens[i - 1].text != "::";
    (0..tokens.len())
        .filter(|i| is_name(&tokens[*i].text) && first(*i) && follows(*i))
        .map(|i| (tokens[i].line, tokens[i].text.clone()))
        .collect()
}
