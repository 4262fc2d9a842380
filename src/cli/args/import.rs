//! Flags of `gazetier import`.

use std::path::PathBuf;

use clap::Args;

use super::PolicyArg;

#[derive(Debug, Args)]
#[command(after_help = "\
The output is a wide table (one row an entity), with --long a long one (one row a name); .jsonl keeps all that is known, \
.gaz is compiled at once. Rows that cannot be used are reported with file and line, what is left out on purpose is \
counted with its reason. docs/IMPORT.md describes every format.

Examples:
  gazetier import --list
  gazetier import cities500.txt --with alternateNamesV2.txt --lang fr,vi,en -o places.csv
  gazetier import --from wikidata latest-all.json.gz --class Q5,Q4830453 --lang fr,en -o wikidata.jsonl
  gazetier import --from csv staff.csv --map name=Label,aliases=Alt,id=ID --kind person -o staff-names.csv")]
pub(in crate::cli) struct ImportArgs {
    /// Files (gzip, bzip2 and zstd are unpacked), or `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "list")]
    pub files: Vec<PathBuf>,

    /// Format of the files; without it told by content and name (--list lists them)
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<String>,

    /// The gazetteer to write: .csv, .tsv, .jsonl, .gaz, or `-` for standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "list")]
    pub out: Option<PathBuf>,

    /// List the formats
    #[arg(long)]
    pub list: bool,

    /// A file that adds to the others (alternateNamesV2.txt of GeoNames); repeatable
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,

    /// Only names in these languages and without a language; the first gives the name that is shown
    #[arg(long, value_name = "LANG,…", value_delimiter = ',')]
    pub lang: Vec<String>,

    /// Kind of the entities, where the data do not tell
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,

    /// Only these classes (Wikidata items, types, labels), each with `=KIND` if it is to have another kind
    #[arg(long, value_name = "CLASS[=KIND],…", value_delimiter = ',')]
    pub class: Vec<String>,

    /// Only places with at least so many people (GeoNames)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub min_population: u64,

    /// Only these feature classes or codes: P, PPLC, A.ADM1 (GeoNames)
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    pub feature_class: Vec<String>,

    /// Which column of a table is which of ours: name=Label,aliases=Alt,kind=Type,id=ID
    #[arg(long, value_name = "OURS=THEIRS,…", value_delimiter = ',')]
    pub map: Vec<String>,

    /// What separates list items in a cell (tables; default a bar) or features of an entry (GATE); `\\t` is a TAB
    #[arg(long, value_name = "TEXT")]
    pub separator: Option<String>,

    /// Match policy of all entities
    #[arg(long = "match", value_enum, value_name = "POLICY")]
    pub policy: Option<PolicyArg>,

    /// Write one row a name
    #[arg(long)]
    pub long: bool,

    /// Memory before temporary files are used (they lie beside the output), e.g. 256M, 1G
    #[arg(long, value_name = "SIZE", default_value = "256M")]
    pub memory: String,

    /// No progress, no problems, no summary
    #[arg(short, long)]
    pub quiet: bool,
}
