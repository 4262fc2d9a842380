//! One table to a file or to standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::folder::sync_folder;
use super::{BatchOutput, Counts, Pieces, RunInfo, RunPlan, TableSink, UnitRange};
use crate::error::{Error, Result};
use crate::export::{Encoder, OutFile};
use crate::table::Table;
use crate::table::partial::merge::FinalRows;
use crate::table::partial::{Accumulator, ScratchFolder};

/// Writes one table.
pub struct SingleSink<'s> {
    plan: RunPlan<'s>,
    table: Table,
    out: Out,
    encoder: Box<dyn Encoder>,
    accumulator: Option<Accumulator<'s>>,
    counts: Counts,
    begun: bool,
}

enum Out {
    /// Standard output, a device, a pipe.
    Stream { writer: Box<dyn Write + Send>, place: PathBuf },
    /// A temporary file beside the target, renamed at the end.
    File { file: OutFile, target: PathBuf, renamed: bool },
}

impl Out {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Out::Stream { writer, place } => {
                // Flushed at once: who reads the pipe wants the rows now, and an error must not wait for the end.
                let written = writer.write_all(bytes).and_then(|()| writer.flush());
                written.map_err(|error| Error::io(place, error))
            }
            Out::File { file, .. } => file.write(bytes),
        }
    }

    fn finish(&mut self) -> Result<()> {
        let Out::File { file, target, renamed } = self else { return Ok(()) };
        if let Ok(old) = fs::metadata(&target) {
            // Who could read the old file can read the new one.
            fs::set_permissions(&file.path, old.permissions()).map_err(|error| Error::io(&file.path, error))?;
        }
        file.file.sync_all().map_err(|error| Error::io(&file.path, error))?;
        fs::rename(&file.path, &target).map_err(|error| Error::io(&target, error))?;
        *renamed = true;
        sync_folder(folder_of(target))
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if let Out::File { file, renamed: false, .. } = self {
            // It has no final name: nothing reads it.
            let _ = fs::remove_file(&file.path);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl<'s> SingleSink<'s> {
    /// The table of a plan to standard output.
    ///
    /// # Errors
    /// The plan has not exactly one table, or a format that cannot be streamed.
    pub fn stdout(plan: RunPlan<'s>) -> Result<Self> {
        Self::writer(plan, Box::new(io::stdout()), "standard output")
    }

    /// The table of a plan to any writer; `place` is its name in errors.
    ///
    /// # Errors
    /// As for [`SingleSink::stdout`].
    pub fn writer(plan: RunPlan<'s>, writer: Box<dyn Write + Send>, place: impl Into<PathBuf>) -> Result<Self> {
        let table = the_table(&plan)?;
        Ok(Self::new(plan, table, Out::Stream { writer, place: place.into() }, std::env::temp_dir()))
    }

    /// The table of a plan to a file, which keeps its old content until the new one is complete. A target that is no
    /// regular file (a device, a pipe) is written to directly.
    ///
    /// # Errors
    /// As for [`SingleSink::stdout`], or the file cannot be made.
    pub fn file(plan: RunPlan<'s>, path: impl Into<PathBuf>) -> Result<Self> {
        let table = the_table(&plan)?;
        let path = path.into();
        let out = match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => return Err(Error::io(path, io::ErrorKind::IsADirectory.into())),
            Ok(meta) if !meta.is_file() => {
                let file = File::options().write(true).open(&path).map_err(|error| Error::io(&path, error))?;
                return Ok(Self::new(
                    plan,
                    table,
                    Out::Stream { writer: Box::new(file), place: path },
                    std::env::temp_dir(),
                ));
            }
            // The file behind a symbolic link is replaced, not the link.
            Ok(_) => fs::canonicalize(&path).map_err(|error| Error::io(&path, error))?,
            Err(_) => path,
        };
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let temporary = out.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let folder = folder_of(&out).to_path_buf();
        // The user knows the target, not the temporary file beside it.
        let file = OutFile::create(temporary).map_err(|error| error.at_path(&out))?;
        Ok(Self::new(plan, table, Out::File { file, target: out, renamed: false }, folder))
    }

    fn new(plan: RunPlan<'s>, table: Table, out: Out, scratch: PathBuf) -> Self {
        let wanted = plan.wanted();
        let scratch = ScratchFolder::inside(scratch);
        let accumulator = wanted.any().then(|| Accumulator::new(plan.stack, wanted, plan.budget(), scratch));
        Self { encoder: plan.encoder(table), plan, table, out, accumulator, counts: Counts::default(), begun: false }
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let mut head = Vec::new();
        self.encoder.begin_file(&mut head);
        self.out.write(&head)
    }

    fn write_run_wide(&mut self, accumulator: Accumulator<'s>) -> Result<()> {
        let out = &mut self.out;
        let mut rows = Pieces::new(self.plan.encoder(self.table), |bytes| out.write(bytes));
        let (entities, pairs): (Option<&mut dyn crate::table::RowWriter>, _) = match self.table {
            Table::Entities => (Some(&mut rows), None),
            _ => (None, Some(&mut rows as _)),
        };
        let options = &self.plan.rows;
        let mut finals = FinalRows::new(self.plan.stack, options, self.plan.min_pairs, entities, pairs);
        accumulator.finish(&mut finals)?;
        rows.flush()?;
        self.counts.rows[self.table as usize] = rows.rows;
        Ok(())
    }
}

fn the_table(plan: &RunPlan<'_>) -> Result<Table> {
    plan.check()?;
    if !plan.format.streams() {
        return Err(Error::message(format!("this format needs a folder as output: `{}`", plan.format.name())));
    }
    match plan.tables.as_slice() {
        [table] => Ok(*table),
        tables => {
            let names: Vec<&str> = tables.iter().map(|table| table.name()).collect();
            Err(Error::message(format!("several tables need a folder as output: `{}`", names.join(","))))
        }
    }
}

impl TableSink for SingleSink<'_> {
    fn batch(&mut self, batch: &BatchOutput) -> Result<()> {
        self.begin()?;
        let bytes = batch.rows(self.table);
        if !bytes.is_empty() {
            self.out.write(bytes)?;
        }
        if let Some(accumulator) = &mut self.accumulator {
            accumulator.add(&batch.partial)?;
        }
        self.counts.add(&batch.counts);
        Ok(())
    }

    fn end_unit(&mut self, _range: &UnitRange) -> Result<()> {
        Ok(())
    }

    fn finish(mut self: Box<Self>, _info: RunInfo) -> Result<Counts> {
        self.begin()?;
        if let Some(accumulator) = self.accumulator.take() {
            self.write_run_wide(accumulator)?;
        }
        let mut end = Vec::new();
        self.encoder.end_file(&mut end);
        if !end.is_empty() {
            self.out.write(&end)?;
        }
        self.out.finish()?;
        Ok(std::mem::take(&mut self.counts))
    }
}
