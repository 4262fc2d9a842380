//! `gazetier.toml`: any flag but where output goes, set for a project.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::parser::ValueSource;
use clap::{CommandFactory, Parser};

use super::args::{Cli, Verb};

/// The file that is looked for.
const NAME: &str = "gazetier.toml";
/// Flags that a file must not set: a folder that is opened must not decide where output goes.
const FORBIDDEN: &[&str] = &["out", "json", "port", "bind", "token", "edit", "no-config", "errors"];
/// Flags that mean something else in a verb: `bench` compares numbers of threads unless told not to, and `eval` writes
/// figures, not tables.
const NOT_FOR: &[(&str, &str)] = &[("bench", "threads"), ("eval", "format")];

/// The verb with the configuration file's flags filled in, and the file used.
pub(super) fn with_config(verb: Verb, arguments: Vec<OsString>) -> Result<(Verb, Option<PathBuf>)> {
    let (name, inputs, ignored) = match &verb {
        Verb::Extract(args) => ("extract", &args.inputs, args.no_config),
        Verb::Diff(args) => ("diff", &args.corpus, args.no_config),
        Verb::Discover(args) => ("discover", &args.inputs, args.no_config),
        Verb::Bench(args) => ("bench", &args.inputs, args.no_config),
        Verb::Eval(args) => ("eval", &args.gold, args.no_config),
        _ => return Ok((verb, None)),
    };
    if ignored {
        return Ok((verb, None));
    }
    let folder = std::env::current_dir().context("the working folder cannot be read")?;
    let Some(path) = find(&folder, inputs) else { return Ok((verb, None)) };
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let flags = flags(&text, &arguments).with_context(|| path.display().to_string())?;
    // The verb is the first argument that is no flag; the file's flags go directly behind it.
    let at = arguments.iter().position(|a| a == name).unwrap_or(1);
    let mut all = arguments;
    all.splice(at + 1..at + 1, flags);
    let cli = Cli::try_parse_from(&all).with_context(|| path.display().to_string())?;
    Ok((cli.verb, Some(path)))
}

/// The nearest file: in the working folder or above, up to the repository's root or the home folder, but never one that
/// lies in an input folder.
fn find(folder: &Path, inputs: &[PathBuf]) -> Option<PathBuf> {
    let inputs: Vec<PathBuf> =
        inputs.iter().filter(|input| input.is_dir()).filter_map(|input| input.canonicalize().ok()).collect();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    for at in folder.ancestors() {
        let path = at.join(NAME);
        let real = at.canonicalize().unwrap_or_else(|_| at.to_path_buf());
        if path.is_file() && !inputs.iter().any(|input| real.starts_with(input)) {
            return Some(path);
        }
        if at.join(".git").exists() || home.as_deref() == Some(at) {
            return None;
        }
    }
    None
}

/// The file's entries as flags, but for those that the command line sets itself.
fn flags(text: &str, arguments: &[OsString]) -> Result<Vec<OsString>> {
    let table: toml::Table = text.parse()?;
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    let (name, given) = matches.subcommand().context("no verb")?;
    let verb = command.find_subcommand(name).context("no verb")?;
    let mut flags = Vec::new();
    for (key, value) in &table {
        let long = key.replace('_', "-");
        if FORBIDDEN.contains(&long.as_str()) {
            bail!("a configuration file cannot set `{key}`");
        }
        let flag_of = |verb: &clap::Command| verb.get_arguments().find(|a| a.get_long() == Some(&long)).cloned();
        let Some(argument) = flag_of(verb) else {
            // One file serves all verbs.
            if command.get_subcommands().any(|other| flag_of(other).is_some()) {
                continue;
            }
            bail!("unknown setting `{key}`");
        };
        if NOT_FOR.contains(&(name, long.as_str())) {
            continue;
        }
        if given.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine) {
            continue;
        }
        let takes_value = argument.get_action().takes_values();
        let mut push = |value: &toml::Value| -> Result<()> {
            let value = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(set) if !takes_value => {
                    if *set {
                        flags.push(format!("--{long}").into());
                    }
                    return Ok(());
                }
                _ => bail!("a value of another sort is expected for `{key}`"),
            };
            if !takes_value {
                bail!("true or false is expected for `{key}`");
            }
            flags.push(format!("--{long}={value}").into());
            Ok(())
        };
        match value {
            toml::Value::Array(values) => values.iter().try_for_each(&mut push)?,
            value => push(value)?,
        }
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Vec<OsString> {
        ["gazetier", "extract", "x.txt"].iter().chain(words).map(OsString::from).collect()
    }

    #[test]
    fn settings_become_flags_and_the_command_line_wins() {
        let text =
            "gazetteer = [\"a.csv\", \"b.csv\"]\nno-builtin = true\nnested = false\nlang = \"fr\"\nthreads = 2\n";
        let found = flags(text, &arguments(&["--lang", "vi"])).unwrap();
        assert_eq!(found, ["--gazetteer=a.csv", "--gazetteer=b.csv", "--no-builtin", "--threads=2"]);
    }

    #[test]
    fn settings_of_another_verb_are_left_to_it() {
        let text = "gazetteer = \"a.csv\"\nthreads = 2\nrepeat = 3\nwith-text = true\nformat = \"tsv\"\n";
        let found = |verb: &str| flags(text, &["gazetier", verb, "x.txt"].map(OsString::from)).unwrap();
        assert_eq!(found("extract"), ["--format=tsv", "--gazetteer=a.csv", "--threads=2", "--with-text"]);
        assert_eq!(found("bench"), ["--gazetteer=a.csv", "--repeat=3"]);
        assert_eq!(found("eval"), ["--gazetteer=a.csv", "--threads=2"]);
    }

    #[test]
    fn what_a_file_must_not_set_is_refused() {
        for text in ["out = \"/x\"", "colour = true", "nested = 3", "lang = true"] {
            assert!(flags(text, &arguments(&[])).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_inside_an_input_folder_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("in");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::create_dir_all(folder.path().join(".git")).unwrap();
        std::fs::write(inside.join(NAME), "").unwrap();
        assert_eq!(find(&inside, std::slice::from_ref(&inside)), None);
        assert_eq!(find(&inside, &[]), Some(inside.join(NAME)));
        std::fs::write(folder.path().join(NAME), "").unwrap();
        assert_eq!(find(&inside, std::slice::from_ref(&inside)), Some(folder.path().join(NAME)));
    }
}
