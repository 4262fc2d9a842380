//! Flags as typed. What they mean together is decided where they are used.

mod author;
mod import;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::gazetteer::MatchPolicy;
use crate::matcher::Overlaps;

pub(super) use author::{AddArgs, DiffArgs, DiscoverArgs};
pub(super) use import::ImportArgs;

/// Finds the people, organizations, places and themes that gazetteers name, and writes tables.
#[derive(Debug, Parser)]
#[command(name = "gazetier", version, args_override_self = true, max_term_width = 110)]
#[command(after_help = "Exit codes: 0 done, 1 done but something was found wrong, 2 could not run, 130 interrupted.")]
pub(super) struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Extract entities from documents into tables (the main job)
    Extract(Box<ExtractArgs>),
    /// Compile gazetteers into one file that is mapped, not loaded
    Compile(CompileArgs),
    /// Make a gazetteer of other people's data
    Import(Box<ImportArgs>),
    /// Check gazetteers: defects with file, line and fix
    Lint(LintArgs),
    /// Append a checked row to a gazetteer file
    Add(Box<AddArgs>),
    /// Compare two editions of a gazetteer, and what a corpus gains and loses by it
    Diff(Box<DiffArgs>),
    /// Names that the gazetteers lack, ranked by evidence, ready to be accepted
    Discover(Box<DiscoverArgs>),
    /// Measure how fast a corpus runs: stage by stage, and by number of threads
    Bench(Box<BenchArgs>),
    /// Count what gazetteers hold, what a corpus makes of their names, what of a gold they cover
    Stats(Box<StatsArgs>),
    /// Measure how well mentions are found: precision, recall, F1 and ids, against gold
    Eval(Box<EvalArgs>),
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
Examples:
  gazetier extract seeds                          mentions of a folder, as CSV on standard output
  gazetier extract seeds -o tables/               all tables into a folder
  gazetier extract news.jsonl -t entities -o e.tsv
  gazetier extract -g ships.csv --kind ship - < report.txt")]
pub(super) struct ExtractArgs {
    /// Files, folders, patterns, or `-` for standard input
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub gazetteer: GazetteerArgs,

    /// Folder (existing, or ending in `/`, or without extension), file, or `-`; without it, standard output
    #[arg(short, long, value_name = "DIR|FILE|-")]
    pub out: Option<PathBuf>,

    /// Format of the tables: csv, tsv, jsonl (default: by the extension of --out, else csv)
    #[arg(short, long)]
    pub format: Option<String>,

    /// Tables to write: names separated by commas, or `all` (default: all into a folder, else mentions)
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub table: Vec<String>,

    #[command(flatten)]
    pub find: FindArgs,

    /// Language of the `name` column, where the entity has a name in it
    #[arg(long, value_name = "LANG")]
    pub name_lang: Option<String>,

    /// Worker threads (default: all cores)
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// Characters of context in the columns `left` and `right`
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: usize,

    /// Add the text to the table `documents`
    #[arg(long)]
    pub with_text: bool,

    /// Only co-occurring pairs with at least this many documents
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub min_pairs: u64,

    /// Memory for run-wide tables before they spill to disk, e.g. 256M, 1G
    #[arg(long, value_name = "SIZE", default_value = "256M")]
    pub memory: String,

    /// Follow symbolic links in folders
    #[arg(long)]
    pub follow: bool,

    /// CSV for Excel: byte-order mark, `;`, CRLF, formula cells guarded
    #[arg(long)]
    pub excel: bool,

    /// No progress, no summary, no warnings
    #[arg(short, long)]
    pub quiet: bool,

    /// Ignore gazetier.toml
    #[arg(long)]
    pub no_config: bool,
}

/// Which names are looked for. Shared by the verbs that look for names.
#[derive(Debug, Args)]
pub(super) struct GazetteerArgs {
    /// A gazetteer file (CSV, TSV, JSONL, compiled) or folder, or `builtin`; repeatable, the last has the last word
    #[arg(short = 'g', long = "gazetteer", value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Leave the built-in gazetteers out
    #[arg(long)]
    pub no_builtin: bool,

    /// Skip bad gazetteer rows instead of refusing the gazetteer
    #[arg(long)]
    pub lenient: bool,

