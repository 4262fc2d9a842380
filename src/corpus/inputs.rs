//! From arguments to the list of files: what is read, in which order, under which id.
//!
//! An argument is a file, a folder, a pattern that the shell left alone, or `-`. Nothing is opened here; the list is
//! complete before the run begins, so that missing arguments and colliding ids are known.

use super::ids::{path_below, path_text, with_prefix};
use super::split::unreadable_problem;
use super::{CorpusOptions, Format, argument_format, folder_format};
use crate::error::{Error, Problem, Result};
use globset::GlobBuilder;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Why a file or folder below an argument is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// No reader claims its extension.
    Unclaimed,
    /// Its name begins with a dot; a folder counts once.
    Hidden,
    /// A symbolic link, and links are not followed.
    Symlink,
    /// A symbolic link to a folder that it lies in.
    Loop,
    /// A pipe, socket or device.
    Special,
    /// The output of this run.
    Output,
    /// An argument before it named the same file.
    Repeated,
}

/// All reasons, in the order of summaries.
pub const SKIP_REASONS: &[SkipReason] = &[
    SkipReason::Unclaimed,
    SkipReason::Hidden,
    SkipReason::Symlink,
    SkipReason::Loop,
    SkipReason::Special,
    SkipReason::Output,
    SkipReason::Repeated,
];

impl SkipReason {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            SkipReason::Unclaimed => "no reader for the extension",
            SkipReason::Hidden => "hidden",
            SkipReason::Symlink => "symbolic link",
            SkipReason::Loop => "loop of symbolic links",
            SkipReason::Special => "pipe, socket or device",
            SkipReason::Output => "output of this run",
            SkipReason::Repeated => "named twice",
        }
    }
}

/// How many files and folders were skipped, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped([u64; SKIP_REASONS.len()]);

impl Skipped {
    /// The number for one reason.
    pub fn count(&self, reason: SkipReason) -> u64 {
        self.0[reason as usize]
    }

    /// The number for all reasons.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The reasons that occurred.
    pub fn iter(&self) -> impl Iterator<Item = (SkipReason, u64)> + '_ {
        SKIP_REASONS.iter().map(|&reason| (reason, self.count(reason))).filter(|&(_, count)| count > 0)
    }

    fn add(&mut self, reason: SkipReason) {
        self.0[reason as usize] += 1;
    }
}

/// One thing to read.
#[derive(Debug)]
pub(super) enum Input {
    File(InputFile),
    /// Something that cannot be read, told at its place.
    Problem(Problem),
}

/// A file or stream.
pub(super) struct InputFile {
    /// What to open; `None` is standard input.
    pub path: Option<PathBuf>,
    /// `None` where the beginning has to tell.
    pub format: Option<&'static dyn Format>,
    pub id: String,
}

impl std::fmt::Debug for InputFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let format = self.format.map(|format| format.name());
        f.debug_struct("InputFile").field("path", &self.path).field("format", &format).field("id", &self.id).finish()
    }
}

/// All inputs in the order of reading, and what was left out.
#[derive(Debug)]
pub(super) struct Inputs {
    pub inputs: Vec<Input>,
    pub skipped: Skipped,
}

/// An argument that exists.
enum Argument {
    StandardInput,
    File(PathBuf),
    Folder(PathBuf),
}

impl Argument {
    /// The id of a file of this argument.
    fn id(&self, path: &Path, prefixed: bool) -> String {
        match self {
            Argument::StandardInput => "-".to_owned(),
            Argument::File(path) if prefixed => path_text(path),
            Argument::File(path) => path_text(Path::new(path.file_name().unwrap_or(path.as_os_str()))),
            Argument::Folder(root) if prefixed => {
                format!("{}/{}", path_text(root).trim_end_matches('/'), path_below(root, path))
            }
            Argument::Folder(root) => path_below(root, path),
        }
    }
}

/// A file on its way to an [`InputFile`].
struct Found {
    argument: usize,
    path: PathBuf,
    format: Option<&'static dyn Format>,
}

