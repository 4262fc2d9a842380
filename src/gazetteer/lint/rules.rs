//! All rules with their stable ids.

use crate::error::Severity;

/// A rule of the checks.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id, which never changes: [`Problem::code`](crate::Problem::code).
    pub id: &'static str,
    /// How bad its findings are, where the rule does not say otherwise.
    pub severity: Severity,
    /// What it finds.
    pub summary: &'static str,
    /// Whether `lint --fix` puts it right.
    pub fixable: bool,
}

const fn rule(id: &'static str, severity: Severity, summary: &'static str) -> Rule {
    Rule { id, severity, summary, fixable: false }
}

const fn fixable(id: &'static str, summary: &'static str) -> Rule {
    Rule { id, severity: Severity::Note, summary, fixable: true }
}

/// All rules: those of reading and compiling a gazetteer too.
pub const RULES: &[Rule] = &[
    rule("bad-header", Severity::Error, "no header, no `name` column, or a header that cannot be read"),
    rule("duplicate-column", Severity::Error, "two columns of one name"),
    rule("bad-row", Severity::Error, "too many or too few cells, or no JSON object"),
    rule("bad-quotes", Severity::Error, "a quote that never closes, or text after a closing one"),
    rule("invalid-utf8", Severity::Error, "a byte that is no UTF-8"),
    rule("no-name", Severity::Error, "a row without a name"),
    rule("bad-id", Severity::Error, "an id that cannot be understood"),
    rule("bad-kind", Severity::Error, "a kind that is no word"),
    rule("bad-prior", Severity::Error, "a prior that is no number from 0 to 1"),
    rule("bad-match", Severity::Error, "a policy other than smart, exact, folded"),
    rule("bad-country", Severity::Error, "a country that is no code of two letters"),
    rule("bad-position", Severity::Error, "a latitude or longitude that is none, or one without the other"),
    rule("bad-important", Severity::Error, "neither true nor false"),
    rule("bad-action", Severity::Error, "an action other than merge, replace, remove, or one without an id"),
    rule("bad-name", Severity::Error, "an item of `names` that is no name (JSON Lines)"),
    rule("unreadable", Severity::Error, "a file of a folder that cannot be opened"),
    rule("damaged-file", Severity::Error, "a compiled file that is damaged"),
    rule("duplicate-id", Severity::Error, "two rows of one file have one id (a warning in two files of a layer)"),
    rule("duplicate-derived-id", Severity::Error, "two rows of one file without an id have the same derived id"),
    rule(
        "unknown-parent",
        Severity::Error,
        "`parent` is neither an id nor a canonical name of this layer or one below",
    ),
    rule("parent-cycle", Severity::Error, "an entity is above itself"),
    rule("unknown-column", Severity::Warning, "an unknown column that looks like a typo"),
    rule("bad-language", Severity::Warning, "a tag that is not BCP 47"),
    rule("canonical-differs", Severity::Warning, "rows of one id with different canonical names; the first counts"),
    rule("kind-differs", Severity::Warning, "rows of one id with different kinds; the first counts"),
    rule("long-name", Severity::Warning, "a name beyond the limits of words or bytes, which is skipped"),
    rule("empty-name", Severity::Warning, "a name of which nothing is left to search for"),
    rule("empty-need", Severity::Warning, "an empty cue"),
    rule(
        "derived-id",
        Severity::Warning,
        "rows without an id in two files have the same derived id and stay two entities",
    ),
    rule("shared-outside-id", Severity::Warning, "two rows of one file have one outside id and become one entity"),
    rule("two-wikidata-ids", Severity::Warning, "an entity has two Wikidata items"),
    rule("ambiguous-parent", Severity::Warning, "`parent` is the canonical name of several entities"),
    rule("same-name", Severity::Warning, "a name of two entities, of other kinds or in one layer"),
    rule("layer-clash", Severity::Warning, "two layers list a name for two entities of one kind, without `same_as`"),
    rule("idle-action", Severity::Warning, "a row that removes or replaces what no earlier layer has"),
    rule("separator", Severity::Warning, "a list that looks separated by something else than a bar"),
    rule("common-word", Severity::Warning, "a common word that may match in small letters"),
    rule("folded-acronym", Severity::Warning, "an acronym of two or three letters that matches in any case"),
    rule("bar-in-name", Severity::Warning, "a bar in a name that is no list"),
    rule("kind-spelling", Severity::Warning, "a kind that differs from another in case or number"),
    rule("crowded-name", Severity::Warning, "more entities share a form than are kept: this one is left out"),
    rule("blank-line", Severity::Warning, "a name with a blank line in it, which is skipped"),
    rule("more-errors", Severity::Error, "the errors of a file beyond those that are listed"),
    rule("mixed-scripts", Severity::Warning, "letters of two scripts that look alike in one word"),
    rule(
        "wrong-language",
        Severity::Warning,
        "letters that the language of the tag does not write (a note for Vietnamese letters)",
    ),
    rule("small-acronym", Severity::Warning, "an acronym in small letters"),
    rule("unguarded-acronym", Severity::Warning, "an alias of two or three small letters, which matches in any case"),
    rule(
        "shadowed-name",
        Severity::Note,
        "a name that an entity of the same kind with a higher prior always wins with `--no-resolve`",
    ),
    rule("kinship-word", Severity::Note, "a kinship word as a name, which is dropped before a capital"),
    rule("common-capital", Severity::Note, "a common word with a capital, which is dropped at the start of a sentence"),
    rule("acronym-word", Severity::Note, "an acronym that is a common word, which is dropped in passages in capitals"),
    fixable("spaces", "spaces around a value or an item"),
    fixable("not-composed", "a name that is not in NFC"),
    fixable("empty-item", "an empty item of a list"),
    fixable("repeated-name", "a name that its row lists already in the same language"),
    fixable("id-spelling", "an id such as `q84`, for `Q84`"),
];
