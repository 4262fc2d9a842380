//! What the tests share: the extractor over the built-in gazetteers, and a plain view of what it finds.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use gazetier::{Document, Extractor, Gazetteer};

/// The extractor with default options over the built-in gazetteers, compiled once.
pub fn builtin() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(|| Extractor::new(&Gazetteer::builtin()).unwrap())
}

/// A mention as a test reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes.
    pub bytes: (usize, usize),
    /// Characters.
    pub chars: (usize, usize),
    pub surface: String,
    pub kind: String,
    pub id: String,
    pub name: String,
    pub matched: String,
    pub rule: &'static str,
}

/// All mentions of a text. The language is given, or empty for one that is detected.
pub fn mentions(extractor: &Extractor, text: &str, language: &str) -> Vec<Found> {
    let mut document = Document::new("test", text);
    document.lang = language.into();
    let stack = extractor.stack();
    let mut worker = extractor.worker();
    let view = |m: &gazetier::resolve::Mention| Found {
        bytes: (m.span.start as usize, m.span.end as usize),
        chars: (m.chars.start as usize, m.chars.end as usize),
        surface: m.span.of(text).to_owned(),
        kind: stack.kind(m.kind).to_owned(),
        id: m.entity.map_or(String::new(), |e| stack.entity(e).id.to_owned()),
        name: m.entity.map_or(String::new(), |e| stack.entity(e).name.to_owned()),
        matched: m.name.map_or(String::new(), |n| stack.name(n).to_owned()),
        rule: m.rule,
    };
    worker.extract(&document).mentions.iter().map(view).collect()
}

/// The file or folder below the root of the package.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Corpora and cases that are kept beside the package, if they are there: `GAZETIER_SHARED`, else `../shared`.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("GAZETIER_SHARED").map_or_else(|| package("../shared"), PathBuf::from);
    let path = folder.join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: there is no {} (GAZETIER_SHARED names the folder)", path.display());
    None
}

/// The command, in a folder.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gazetier"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env("HOME", folder).env_remove("NO_COLOR");
    command
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            // A signal has no code; none of the tests expects one.
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the command to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    command(folder, arguments).output().unwrap().into()
}

/// Runs the command and insists on its exit code.
pub fn run_for(code: i32, folder: &Path, arguments: &[&str]) -> Ran {
    let ran = run(folder, arguments);
    assert_eq!(ran.code, code, "{arguments:?}\nstandard output:\n{}\nstandard error:\n{}", ran.out, ran.err);
    ran
}