/// Lists the inputs of the arguments.
///
/// # Errors
/// All arguments that do not exist, in one error.
pub(super) fn list(arguments: &[impl AsRef<OsStr>], options: &CorpusOptions) -> Result<Inputs> {
    let mut lister = Lister { options, output: output_of(options), skipped: Skipped::default(), problems: Vec::new() };
    let mut existing = Vec::new();
    let mut missing = Vec::new();
    for argument in arguments {
        if let Err(problem) = lister.resolve(argument.as_ref(), &mut existing) {
            missing.push(problem);
        }
    }
    if !missing.is_empty() {
        return Err(Error::from_problems(missing));
    }

    let mut found: Vec<Result<Found, Problem>> = lister.problems.drain(..).map(Err).collect();
    for (argument, kind) in existing.iter().enumerate() {
        match kind {
            Argument::StandardInput => found.push(Ok(Found { argument, path: PathBuf::new(), format: None })),
            Argument::File(path) => {
                // The name of a pipe says nothing of what comes through it.
                let special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
                let format = if special { None } else { argument_format(path) };
                found.push(Ok(Found { argument, path: path.clone(), format }));
            }
            Argument::Folder(root) => lister.walk(argument, root, &mut found),
        }
    }
    let mut skipped = lister.skipped;
    if existing.len() > 1 {
        let mut seen = HashSet::with_capacity(found.len());
        found.retain(|one| match one {
            Ok(file) => {
                let first = seen.insert(plain_path(&file.path));
                if !first {
                    skipped.add(SkipReason::Repeated);
                }
                first
            }
            Err(_) => true,
        });
    }
    Ok(Inputs { inputs: with_ids(found, &existing), skipped })
}

/// Gives every file its id.
fn with_ids(found: Vec<Result<Found, Problem>>, arguments: &[Argument]) -> Vec<Input> {
    let files: Vec<&Found> = found.iter().flatten().collect();
    let id = |file: &Found, prefixed| arguments[file.argument].id(&file.path, prefixed);
    // The files of one argument have different ids already.
    let prefixed = if arguments.len() > 1 {
        with_prefix(files.len(), |i, prefixed| id(files[i], prefixed))
    } else {
        vec![false; files.len()]
    };
    let mut prefixed = prefixed.into_iter();
    let input = |one: Result<Found, Problem>| match one {
        Ok(file) => {
            let id = id(&file, prefixed.next().unwrap_or_default());
            let path = (!file.path.as_os_str().is_empty()).then_some(file.path);
            Input::File(InputFile { path, format: file.format, id })
        }
        Err(problem) => Input::Problem(problem),
    };
    found.into_iter().map(input).collect()
}

/// The path without what means nothing: `./a//b` = `a/b`.
fn plain_path(path: &Path) -> PathBuf {
    path.components().filter(|component| !matches!(component, Component::CurDir)).collect()
}

/// The output as the file system knows it, if it exists yet (what does not exist cannot be met).
fn output_of(options: &CorpusOptions) -> Option<(PathBuf, OsString)> {
    let path = options.output.as_ref()?.canonicalize().ok()?;
    let name = path.file_name().unwrap_or_default().to_owned();
    Some((path, name))
}

struct Lister<'o> {
    options: &'o CorpusOptions,
    output: Option<(PathBuf, OsString)>,
    skipped: Skipped,
    /// What went wrong while patterns were expanded.
    problems: Vec<Problem>,
}

