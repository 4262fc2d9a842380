//! French.

use std::sync::OnceLock;

use super::LanguageData;
use crate::text::Language;

/// French.
pub static DATA: LanguageData = LanguageData {
    language: Language::FR,
    common_list: include_str!("common-fr.txt"),
    common_set: OnceLock::new(),
    forms: include_bytes!(concat!(env!("OUT_DIR"), "/forms-fr.bin")),
    function_words: "le la les l' un une des de du d' et est en à au aux que qui qu' dans pour par sur pas ne n' il elle \
        ils elles on nous vous je ce cet cette ces c' se s' sa son ses leur leurs mais ou où donc ni car avec sans sous \
        plus moins très été être sont était étaient a ont avait avoir fait faire comme tout tous toute toutes après \
        avant contre entre depuis pendant chez vers selon lors dont quand si aussi même encore déjà alors ainsi deux \
        trois dès doit peut peuvent doivent mon ma mes ton ta tes notre votre nos vos lui moi y eu sera seront serait \
        jusqu' lorsque lorsqu' puisque puisqu' puis parce quel quelle quels quelles cela ça ceux celle celui celles jamais toujours peu \
        plusieurs autres autre chaque aucun aucune rien afin malgré face ans hier veut va vont j' m' t' aurait soit \
        premier première voici voilà trop combien comment pourquoi quoi beaucoup êtes suis sommes ici vient mis",
    starters: &[
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "nous",
        "vous",
        "je",
        "ce",
        "cet",
        "cette",
        "ces",
        "dans",
        "mais",
        "pour",
        "et",
        "en",
        "un",
        "une",
        "selon",
        "après",
        "avant",
        "avec",
        "depuis",
        "lors",
        "lorsque",
        "si",
        "quand",
        "or",
        "puis",
        "ainsi",
        "alors",
        "cependant",
        "sur",
        "par",
        "au",
        "aux",
        "à",
        "leur",
        "leurs",
        "son",
        "sa",
        "ses",
        "tout",
        "toutes",
        "tous",
        "car",
        "donc",
        "ou",
        "où",
        "sans",
        "c'est",
        "c’est",
        "les",
    ],
    titles: &[
        "m", "mm", "mme", "mmes", "mlle", "mlles", "mgr", "me", "mes", "dr", "drs", "pr", "prof", "ste", "sts", "stes",
        "cf", "sgt", "cdt", "cne", "gal", "gén", "lt", "cap", "vve", "mr", "mrs", "messrs", "env", "ing", "hon", "rev",
        "s.m", "s.e", "s.a.r", "r.p", "p.ex", "c.-à-d",
    ],
    may_end: &[
        "cie", "sté", "ets", "éts", "av", "bd", "bld", "boul", "fg", "st", "apr", "j.-c", "inc", "ltd", "co", "corp",
        "jr", "sr", "vs", "éd", "ibid", "id", "op", "al", "tél", "no", "dépt", "univ", "chap", "art", "ex", "déc",
        "janv", "févr", "sept", "oct", "nov", "juil",
    ],
    before_number: &[
        "art", "p", "pp", "vol", "fig", "chap", "n", "nos", "t", "éd", "tél", "janv", "févr", "avr", "juil", "sept",
        "oct", "nov", "déc", "al", "ch", "ann", "sect", "vers", "env", "ca", "v", "bât", "num", "réf",
    ],
    address: &[
        "m",
        "mm",
        "mme",
        "mmes",
        "mlle",
        "mlles",
        "dr",
        "pr",
        "me",
        "mgr",
        "monsieur",
        "madame",
        "mademoiselle",
        "messieurs",
        "mesdames",
        "maître",
        "docteur",
        "professeur",
        "professeure",
        "président",
        "présidente",
        "chancelier",
        "chancelière",
        "sénateur",
        "sénatrice",
        "député",
        "députée",
        "ministre",
        "maire",
        "ambassadeur",
        "ambassadrice",
        "juge",
        "général",
        "colonel",
        "amiral",
        "capitaine",
        "pape",
        "roi",
        "reine",
        "prince",
        "princesse",
    ],
    kinship: &[
        "oncle",
        "tante",
        "tonton",
        "tata",
        "tatie",
        "papi",
        "papy",
        "mamie",
        "mémé",
        "pépé",
        "papa",
        "maman",
        "père",
        "mère",
        "frère",
        "sœur",
        "soeur",
        "cousin",
        "cousine",
        "grand-père",
        "grand-mère",
    ],
    plural,
    person_plural: |_| None,
};

