//! The command line of the benchmark programs.
//!
//! ```text
//! FOLDER [--sizes 100,10k,100k,1m] [--engines WORD,…] [--threads 1,2] [--rounds 5] [--train FILE] [--records FILE.csv]
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use crate::Result;

/// What a run was asked for.
pub struct Arguments {
    pub folder: PathBuf,
    pub sizes: Vec<String>,
    /// Words of the names of engines; none for all.
    pub engines: Vec<String>,
    pub threads: Vec<usize>,
    pub rounds: usize,
    /// Text to train on.
    pub train: Option<PathBuf>,
    pub records: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line.
    pub fn read() -> Result<Self> {
        let list = |value: String| value.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut read = Self {
            folder: PathBuf::new(),
            sizes: list("100,10k,100k,1m".to_owned()),
            engines: Vec::new(),
            threads: vec![1, 2],
            rounds: 5,
            train: None,
            records: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if !argument.starts_with("--") {
                read.folder = argument.into();
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{argument} takes a value"))?;
            match argument.as_str() {
                "--sizes" => read.sizes = list(value),
                "--engines" => read.engines = list(value),
                "--threads" => {
                    read.threads = list(value).iter().map(|n| n.parse()).collect::<std::result::Result<_, _>>()?
                }
                "--rounds" => read.rounds = value.parse()?,
                "--train" => read.train = Some(value.into()),
                "--records" => read.records = Some(value.into()),
                _ => return Err(format!("there is no flag {argument}").into()),
            }
        }
        if read.folder.as_os_str().is_empty() {
            return Err("no FOLDER: one with corpus.jsonl and names-SIZE.txt and .csv".into());
        }
        Ok(read)
    }

    /// Whether an engine is to run.
    pub fn wants(&self, engine: &str) -> bool {
        self.engines.is_empty() || self.engines.iter().any(|word| engine.contains(word.as_str()))
    }
}

/// Runs a program: 0 if all went well, 1 with a message if not.
pub fn exit(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}
