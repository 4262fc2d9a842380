//! A folder of tables, made part by part.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::journal::{JOURNAL, Journal, RunIdentity, UnitFile, UnitRecord};
use super::manifest::{RunInfo, manifest};
use super::{BatchOutput, Counts, Pieces, RunPlan, TableSink, UnitRange};
use crate::error::{Error, Result};
use crate::export::{FORMATS, OutFile};
use crate::table::partial::Accumulator;
use crate::table::partial::merge::{FinalRows, merge_files};
use crate::table::{TABLES, Table};

/// The folder inside the output folder that holds the parts of a run that is not complete.
pub const RUN_FOLDER: &str = ".run";
const MANIFEST: &str = "run.json";
const TEMPORARY: &str = "tmp";

/// Writes all tables of a run into a folder.
///
/// Units of the input become numbered parts under `OUT/.run/`, each written, synced, renamed and noted in a
/// [journal](super::journal). [`TableSink::finish`] joins them into `OUT/TABLE.EXT.tmp`, and when all tables are
/// complete they get their names, `run.json` comes last and `.run` goes. So a table under its final name is always
/// whole, and a folder with a `run.json` holds the tables of one run.
pub struct FolderSink<'s> {
    plan: RunPlan<'s>,
    out: PathBuf,
    run: PathBuf,
    journal: Journal,
    unit: u64,
    /// Open part by place in [`TABLES`].
    open: [Option<OutFile>; TABLES.len()],
    parts: [Vec<PathBuf>; TABLES.len()],
    accumulator: Option<Accumulator<'s>>,
    partials: Vec<PathBuf>,
    counts: Counts,
    unit_counts: Counts,
    dirty: bool,
    /// Joined tables that have not got their final names.
    temporary: Vec<PathBuf>,
    /// Whether `.run` stays when the sink is dropped.
    keep: bool,
}

impl<'s> FolderSink<'s> {
    /// Begins a run in a folder, which is made if need be. What an interrupted run has left is removed.
    ///
    /// # Errors
    /// The folder cannot be made or written, or `.run` in it is not ours.
    pub fn create(plan: RunPlan<'s>, out: impl Into<PathBuf>, identity: &RunIdentity) -> Result<Self> {
        plan.check()?;
        let out = out.into();
        let run = out.join(RUN_FOLDER);
        fs::create_dir_all(&out).map_err(|error| Error::io(&out, error))?;
        remove_stale(&out, &run)?;
        fs::create_dir(&run).map_err(|error| Error::io(&run, error))?;
        let journal = Journal::create(&run, identity)?;
        let wanted = plan.wanted();
        let stem = partial_stem(0);
        let accumulator = wanted.any().then(|| Accumulator::keeping(plan.stack, wanted, plan.budget(), &run, &stem));
        Ok(Self {
            plan,
            out,
            run,
            journal,
            unit: 0,
            open: Default::default(),
            parts: Default::default(),
            accumulator,
            partials: Vec::new(),
            counts: Counts::default(),
            unit_counts: Counts::default(),
            dirty: false,
            temporary: Vec::new(),
            keep: false,
        })
    }

    /// Stops here: complete units and the journal stay under `.run`, for a run that takes up from them.
    pub fn suspend(mut self) {
        for part in self.open.iter_mut().filter_map(Option::take) {
            let _ = fs::remove_file(part.path);
        }
        self.keep = true;
    }

    fn append(&mut self, table: Table, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let part = match &mut self.open[table as usize] {
            Some(part) => part,
            closed => {
                let name = format!("{}.{TEMPORARY}", part_name(self.unit, &self.plan.file_name(table)));
                closed.insert(OutFile::create(self.run.join(name))?)
            }
        };
        part.write(bytes)
    }

    /// Gives the parts of the unit their names, writes its partials, and notes it.
    fn close_unit(&mut self, range: &UnitRange) -> Result<()> {
        let mut record = UnitRecord {
            unit: self.unit,
            range: range.clone(),
            parts: Vec::new(),
            partials: Vec::new(),
            counts: std::mem::take(&mut self.unit_counts),
        };
        for table in TABLES {
            let Some(part) = self.open[*table as usize].take() else { continue };
            part.file.sync_all().map_err(|error| Error::io(&part.path, error))?;
            let path = self.run.join(part_name(self.unit, &self.plan.file_name(*table)));
            rename(&part.path, &path)?;
            record.parts.push(unit_file(&path)?);
            self.parts[*table as usize].push(path);
        }
        if let Some(accumulator) = &mut self.accumulator {
            for path in accumulator.take_files(&partial_stem(self.unit + 1))? {
                record.partials.push(unit_file(&path)?);
                self.partials.push(path);
            }
        }
        sync_folder(&self.run)?;
        self.journal.append(&record)?;
        self.counts.add(&record.counts);
        self.unit += 1;
        self.dirty = false;
        Ok(())
    }