    /// Copy compiled gazetteers into memory (in huge pages) instead of mapping them
    #[arg(long)]
    pub lexicon_memory: bool,

    /// Read compiled gazetteers to their ends first, and refuse damaged ones
    #[arg(long)]
    pub verify: bool,
}

/// How names are looked for, and what is kept of what is found. Shared by the verbs that look for names.
#[derive(Debug, Args)]
pub(super) struct FindArgs {
    /// Only mentions of these kinds, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub kind: Vec<String>,

    /// Language of the documents; `auto` takes what a record says, else detects it
    #[arg(long, default_value = "auto")]
    pub lang: String,

    /// What is kept where hits overlap
    #[arg(long, value_enum, default_value_t = OverlapsArg::Longest)]
    pub overlaps: OverlapsArg,

    /// Keep mentions strictly inside a mention of another kind
    #[arg(long)]
    pub nested: bool,

    /// Policy for every name, in place of each name's own
    #[arg(long = "match", value_enum, value_name = "POLICY")]
    pub policy: Option<PolicyArg>,

    /// `none` lets every name begin and end inside words
    #[arg(long, value_enum, default_value_t = BoundaryArg::Word)]
    pub boundary: BoundaryArg,

    /// Bare dictionary matches: no gates, no rules, no context
    #[arg(long)]
    pub no_resolve: bool,

    /// Only names that the gazetteers list (this edition finds no others)
    #[arg(long)]
    pub no_unlisted: bool,

    /// Only mentions with at least this score (0 to 1)
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    pub min_score: f32,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
The stages are measured on one thread over the corpus in memory, in CPU time, so that other work of the machine counts \
little: `files` reads the files, `read` parses documents, `language` detects theirs, `words` and `match` find the names, \
`resolve` decides what they mean, `write` makes the rows of the table `mentions`.

The runs go from the files to rows with so many threads, by the clock on the wall. Each figure is the median of --repeat \
measurements; docs/BENCH.md describes all of them.

Examples:
  gazetier bench news/                            how fast this corpus runs on this machine
  gazetier bench news.jsonl -g ships.csv -j 1,8   with a gazetteer of one's own, on 1 and 8 threads
  gazetier bench news.jsonl --json - | jq .stages.match.mb_per_s")]
pub(super) struct BenchArgs {
    /// Files, folders, patterns, or `-` for standard input
    #[arg(value_name = "CORPUS", required = true)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub gazetteer: GazetteerArgs,

    #[command(flatten)]
    pub find: FindArgs,

    /// Numbers of worker threads to run with, separated by commas (default: 1, 2, 4 … up to all cores)
    #[arg(short = 'j', long, value_name = "LIST", value_delimiter = ',')]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Vec<u16>,

    /// How often everything is measured, after a first time that does not count
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,

    /// How much of the corpus to measure, from its beginning; it is held in memory
    #[arg(long, value_name = "SIZE", default_value = "256M")]
    pub limit: String,

    /// Write the figures as JSON; `-` writes them to standard output in place of the table
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,

    /// Follow symbolic links in folders
    #[arg(long)]
    pub follow: bool,

    /// No progress, no warnings
    #[arg(short, long)]
    pub quiet: bool,