/// Words that end the part of a theme's name that takes the plural.
const PREPOSITIONS: &[&str] = &[
    "de", "du", "des", "à", "au", "aux", "en", "par", "pour", "sur", "sans", "avec", "dans", "sous", "entre", "contre",
    "vers", "chez", "selon", "hors", "depuis", "après", "avant", "face", "dès", "lors", "pendant", "malgré", "outre",
    "parmi", "jusque", "versus", "via", "envers",
];

/// Words that stay as they are and let the plural go on.
const INVARIABLE: &[&str] = &["et", "ou", "non", "très", "plus", "moins", "peu", "bien", "mal", "ni", "mi", "semi"];

/// Words at the beginning that show that the name is no bare noun phrase.
const DETERMINERS: &[&str] = &["le", "la", "les", "un", "une", "l", "ce", "cet", "cette", "ces", "son", "sa", "ses"];

/// First parts of compounds that never change: `vice-présidents`, `porte-paroles`, `micro-entreprises`.
const PREFIXES: &[&str] = &[
    "sous", "vice", "non", "demi", "semi", "mi", "auto", "anti", "micro", "mini", "méta", "pré", "post", "ex", "inter",
    "extra", "ultra", "contre", "avant", "arrière", "après", "e", "co", "cyber", "télé", "trans", "sur", "super",
    "hyper", "multi", "pluri", "supra", "infra", "para", "péri", "intra", "sans", "hors", "quasi", "nord", "sud",
    "est", "ouest", "grand", "mère", "porte", "garde", "pare", "lave", "casse", "brise", "tire", "passe", "ouvre",
    "essuie", "sèche", "presse", "perce", "chasse", "couvre", "gratte", "lance", "abat", "mal", "bien", "libre",
];

/// Plurals that no ending gives.
const IRREGULAR: &[(&str, &str)] = &[
    ("œil", "yeux"),
    ("oeil", "yeux"),
    ("ciel", "cieux"),
    ("monsieur", "messieurs"),
    ("madame", "mesdames"),
    ("mademoiselle", "mesdemoiselles"),
];

const AL_WITH_S: &[&str] = &[
    "bal",
    "carnaval",
    "festival",
    "récital",
    "régal",
    "chacal",
    "final",
    "naval",
    "banal",
    "fatal",
    "natal",
    "bancal",
    "cérémonial",
    "aval",
    "cal",
    "pal",
    "narval",
    "choral",
    "prénatal",
    "postnatal",
    "périnatal",
    "néonatal",
    "tonal",
    "mistral",
];
const AIL_WITH_AUX: &[&str] = &["travail", "bail", "corail", "émail", "vitrail", "vantail", "soupirail", "télétravail"];
const OU_WITH_X: &[&str] = &["bijou", "caillou", "chou", "genou", "hibou", "joujou", "pou"];
const EU_WITH_S: &[&str] = &["bleu", "pneu", "landau", "sarrau", "émeu"];

