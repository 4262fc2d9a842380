//! Flags of the verbs that make gazetteers.

use std::path::PathBuf;

use clap::Args;

use super::{FindArgs, GazetteerArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
The file keeps its form: columns, delimiter, byte-order mark and line ends. A file that does not exist is made, with the \
columns that the row needs. What `gazetier lint` would call an error is refused, and so is an id or name that the file \
lists already.

Examples:
  gazetier add person \"Anne Durand\" --alias \"A. Durand\" --to people.csv
  gazetier add place London --name fr=Londres --name \"vi=Luân Đôn\" --wikidata Q84 --country GB --to places.csv
  gazetier add organization \"Boston Global Forum\" --acronym BGF --set role=\"Think tank\" --to own.csv --add-columns
  gazetier add --accepted candidates.csv --to own.csv")]
pub(in crate::cli) struct AddArgs {
    /// Kind of the entity: person, organization, place, theme, or a word of your own
    #[arg(value_name = "KIND", required_unless_present = "accepted", conflicts_with = "accepted")]
    pub kind: Option<String>,

    /// Its name
    #[arg(value_name = "NAME", required_unless_present = "accepted", conflicts_with = "accepted")]
    pub name: Option<String>,

    /// The file to append to: CSV, TSV or JSONL
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,

    /// Another name; `fr=…` before it gives its language
    #[arg(long = "alias", value_name = "[LANG=]NAME")]
    pub aliases: Vec<String>,

    /// The name in a language
    #[arg(long = "name", value_name = "LANG=NAME")]
    pub names: Vec<String>,

    /// A name under the rule of acronyms, whatever its shape
    #[arg(long = "acronym", value_name = "ACRONYM")]
    pub acronyms: Vec<String>,

    /// Its id (default: derived from the name)
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,

    /// How well known it is, 0 to 1
    #[arg(long, value_name = "P")]
    pub prior: Option<String>,

    /// Id or name of the broader theme, the containing place, the parent body
    #[arg(long, value_name = "ID")]
    pub parent: Option<String>,

    /// A cue, one of which must stand near a mention
    #[arg(long = "needs", value_name = "CUE")]
    pub needs: Vec<String>,

    /// Its Wikidata item
    #[arg(long, value_name = "Q…")]
    pub wikidata: Option<String>,

    /// Its country: ISO 3166-1, two letters
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,

    /// Its role, as the built-in gazetteers have it
    #[arg(long, value_name = "TEXT")]
    pub role: Option<String>,

    /// Any other column
    #[arg(long = "set", value_name = "COLUMN=VALUE")]
    pub set: Vec<String>,

    /// Append the rows of a file of `discover` that are marked in the column `accept` (1, x, yes, true)
    #[arg(long, value_name = "FILE")]
    pub accepted: Option<PathBuf>,

    /// Add columns that the file lacks
    #[arg(long)]
    pub add_columns: bool,

    /// Add the row although the file lists a name of it already
    #[arg(long)]
    pub force: bool,

    /// Only show the row
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
An edition is a file (CSV, TSV, JSONL, .gaz), a folder, or the word `builtin`. Entities are the same by id, else by an \
outside id. Exit code 1: entities, names or mentions are lost.

With --corpus, each edition is laid over nothing, or over the built-in gazetteers with --over-builtin.

Examples:
  gazetier diff old.csv new.csv
  gazetier diff old.gaz new/ --corpus news.jsonl -o changes.txt
  gazetier diff builtin own.csv --json | jq 'select(.change == \"removed\")'")]
pub(in crate::cli) struct DiffArgs {
    /// The old edition
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The new edition
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// Also tell what is found with one of them only in this corpus; repeatable
    #[arg(long, value_name = "CORPUS")]
    pub corpus: Vec<PathBuf>,

    /// Lay the editions over the built-in gazetteers when they are compared on a corpus
    #[arg(long)]
    pub over_builtin: bool,

    /// One JSON object a line
    #[arg(long)]
    pub json: bool,

    /// The file to write; without it, or with `-`, standard output
    #[arg(short, long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,

    /// Skip bad gazetteer rows instead of refusing the gazetteer
    #[arg(long)]
    pub lenient: bool,

    #[command(flatten)]
    pub find: FindArgs,

    /// Worker threads (default: all cores)
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// Follow symbolic links in folders
    #[arg(long)]
    pub follow: bool,

    /// No summary, no warnings
    #[arg(short, long)]
    pub quiet: bool,

    /// Ignore gazetier.toml
    #[arg(long)]
    pub no_config: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(after_help = "\
The rows are those of a gazetteer, with evidence beside them. Mark good ones in the column `accept` (1, x or yes), \
correct them where needed, then: gazetier add --accepted candidates.csv --to names.csv

docs/AUTHORING.md says what counts as evidence.

Examples:
  gazetier discover news/ -o candidates.csv
  gazetier discover news.jsonl -g own.csv --min-mentions 5 --rows 500 -o candidates.csv")]
pub(in crate::cli) struct DiscoverArgs {
    /// Files, folders, patterns, or `-` for standard input
    #[arg(value_name = "CORPUS", required = true)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub gazetteer: GazetteerArgs,

    /// The file to write, as CSV; without it, or with `-`, standard output
    #[arg(short, long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,

    /// Language of the documents; `auto` takes what a record says, else detects it
    #[arg(long, default_value = "auto")]
    pub lang: String,

    /// The fewest mentions of a name, those of its variants counted in
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub min_mentions: u32,

    /// The most rows, the best first
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub rows: usize,

    /// The most candidates held in memory (about 500 bytes each); of twice as many the rarest are let go
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub max_candidates: usize,

    /// Worker threads (default: all cores)
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// Follow symbolic links in folders
    #[arg(long)]
    pub follow: bool,

    /// No progress, no summary, no warnings
    #[arg(short, long)]
    pub quiet: bool,

    /// Ignore gazetier.toml
    #[arg(long)]
    pub no_config: bool,
}
