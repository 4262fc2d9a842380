//! Rows of a dated record, as CSV and as a table on the terminal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::rounds::{Built, Measured};
use crate::{Result, system};

/// The columns of a record; the scripts beside the packages write the same.
pub const COLUMNS: &str = "date,commit,cpu,cores,part,engine,version,names,threads,clock,rounds,text_bytes,\
mb_per_s,mb_per_s_min,mb_per_s_max,count,build_s,rss_mb,peak_mb,file_bytes,load";

/// One row.
pub struct Row<'a> {
    /// Which of the benchmarks.
    pub part: &'a str,
    pub names: usize,
    pub threads: usize,
    pub text_bytes: usize,
    pub built: &'a Built,
    pub measured: &'a Measured,
}

/// Where rows go: the terminal, and a file if one is given.
pub struct Record {
    file: Option<std::fs::File>,
    machine: String,
}

impl Record {
    /// Opens a record for more rows; a new one gets its header.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let date = system::output_of("date", &["+%F"]);
        let commit = system::output_of("git", &["rev-parse", "--short", "HEAD"]);
        let machine = format!("{date},{commit},{},{}", quoted(&system::cpu_model()), system::cores());
        let mut file = None;
        if let Some(path) = path {
            let new = !path.exists();
            let mut opened = OpenOptions::new().create(true).append(true).open(path)?;
            if new {
                writeln!(opened, "{COLUMNS}")?;
            }
            file = Some(opened);
        }
        println!(
            "{:<34} {:>9} {:>3} {:>5}  {:>8} {:>8} {:>8}  {:>9}  {:>7} {:>7} {:>7}",
            "engine", "names", "thr", "clock", "MB/s", "min", "max", "count", "build s", "RSS MB", "peak MB"
        );
        Ok(Self { file, machine })
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row<'_>) -> Result<()> {
        let Row { part, names, threads, text_bytes, built, measured } = row;
        let speeds = &measured.speeds;
        let (median, min, max) = (speeds[speeds.len() / 2], speeds[0], speeds[speeds.len() - 1]);
        let clock = if *threads == 1 { "cpu" } else { "wall" };
        let count = measured.count;
        println!(
            "{:<34} {names:>9} {threads:>3} {clock:>5}  {median:>8.1} {min:>8.1} {max:>8.1}  {count:>9}  {:>7.3} {:>7.1} {:>7.1}",
            built.name, built.build_seconds, built.resident_mb, built.peak_mb
        );
        if let Some(file) = &mut self.file {
            let rounds = speeds.len();
            let (engine, version) = (quoted(built.name), &built.version);
            writeln!(
                file,
                "{},{part},{engine},{version},{names},{threads},{clock},{rounds},{text_bytes},{median:.1},{min:.1},{max:.1},{count},{:.3},{:.1},{:.1},,{}",
                self.machine,
                built.build_seconds,
                built.resident_mb,
                built.peak_mb,
                system::load()
            )?;
        }
        Ok(())
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

/// The version of a package in the text of a lock file.
pub fn version(lock: &str, package: &str) -> String {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    version.unwrap_or_default().trim_matches('"').to_owned()
}
