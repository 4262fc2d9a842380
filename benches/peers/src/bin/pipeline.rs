//! The same work put together from today's parts: JSON Lines in, folding, daachorse, word boundaries, offsets, CSV out.
//!
//! ```text
//! pipeline NAMES.csv CORPUS.jsonl OUT.csv
//! ```
//!
//! `NAMES.csv` is a gazetteer in the long form. It does what a careful programmer would write in a day, and no more: no
//! policies of names, no resolution, one name for each folded form, and a name is lost where a longer one covers it that
//! ends inside a word.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::ExitCode;

use gazetier_harness::Result;
use gazetier_peers::engines::FoldedBytewise;
use gazetier_peers::fold::Folder;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Cow<'l, str>,
    #[serde(borrow)]
    text: Cow<'l, str>,
}

#[derive(Deserialize)]
struct Name<'n> {
    id: &'n str,
    kind: &'n str,
    name: &'n str,
}

/// The names, their ids and their kinds, one after the other in one string each.
#[derive(Default)]
struct Names {
    text: String,
    /// Where a name, its id and its kind end; each name begins where the last one ended.
    ends: Vec<[u32; 3]>,
}

impl Names {
    fn read(path: &str) -> Result<Self> {
        let mut reader = csv::Reader::from_reader(open(path)?);
        let headers = reader.headers()?.clone();
        let mut record = csv::StringRecord::new();
        let mut names = Self::default();
        while reader.read_record(&mut record)? {
            let Name { id, kind, name } = record.deserialize(Some(&headers))?;
            let ends = [name, id, kind].map(|part| {
                names.text.push_str(part);
                names.text.len() as u32
            });
            names.ends.push(ends);
        }
        Ok(names)
    }

    /// Name, id and kind.
    fn get(&self, number: usize) -> [&str; 3] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before][2]);
        let [name, id, kind] = self.ends[number].map(|end| end as usize);
        [&self.text[start as usize..name], &self.text[name..id], &self.text[id..kind]]
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [names, corpus, out] = &arguments[..] else { return Err("pipeline NAMES.csv CORPUS.jsonl OUT.csv".into()) };
    let names = Names::read(names)?;
    let texts: Vec<&str> = (0..names.ends.len()).map(|number| names.get(number)[0]).collect();
    let automaton = FoldedBytewise::new(&texts, &training(corpus)?)?;
    drop(texts);

    let mut input = BufReader::with_capacity(1 << 20, open(corpus)?);
    let output = BufWriter::with_capacity(1 << 20, File::create(out).map_err(|error| format!("{out}: {error}"))?);
    let mut output = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(output);
    output.write_record([
        "doc_id",
        "start_char",
        "end_char",
        "start_byte",
        "end_byte",
        "surface",
        "kind",
        "name",
        "id",
        "rule",
    ])?;
    let mut folder = Folder::default();
    let mut line = Vec::new();
    let mut digits = [itoa::Buffer::new(), itoa::Buffer::new(), itoa::Buffer::new(), itoa::Buffer::new()];
    while input.read_until(b'\n', &mut line)? > 0 {
        let Line { id, text } = serde_json::from_slice(&line)?;
        let text: &str = &text;
        folder.fold(text);
        let mut places = folder.places(text);
        // Byte and character of the last place.
        let (mut byte, mut character) = (0, 0);
        for (start, end, number) in automaton.matches(folder.folded()) {
            let (start, end) = (places.original(start), places.original(end));
            let start_character = character + characters(&text.as_bytes()[byte..start]);
            let end_character = start_character + characters(&text.as_bytes()[start..end]);
            (byte, character) = (end, end_character);
            let [name, name_id, kind] = names.get(number as usize);
            let [a, b, c, d] = &mut digits;
            output.write_field(id.as_ref())?;
            output.write_field(a.format(start_character))?;
            output.write_field(b.format(end_character))?;
            output.write_field(c.format(start))?;
            output.write_field(d.format(end))?;
            output.write_field(&text[start..end])?;
            output.write_field(kind)?;
            output.write_field(name)?;
            output.write_field(name_id)?;
            output.write_field("folded")?;
            output.write_record(None::<&[u8]>)?;
        }
        line.clear();
    }
    output.into_inner().map_err(|error| error.to_string())?.flush()?;
    Ok(())
}

/// The first texts of the corpus, folded, for the layout of the automaton: so many pay at 100,000 names, and cost nothing
/// that shows at others.
fn training(corpus: &str) -> Result<Vec<Vec<u8>>> {
    const BYTES: usize = 300_000;
    let mut folder = Folder::default();
    let mut texts = Vec::new();
    let mut size = 0;
    for line in BufReader::new(open(corpus)?).split(b'\n') {
        if size >= BYTES {
            break;
        }
        folder.fold(&serde_json::from_slice::<Line<'_>>(&line?)?.text);
        size += folder.folded().len();
        texts.push(folder.folded().to_vec());
    }
    Ok(texts)
}

fn open(path: &str) -> Result<File> {
    File::open(path).map_err(|error| format!("{path}: {error}").into())
}

/// How many characters valid UTF-8 has: the bytes that continue none.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}
