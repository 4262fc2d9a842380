//! What the tests share: the extractor over the built-in gazetteers, and a plain view of what it finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

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

/// The names of all fields of a JSON value, at every depth.
pub fn field_names(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(name, value)| {
            found.push(name.clone());
            field_names(value, found);
        }),
        serde_json::Value::Array(values) => values.iter().for_each(|value| field_names(value, found)),
        _ => {}
    }
}

/// Unpacks a file that zstd has packed; returns where it is now.
pub fn unpacked(packed: &Path, to: &Path) -> PathBuf {
    let packed = std::io::BufReader::new(std::fs::File::open(packed).unwrap());
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).unwrap();
    std::io::copy(&mut reader, &mut std::io::BufWriter::new(std::fs::File::create(to).unwrap())).unwrap();
    to.to_path_buf()
}

/// The command, in a folder. The home folder is none, so that no configuration file of the user's is read.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gazetier"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env("HOME", "/nowhere").env_remove("NO_COLOR");
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

/// Runs the command with a limit on time, for inputs on which it might hang.
pub fn run_within(seconds: u64, folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = command(folder, arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |stream: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let out = std::thread::spawn(move || read(&mut out));
    let err = std::thread::spawn(move || read(&mut err));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(seconds) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{arguments:?} took more than {seconds} s");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    Ran { code: status.code().unwrap_or(-1), out: out.join().unwrap(), err: err.join().unwrap() }
}

/// A row of a table: column → cell.
pub type Row = BTreeMap<String, String>;

/// The rows of a CSV table.
pub fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The rows of a CSV table in a file.
pub fn rows_of(path: &Path) -> Vec<Row> {
    rows(&std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// One column of rows.
pub fn column<'a>(rows: &'a [Row], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row.get(name).unwrap_or_else(|| panic!("no column {name}")).as_str()).collect()
}