    /// Ignore gazetier.toml
    #[arg(long)]
    pub no_config: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
A record of gold is a line {\"text\", \"entities\": [{\"start\", \"end\", \"type\"}]}, optionally with `id` and `lang`, and \
for each entity `id`, `alt` (a type that is right as well) and `ignore` (counts neither way). Offsets count characters. \
PER, ORG and LOC are the kinds person, organization and place, any other type is the kind of that name; MISC counts \
neither way. In each file only the kinds that it annotates are scored; --kinds says otherwise.

Broken lines are left out and told with file and line; the exit code is 1 then. docs/EVAL.md describes all figures.

Examples:
  gazetier eval news.jsonl                        precision, recall and F1 with the built-in gazetteers
  gazetier eval news.jsonl -g ships.csv --json -o after.json
  gazetier eval news.jsonl --compare before.json --errors wrong.csv")]
pub(super) struct EvalArgs {
    /// Files of gold (JSON Lines)
    #[arg(value_name = "GOLD", required = true)]
    pub gold: Vec<PathBuf>,

    #[command(flatten)]
    pub gazetteer: GazetteerArgs,

    #[command(flatten)]
    pub find: FindArgs,

    /// Score these kinds, separated by commas, instead of those that each file annotates
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub kinds: Vec<String>,

    /// File for the figures, or `-`; without it, standard output
    #[arg(short, long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,

    /// `table` for people, `json` for programs (default: json into a file that ends in .json, else table)
    #[arg(short, long, value_enum)]
    pub format: Option<FiguresFormat>,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,

    /// Write every missed, spurious and wrong-kind mention with its context, as CSV
    #[arg(long, value_name = "FILE.csv")]
    pub errors: Option<PathBuf>,

    /// Characters of context in the columns `left` and `right` of --errors
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub context: usize,

    /// Compare with the JSON of an earlier evaluation; repeatable
    #[arg(long, value_name = "FILE.json")]
    pub compare: Vec<PathBuf>,

    /// Worker threads (default: all cores)
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// No progress, no warnings
    #[arg(short, long)]
    pub quiet: bool,

    /// Ignore gazetier.toml
    #[arg(long)]
    pub no_config: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
With --corpus: hits and mentions by kind, what gates dropped, the names hit most, the doubtful names (of one word, whose \
word stands in small letters more often than with a capital, or which gates drop at least as often as not), and how many \
names are dead, that is never hit. With --gold: how many of the distinct ids of the gold are those of loaded entities, and \
how many have a surface that is a listed name of the right kind. docs/STATS.md describes all figures.

Examples:
  gazetier stats                                  the built-in gazetteers
  gazetier stats ships.csv --corpus news/ --dead never-seen.csv
  gazetier stats ships.csv --with-builtin --gold gold.jsonl --json
  gazetier stats --licenses                       where the built-in gazetteers come from")]
pub(super) struct StatsArgs {
    /// Gazetteer files or folders, or `builtin`; each is a layer over the ones before (default: the built-in gazetteers)
    #[arg(value_name = "GAZETTEER")]
    pub gazetteers: Vec<PathBuf>,

    /// Lay them over the built-in gazetteers
    #[arg(long)]
    pub with_builtin: bool,

    /// Skip bad gazetteer rows instead of refusing the gazetteer
    #[arg(long)]
    pub lenient: bool,

    /// Files, folders or patterns of texts to look for the names in, or `-` for standard input; repeatable
    #[arg(long, value_name = "CORPUS")]
    pub corpus: Vec<PathBuf>,

    /// Gold (JSON Lines, as for `eval`) to see how much of it is listed; repeatable
    #[arg(long, value_name = "GOLD.jsonl")]
    pub gold: Vec<PathBuf>,

    /// Only sources, licences and attributions of the built-in gazetteers
    #[arg(long, conflicts_with_all = ["gazetteers", "corpus", "gold", "dead"])]
    pub licenses: bool,

    /// Language of the corpus; `auto` takes what a record says, else detects it
    #[arg(long, default_value = "auto")]
    pub lang: String,

    /// Write the names that the corpus never has, as CSV
    #[arg(long, value_name = "FILE.csv", requires = "corpus")]
    pub dead: Option<PathBuf>,

    /// How many names to show in each list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,

    /// File for the figures, or `-`; without it, standard output
    #[arg(short, long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,

    /// `table` for people, `json` for programs (default: json into a file that ends in .json, else table)
    #[arg(short, long, value_enum)]
    pub format: Option<FiguresFormat>,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,

    /// Follow symbolic links in folders of the corpus
    #[arg(long)]
    pub follow: bool,

    /// Worker threads (default: all cores)
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// No progress, no warnings
    #[arg(short, long)]
    pub quiet: bool,
}

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FiguresFormat {
    Table,
    Json,
}

impl FiguresFormat {
    /// What the flags of a verb say, with the file that the figures go to.
    pub fn of(format: Option<Self>, json: bool, out: Option<&Path>) -> Self {
        let named_json = out.and_then(Path::extension).is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        match format {
            Some(format) => format,
            None if json || named_json => FiguresFormat::Json,
            None => FiguresFormat::Table,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gazetier compile ships.csv -o ships.gaz          one gazetteer, as it is
  gazetier compile world.gaz own/ -o all.gaz       several, made into one
  gazetier extract -g all.gaz news.jsonl")]
pub(super) struct CompileArgs {
    /// Gazetteer files or folders, or `builtin`; of several, each is a layer over the ones before, and all become one
    #[arg(value_name = "GAZETTEER", required = true)]
    pub gazetteers: Vec<PathBuf>,

    /// Make one entity of rows that are the same in different collections (names in several languages, positions)
    #[arg(long)]
    pub concord: bool,

    /// With --concord: a CSV of ids known to be one (columns `wikidata,geonames,…`) or of places (`id,country,lat,lon`);
    /// may be given several times
    #[arg(long, value_name = "FILE.csv", requires = "concord")]
    pub known: Vec<PathBuf>,

    /// With --concord: write what was joined, and why, as CSV
    #[arg(long, value_name = "FILE.csv", requires = "concord")]
    pub links: Option<PathBuf>,

    /// The file to write
    #[arg(short, long, value_name = "FILE.gaz")]
    pub out: PathBuf,

    /// Skip bad gazetteer rows instead of refusing the gazetteer
    #[arg(long)]
    pub lenient: bool,

    /// `none` lets every name begin and end inside words; runs must ask for the same
    #[arg(long, value_enum, default_value_t = BoundaryArg::Word)]
    pub boundary: BoundaryArg,

    /// Compile even if the file is made from the same sources already
    #[arg(long)]
    pub force: bool,

    /// No summary, no warnings
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
docs/LINT.md describes every rule. Exit code 1: there are errors.

Examples:
  gazetier lint own.csv                       what is wrong, with lines and fixes
  gazetier lint world.gaz own/                own/ as a layer over world.gaz
  gazetier lint --fix own.csv                 put right what needs no thought
  gazetier lint -f sarif own/ > lint.sarif    for a forge to show beside the lines")]
pub(super) struct LintArgs {
    /// Gazetteer files or folders, or `builtin`; each is a layer over the ones before
    #[arg(value_name = "GAZETTEER", required_unless_present = "rules")]
    pub gazetteers: Vec<PathBuf>,

    /// Lay them over the built-in gazetteers, so that parents may be built-in entities
    #[arg(long)]
    pub with_builtin: bool,

    /// Form of the findings
    #[arg(short, long, value_enum, default_value_t = LintFormat::Text)]
    pub format: LintFormat,

    /// Rewrite what can be put right safely, in CSV and TSV files, and print what was changed and the errors that stay
    #[arg(long)]
    pub fix: bool,

    /// With --fix: only print what would be changed
    #[arg(long, requires = "fix")]
    pub dry_run: bool,

    /// List all rules
    #[arg(long, conflicts_with_all = ["fix", "gazetteers"])]
    pub rules: bool,

    /// Only errors
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    Text,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OverlapsArg {
    Longest,
    LeftmostLongest,
    Outermost,
    All,
}

impl From<OverlapsArg> for Overlaps {
    fn from(arg: OverlapsArg) -> Self {
        match arg {
            OverlapsArg::Longest => Overlaps::Longest,
            OverlapsArg::LeftmostLongest => Overlaps::LeftmostLongest,
            OverlapsArg::Outermost => Overlaps::Outermost,
            OverlapsArg::All => Overlaps::All,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum PolicyArg {
    Smart,
    Exact,
    Folded,
}

impl From<PolicyArg> for MatchPolicy {
    fn from(arg: PolicyArg) -> Self {
        match arg {
            PolicyArg::Smart => MatchPolicy::Smart,
            PolicyArg::Exact => MatchPolicy::Exact,
            PolicyArg::Folded => MatchPolicy::Folded,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum BoundaryArg {
    Word,
    None,
}

/// Bytes of a size such as `256M`, `1.5G`, `65536`.
pub(super) fn size(text: &str) -> anyhow::Result<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: f64 = match &lower[digits.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" | "kib" => 1024.0,
        "m" | "mb" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => anyhow::bail!("not a size, such as 256M or 1G `{text}`"),
    };
    match digits.trim().parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok((number * unit) as u64),
        _ => anyhow::bail!("not a size, such as 256M or 1G `{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("256M").unwrap(), 256 << 20);
        assert_eq!(size("1.5g").unwrap(), 3 << 29);
        assert_eq!(size("42").unwrap(), 42);
        for bad in ["", "M", "-1", "1T?", "x"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