impl Lister<'_> {
    /// What an argument stands for.
    fn resolve(&mut self, argument: &OsStr, into: &mut Vec<Argument>) -> Result<(), Problem> {
        let path = PathBuf::from(argument);
        if argument == "-" {
            into.push(Argument::StandardInput);
            return Ok(());
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => into.push(Argument::Folder(path)),
            Ok(_) => into.push(Argument::File(path)),
            // It may well exist; reading it will tell.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => into.push(Argument::File(path)),
            Err(_) => {
                let Some(pattern) = argument.to_str().filter(|text| is_pattern(text)) else {
                    let message = format!("no such file or folder `{}`", path_text(&path));
                    return Err(Problem::error("missing-input", message));
                };
                self.expand(pattern, into)?;
            }
        }
        Ok(())
    }

    /// Adds what a pattern matches: files and, unless the pattern is recursive, folders, in bytewise order.
    fn expand(&mut self, pattern: &str, into: &mut Vec<Argument>) -> Result<(), Problem> {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        let literal = parts.iter().take_while(|part| !is_pattern(part)).count();
        let root = if pattern.starts_with('/') { "/" } else { "" };
        let base = format!("{root}{}", parts[..literal].join("/"));
        let glob = GlobBuilder::new(&format!("{root}{}", parts.join("/")))
            .literal_separator(true)
            .build()
            .map_err(|error| Problem::error("bad-pattern", format!("{} in the pattern `{pattern}`", error.kind())))?
            .compile_matcher();
        let open = &parts[literal..];
        let recursive = open.iter().any(|part| part.contains("**"));
        let hidden = open.iter().any(|part| part.starts_with('.'));
        let names_extension = open
            .last()
            .and_then(|part| part.rsplit_once('.'))
            .is_some_and(|(_, extension)| !extension.is_empty() && !is_pattern(extension));

        let mut matches = Vec::new();
        let mut walk = WalkDir::new(if base.is_empty() { "." } else { &base })
            .follow_links(self.options.follow)
            .min_depth(1)
            .max_depth(if recursive { usize::MAX } else { open.len() })
            .into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let missing = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
                    if !missing {
                        let problem = self.walk_problem(error);
                        self.problems.extend(problem);
                    }
                    continue;
                }
            };
            let folder = entry.file_type().is_dir();
            let dotted = entry.file_name().as_encoded_bytes().starts_with(b".");
            if (dotted && !hidden) || self.is_output(&entry) {
                if folder {
                    walk.skip_current_dir();
                }
                continue;
            }
            let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
            let path = if base.starts_with("./") || base == "." { entry.path() } else { path };
            if !glob.is_match(path) {
                continue;
            }
            let Ok(metadata) = path.metadata() else { continue };
            if metadata.is_dir() {
                if !recursive {
                    matches.push(Argument::Folder(path.to_owned()));
                }
            } else if !metadata.is_file() {
                self.skipped.add(SkipReason::Special);
            } else if names_extension || folder_format(path).is_some() {
                matches.push(Argument::File(path.to_owned()));
            } else {
                self.skipped.add(SkipReason::Unclaimed);
            }
        }
        if matches.is_empty() {
            return Err(Problem::error("missing-input", format!("no file matches `{pattern}`")));
        }
        matches.sort_by(|a, b| match (a, b) {
            (Argument::File(a) | Argument::Folder(a), Argument::File(b) | Argument::Folder(b)) => bytewise(a, b),
            _ => std::cmp::Ordering::Equal,
        });
        into.append(&mut matches);
        Ok(())
    }

    /// Adds the files of a folder, in bytewise order of their paths, and what went wrong there.
    fn walk(&mut self, argument: usize, root: &Path, found: &mut Vec<Result<Found, Problem>>) {
        let shown = path_text(root);
        let is_output = |(output, _): &(PathBuf, OsString)| root.canonicalize().is_ok_and(|root| root == *output);
        if self.output.as_ref().is_some_and(is_output) {
            self.skipped.add(SkipReason::Output);
            let message = format!("this is the output folder, which is not read: `{shown}`");
            found.push(Err(Problem::warning("no-documents", message).in_file(shown)));
            return;
        }
        let mut files = Vec::new();
        let mut problems = Vec::new();
        let mut walk = WalkDir::new(root).follow_links(self.options.follow).min_depth(1).into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.extend(self.walk_problem(error));
                    continue;
                }
            };
            match self.claim(&entry) {
                Ok(Some(format)) => files.push(Found { argument, path: entry.into_path(), format: Some(format) }),
                Ok(None) => {}
                Err(reason) => {
                    self.skipped.add(reason);
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
            }
        }
        files.sort_by(|a, b| bytewise(&a.path, &b.path));
        problems.sort_by(|a, b| a.path.cmp(&b.path));
        if files.is_empty() && problems.is_empty() {
            let message = format!("no documents under `{shown}`");
            problems.push(Problem::warning("no-documents", message).in_file(shown));
        }
        found.extend(files.into_iter().map(Ok));
        found.extend(problems.into_iter().map(Err));
    }

    /// The format that reads an entry of a folder; `None` for a folder to go through.
    fn claim(&self, entry: &DirEntry) -> Result<Option<&'static dyn Format>, SkipReason> {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            return Err(SkipReason::Hidden);
        }
        if self.is_output(entry) {
            return Err(SkipReason::Output);
        }
        let file_type = entry.file_type();
        if file_type.is_dir() {
            return Ok(None);
        }
        if file_type.is_symlink() {
            return Err(SkipReason::Symlink);
        }
        if !file_type.is_file() {
            return Err(SkipReason::Special);
        }
        folder_format(entry.path()).map(Some).ok_or(SkipReason::Unclaimed)
    }

    /// Whether an entry is the output. Only what may be it by its name is looked up: that costs a system call.
    fn is_output(&self, entry: &DirEntry) -> bool {
        let Some((output, name)) = &self.output else { return false };
        (entry.file_name() == name || (self.options.follow && entry.path_is_symlink()))
            && entry.path().canonicalize().is_ok_and(|path| path == *output)
    }

    /// The problem of a folder or link that cannot be gone through; a loop is only counted.
    fn walk_problem(&mut self, error: walkdir::Error) -> Option<Problem> {
        if error.loop_ancestor().is_some() {
            self.skipped.add(SkipReason::Loop);
            return None;
        }
        let path = error.path().map(path_text);
        let problem = unreadable_problem(&error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into()));
        Some(match path {
            Some(path) => problem.in_file(path),
            None => problem,
        })
    }
}

fn bytewise(a: &Path, b: &Path) -> std::cmp::Ordering {
    a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
}

/// Whether an argument that names no file may be a pattern.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}