    /// Rows of the run-wide tables, each as one part.
    fn write_run_wide(&mut self) -> Result<()> {
        let part = |table: Table| {
            let wanted = self.plan.tables.contains(&table);
            wanted.then(|| OutFile::create(self.run.join(format!("all.{}", self.plan.file_name(table))))).transpose()
        };
        let (mut entities, mut pairs) = (part(Table::Entities)?, part(Table::Cooccurrences)?);
        let path = |out: &Option<OutFile>| out.as_ref().map(|out| out.path.clone());
        let paths = [path(&entities), path(&pairs)];
        let mut entity_rows =
            entities.as_mut().map(|out| Pieces::new(self.plan.encoder(Table::Entities), |bytes| out.write(bytes)));
        let mut pair_rows =
            pairs.as_mut().map(|out| Pieces::new(self.plan.encoder(Table::Cooccurrences), |bytes| out.write(bytes)));
        let mut rows = FinalRows::new(
            self.plan.stack,
            &self.plan.rows,
            self.plan.min_pairs,
            entity_rows.as_mut().map(|rows| rows as _),
            pair_rows.as_mut().map(|rows| rows as _),
        );
        merge_files(&self.partials, &mut rows)?;
        for (table, rows, path) in
            [(Table::Entities, entity_rows, &paths[0]), (Table::Cooccurrences, pair_rows, &paths[1])]
        {
            if let (Some(mut rows), Some(path)) = (rows, path) {
                rows.flush()?;
                self.counts.rows[table as usize] = rows.rows;
                self.parts[table as usize].push(path.clone());
            }
        }
        Ok(())
    }

    fn write_all(&mut self, info: &RunInfo) -> Result<()> {
        if self.dirty {
            self.close_unit(&UnitRange::default())?;
        }
        // The merge needs the memory.
        self.accumulator = None;
        if self.plan.wanted().any() {
            self.write_run_wide()?;
        }
        let mut finals = Vec::new();
        for table in self.plan.tables.clone() {
            let path = self.out.join(self.plan.file_name(table));
            let temporary = temporary(&path);
            self.temporary.push(temporary.clone());
            let mut file = OutFile::create(&temporary)?;
            self.plan.format.join(
                &self.plan.schema(table),
                self.plan.dialect,
                &self.parts[table as usize],
                &mut file,
            )?;
            file.file.sync_all().map_err(|error| Error::io(&temporary, error))?;
            finals.push((temporary, path));
        }
        let path = self.out.join(MANIFEST);
        let temporary = temporary(&path);
        self.temporary.push(temporary.clone());
        let mut file = OutFile::create(&temporary)?;
        file.write(manifest(&self.plan, &self.counts, info).as_bytes())?;
        file.file.sync_all().map_err(|error| Error::io(&temporary, error))?;
        // While the folder has tables of two runs it has no manifest.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(&path, error)),
            _ => {}
        }
        for (temporary, path) in finals {
            rename(&temporary, &path)?;
        }
        sync_folder(&self.out)?;
        rename(&temporary, &path)?;
        self.temporary.clear();
        sync_folder(&self.out)
    }
}

impl TableSink for FolderSink<'_> {
    fn batch(&mut self, batch: &BatchOutput) -> Result<()> {
        self.dirty = true;
        for table in TABLES {
            self.append(*table, &batch.tables[*table as usize])?;
        }
        if let Some(accumulator) = &mut self.accumulator {
            accumulator.add(&batch.partial)?;
        }
        self.unit_counts.add(&batch.counts);
        Ok(())
    }

    fn end_unit(&mut self, range: &UnitRange) -> Result<()> {
        if self.dirty { self.close_unit(range) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>, info: RunInfo) -> Result<Counts> {
        self.write_all(&info)?;
        Ok(std::mem::take(&mut self.counts))
    }
}

impl Drop for FolderSink<'_> {
    fn drop(&mut self) {
        // A file that cannot be removed has no final name: nothing reads it, and the next run removes it.
        for path in &self.temporary {
            let _ = fs::remove_file(path);
        }
        if !self.keep {
            let _ = fs::remove_dir_all(&self.run);
        }
    }
}

fn part_name(unit: u64, file: &str) -> String {
    format!("{unit:06}.{file}")
}

fn partial_stem(unit: u64) -> String {
    format!("{unit:06}.partial")
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(TEMPORARY);
    name.into()
}

fn unit_file(path: &Path) -> Result<UnitFile> {
    let bytes = fs::metadata(path).map_err(|error| Error::io(path, error))?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(UnitFile { name, bytes })
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| Error::io(to, error))
}

/// Makes renames in a folder safe against a power cut, where folders can be synced.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Error::io(folder, error))?;
    }
    Ok(())
}

/// Removes what an interrupted run has left in the output folder.
fn remove_stale(out: &Path, run: &Path) -> Result<()> {
    let meta = match fs::symlink_metadata(run) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(run, error)),
    };
    let is_empty = || fs::read_dir(run).is_ok_and(|mut entries| entries.next().is_none());
    if !meta.is_dir() || !(run.join(JOURNAL).is_file() || is_empty()) {
        let run = run.display();
        return Err(Error::message(format!(
            "this is not the folder of an interrupted run, remove or rename it: `{run}`"
        )));
    }
    let names = TABLES.iter().flat_map(|table| FORMATS.iter().map(|f| format!("{}.{}", table.name(), f.extension())));
    for name in names.chain([MANIFEST.to_owned()]) {
        match fs::remove_file(temporary(&out.join(name))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(out, error)),
            _ => {}
        }
    }
    fs::remove_dir_all(run).map_err(|error| Error::io(run, error))
}