/// The plural of a theme's name: every word before the first preposition takes its plural.
///
/// `transformation numérique` → `transformations numériques`, `conseil d'administration` → `conseils
/// d'administration`. Case, apostrophes and hyphens stay; words with digits or several capitals (`IA`) do not change.
/// `None` where nothing changes, and for names that begin with an article.
pub fn plural(phrase: &str) -> Option<String> {
    let mut out = String::with_capacity(phrase.len() + 8);
    let mut changed = false;
    let mut rest = phrase;
    let mut first = true;
    while !rest.is_empty() {
        let (word, tail) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let key = super::key(word);
        let elided = key.split_once('\'').map(|(head, _)| head);
        if first && (DETERMINERS.contains(&key.as_str()) || elided.is_some_and(|head| DETERMINERS.contains(&head))) {
            return None;
        }
        // An acronym has no plural, and what agrees with it has none either: `IA responsable`.
        if first && word.chars().filter(|c| c.is_uppercase()).count() >= 2 && !word.chars().any(char::is_lowercase) {
            return None;
        }
        if PREPOSITIONS.contains(&key.as_str()) || elided == Some("d") || elided == Some("qu") {
            break;
        }
        match plural_word(word, &key) {
            Some(plural) => {
                out.push_str(&plural);
                changed = true;
            }
            None => out.push_str(word),
        }
        let spaces = tail.len() - tail.trim_start().len();
        out.push_str(&tail[..spaces]);
        rest = &tail[spaces..];
        first = false;
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// The plural of one word, which may be a compound; `None` where it does not change.
fn plural_word(word: &str, key: &str) -> Option<String> {
    if !super::is_inflectable(word) || INVARIABLE.contains(&key) {
        return None;
    }
    let is_hyphen = |c: char| matches!(c, '-' | '\u{2010}' | '\u{2011}');
    if !word.contains(is_hyphen) {
        return plural_simple(word, key);
    }
    let parts: Vec<&str> = word.split_inclusive(is_hyphen).collect();
    let bare: Vec<String> = parts.iter().map(|part| super::key(part.trim_end_matches(is_hyphen))).collect();
    let preposition = bare.iter().position(|part| PREPOSITIONS.contains(&part.as_str()) || part.starts_with("d'"));
    let last = parts.len() - 1;
    let takes_plural = |index: usize| match preposition {
        // `arc-en-ciel` → `arcs-en-ciel`; `à-côté` and `sous-marin` have their plural at the end.
        Some(at) if at > 0 => index < at,
        _ => index == last || (preposition.is_none() && !is_prefix(&bare[index])),
    };
    let mut changed = false;
    let mut out = String::with_capacity(word.len() + 4);
    for (index, part) in parts.iter().enumerate() {
        let stem = part.trim_end_matches(is_hyphen);
        match takes_plural(index).then(|| plural_simple(stem, &bare[index])).flatten() {
            Some(plural) => {
                out.push_str(&plural);
                changed = true;
            }
            None => out.push_str(stem),
        }
        out.push_str(&part[stem.len()..]);
    }
    changed.then_some(out)
}

/// A first part that is no noun: a listed one, or a combining form (`socio-`, `agro-`).
fn is_prefix(part: &str) -> bool {
    PREFIXES.contains(&part) || part.ends_with('o') || part.ends_with('i') || part.len() <= 2
}

fn plural_simple(word: &str, key: &str) -> Option<String> {
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == key) {
        return Some(super::in_case_of(word, plural));
    }
    let last = key.chars().next_back()?;
    if !last.is_alphabetic() || matches!(last, 's' | 'x' | 'z') {
        return None;
    }
    let with = |cut: usize, ending: &str| Some(format!("{}{ending}", &word[..word.len() - cut]));
    if key.ends_with("al") && !AL_WITH_S.contains(&key) {
        return with(1, "ux");
    }
    if AIL_WITH_AUX.contains(&key) {
        return with(2, "ux");
    }
    let takes_x = (key.ends_with("au") || key.ends_with("eu")) && !EU_WITH_S.contains(&key) || OU_WITH_X.contains(&key);
    with(0, if takes_x { "x" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn the_words_before_the_first_preposition_take_the_plural() {
        for (singular, expected) in [
            ("transformation numérique", "transformations numériques"),
            ("réseau de neurones", "réseaux de neurones"),
            ("changement climatique", "changements climatiques"),
            ("intelligence artificielle", "intelligences artificielles"),
            ("conseil d'administration", "conseils d'administration"),
            ("conseil d’administration", "conseils d’administration"),
            ("Droit de l'homme", "Droits de l'homme"),
            ("politique commerciale en Asie", "politiques commerciales en Asie"),
            ("travail à distance", "travaux à distance"),
            ("bail commercial", "baux commerciaux"),
            ("conflit social", "conflits sociaux"),
            ("chantier naval", "chantiers navals"),
            ("festival international", "festivals internationaux"),
            ("pneu", "pneus"),
            ("jeu vidéo", "jeux vidéos"),
            ("taux d'intérêt", ""),
            ("prix", ""),
            ("gaz naturel", "gaz naturels"),
            ("détail", "détails"),
            ("trou noir", "trous noirs"),
            ("bijou", "bijoux"),
            ("IA générative", ""),
            ("CO2", ""),
            ("IA", ""),
            ("INTELLIGENCE ARTIFICIELLE", ""),
            ("vice-président", "vice-présidents"),
            ("mot-clé", "mots-clés"),
            ("sous-marin nucléaire", "sous-marins nucléaires"),
            ("arc-en-ciel", "arcs-en-ciel"),
            ("chef-d'œuvre", "chefs-d'œuvre"),
            ("micro-entreprise", "micro-entreprises"),
            ("énergie non renouvelable", "énergies non renouvelables"),
            ("l'eau", ""),
            ("la paix", ""),
            ("e\u{301}mail", "e\u{301}maux"),
            ("", ""),
        ] {
            assert_eq!(plural(singular).as_deref().unwrap_or(""), expected, "{singular}");
        }
    }
}
