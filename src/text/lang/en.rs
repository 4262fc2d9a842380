//! English.

use std::sync::OnceLock;

use super::LanguageData;
use crate::text::Language;

/// English.
pub static DATA: LanguageData = LanguageData {
    language: Language::EN,
    common_list: include_str!("common-en.txt"),
    common_set: OnceLock::new(),
    forms: include_bytes!(concat!(env!("OUT_DIR"), "/forms-en.bin")),
    function_words: "the a an of and to in is was are were be been being has have had do does did not no it its he she \
        they we you i his her their our your my this that these those with for from by on at as or but if than then \
        when where who which what how why all any some more most other into over after before between during through \
        about against under out up down off will would can could should may might must there here so such only also \
        just because while until since without within him them us me one two three first new said says than too very \
        now each every both own same don' isn' doesn' didn' 's 't 're 've 'll 'd who' whose upon amid says year years people make made \
        get get set put take takes it' that' let via per yet again ever never still many much few according",
    starters: &[
        "the",
        "he",
        "she",
        "it",
        "they",
        "we",
        "you",
        "this",
        "that",
        "these",
        "those",
        "there",
        "in",
        "on",
        "at",
        "for",
        "from",
        "but",
        "and",
        "or",
        "so",
        "if",
        "when",
        "while",
        "as",
        "after",
        "before",
        "since",
        "although",
        "however",
        "his",
        "her",
        "their",
        "its",
        "our",
        "my",
        "your",
        "a",
        "an",
        "some",
        "many",
        "most",
        "all",
        "with",
        "by",
        "to",
        "what",
        "who",
        "why",
        "how",
        "where",
        "no",
        "not",
        "according",
        "among",
        "both",
        "each",
        "one",
        "it's",
        "it’s",
        "i",
        "during",
        "under",
        "then",
        "now",
        "here",
        "only",
        "also",
        "because",
        "other",
    ],
    titles: &[
        "mr", "mrs", "ms", "messrs", "dr", "drs", "prof", "sts", "gen", "sen", "rep", "reps", "sens", "gov", "col",
        "capt", "lt", "sgt", "cpl", "maj", "cmdr", "adm", "rev", "hon", "pres", "supt", "insp", "det", "amb", "fr",
        "pvt", "brig", "e.g", "i.e", "viz", "cf", "vs", "v",
    ],
    may_end: &[
        "inc", "ltd", "co", "corp", "llc", "bros", "jr", "sr", "esq", "al", "st", "mt", "ft", "ave", "blvd", "rd",
        "dept", "univ", "assn", "est", "a.m", "p.m", "ph.d", "plc", "calif", "mass", "conn", "pa", "va", "fla", "ga",
        "ala", "miss", "tenn", "ky", "minn", "wis", "mich", "ill", "ind", "okla", "tex", "ariz", "colo", "ore", "wash",
        "ont", "que", "ibid", "approx", "govt", "intl", "jan", "feb", "aug", "sept", "oct", "nov", "dec",
    ],
    before_number: &[
        "no", "nos", "vol", "vols", "p", "pp", "fig", "figs", "ch", "chap", "sec", "sect", "art", "eq", "ref", "ed",
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "ca", "c", "approx",
        "est", "rte", "rev", "ver", "para", "ex",
    ],
    address: &[
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "lord",
        "lady",
        "dame",
        "president",
        "chancellor",
        "senator",
        "congressman",
        "congresswoman",
        "representative",
        "governor",
        "mayor",
        "minister",
        "secretary",
        "ambassador",
        "judge",
        "justice",
        "general",
        "colonel",
        "admiral",
        "captain",
        "pope",
        "king",
        "queen",
        "prince",
        "princess",
        "chairman",
        "chairwoman",
    ],
    kinship: &[
        "uncle",
        "aunt",
        "auntie",
        "aunty",
        "grandpa",
        "grandma",
        "granddad",
        "granny",
        "grandfather",
        "grandmother",
        "cousin",
        "brother",
        "sister",
        "papa",
        "mama",
        "nana",
    ],
    plural,
    person_plural,
};

/// Words that follow the head of a noun phrase.
const AFTER_HEAD: &[&str] = &[
    "of", "for", "in", "on", "to", "with", "and", "by", "from", "at", "or", "as", "against", "under", "over",
    "between", "within", "without", "into", "through", "during", "among", "via", "versus",
];

const IRREGULAR: &[(&str, &str)] = &[
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("louse", "lice"),
    ("ox", "oxen"),
    ("person", "people"),
    ("criterion", "criteria"),
    ("phenomenon", "phenomena"),
    ("medium", "media"),
    ("datum", "data"),
    ("bacterium", "bacteria"),
    ("curriculum", "curricula"),
    ("memorandum", "memoranda"),
    ("erratum", "errata"),
    ("stratum", "strata"),
    ("millennium", "millennia"),
    ("symposium", "symposia"),
    ("spectrum", "spectra"),
    ("stimulus", "stimuli"),
    ("nucleus", "nuclei"),
    ("fungus", "fungi"),
    ("alumnus", "alumni"),
    ("radius", "radii"),
    ("locus", "loci"),
    ("bacillus", "bacilli"),
    ("syllabus", "syllabi"),
    ("genus", "genera"),
    ("corpus", "corpora"),
    ("opus", "opera"),
    ("index", "indices"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("appendix", "appendices"),
    ("axis", "axes"),
    ("testis", "testes"),
    ("quiz", "quizzes"),
    ("gas", "gases"),
    ("bias", "biases"),
    ("atlas", "atlases"),
    ("canvas", "canvases"),
    ("alias", "aliases"),
    ("lens", "lenses"),
    ("larva", "larvae"),
    ("alga", "algae"),
    ("antenna", "antennae"),
    ("formula", "formulas"),
    ("life", "lives"),
    ("wife", "wives"),
    ("knife", "knives"),
    ("midwife", "midwives"),
    ("wildlife", "wildlife"),
    ("half", "halves"),
    ("self", "selves"),
    ("shelf", "shelves"),
    ("wolf", "wolves"),
    ("leaf", "leaves"),
    ("thief", "thieves"),
    ("loaf", "loaves"),
    ("calf", "calves"),
    ("elf", "elves"),
    ("sheaf", "sheaves"),
    ("stomach", "stomachs"),
    ("epoch", "epochs"),
    ("loch", "lochs"),
    ("czech", "czechs"),
];

/// Already plural, or with no plural of its own.
const INVARIABLE: &[&str] = &[
    "people",
    "police",
    "cattle",
    "media",
    "data",
    "children",
    "men",
    "women",
    "feet",
    "teeth",
    "mice",
    "geese",
    "sheep",
    "deer",
    "fish",
    "salmon",
    "shrimp",
    "aircraft",
    "spacecraft",
    "hovercraft",
    "offspring",
    "criteria",
    "phenomena",
    "bacteria",
    "strata",
    "alumni",
    "fungi",
    "stimuli",
    "nuclei",
    "algae",
    "larvae",
    "swine",
    "bison",
    "trout",
    "wildlife",
    "working-class",
    "middle-class",
    "elderly",
    "unemployed",
    "poor",
    "rich",
    "lives",
    "wives",
];

const OES: &[&str] = &[
    "hero", "potato", "tomato", "echo", "veto", "embargo", "torpedo", "cargo", "volcano", "tornado", "mosquito",
    "mango", "buffalo", "domino",
];

/// Words in `-man` that are no compounds of *man*.
const MAN_WITH_S: &[&str] = &["human", "german", "roman", "shaman", "talisman", "ottoman", "norman", "caiman"];

/// The plural of a theme's name: the head takes it, which is the last word or the word before *of*, *for*, *in* …
///
/// `supply chain` → `supply chains`, `balance of payments` → `balances of payments`. `None` for heads that are plural
/// already or have none (`economics`, `news`), in capitals (`AI`) or with a digit.
pub fn plural(phrase: &str) -> Option<String> {
    let mut end = phrase.trim_end().len();
    let mut at = 0;
    for word in phrase.split_inclusive(char::is_whitespace) {
        if at > 0 && AFTER_HEAD.contains(&super::key(word.trim_end()).as_str()) {
            end = phrase[..at].trim_end().len();
            break;
        }
        at += word.len();
    }
    let start = phrase[..end].rfind(char::is_whitespace).map_or(0, |at| at + first_len(&phrase[at..]));
    let plural = plural_word(&phrase[start..end])?;
    Some(format!("{}{plural}{}", &phrase[..start], &phrase[end..]))
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn plural_word(word: &str) -> Option<String> {
    if !super::is_inflectable(word) {
        return None;
    }
    // `mother-in-law` → `mothers-in-law`; of other compounds the last part is the head.
    let parts: Vec<&str> = word.split('-').collect();
    if parts.len() == 3 && AFTER_HEAD.contains(&parts[1].to_lowercase().as_str()) {
        return Some(format!("{}-{}-{}", plural_simple(parts[0])?, parts[1], parts[2]));
    }
    if INVARIABLE.contains(&super::key(word).as_str()) {
        return None;
    }
    let start = word.rfind('-').map_or(0, |at| at + 1);
    Some(format!("{}{}", &word[..start], plural_simple(&word[start..])?))
}

fn plural_simple(word: &str) -> Option<String> {
    let key = super::key(word);
    let key = key.as_str();
    if INVARIABLE.contains(&key) || !key.ends_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == key) {
        return (*plural != key).then(|| super::in_case_of(word, plural));
    }
    let with = |cut: usize, ending: &str| Some(format!("{}{ending}", &word[..word.len() - cut]));
    if key.ends_with("man") && !MAN_WITH_S.contains(&key) {
        return with(2, "en");
    }
    if key.ends_with("sis") {
        return with(2, "es");
    }
    if key.ends_with("ss") || key.ends_with("us") {
        return with(0, "es");
    }
    if key.ends_with('s') {
        return None;
    }
    if ["monarch", "patriarch", "matriarch", "oligarch", "tech"].iter().any(|ending| key.ends_with(ending)) {
        return with(0, "s");
    }
    if takes_es(key) || OES.contains(&key) {
        return with(0, "es");
    }
    let mut letters = key.chars().rev();
    let is_y = letters.next() == Some('y');
    if is_y && letters.next().is_some_and(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')) {
        return with(1, "ies");
    }
    with(0, "s")
}

fn takes_es(key: &str) -> bool {
    key.ends_with(['s', 'x', 'z']) || key.ends_with("ch") || key.ends_with("sh")
}

/// The plural of a person's name: that of its last word, *-s* or *-es* and nothing else (`Kennedys`, `Joneses`).
///
/// `None` where the last word is in capitals, has a digit, is a number or an addition (`III`, `Jr.`) or a particle
/// (no capital at all).
pub fn person_plural(name: &str) -> Option<String> {
    let name = name.trim_end();
    let last = name.rsplit(char::is_whitespace).next()?;
    let key = super::key(last);
    let capital = last.chars().any(char::is_uppercase);
    if !super::is_inflectable(last)
        || !capital
        || !key.ends_with(|c: char| c.is_alphabetic())
        || key.chars().count() < 2
    {
        return None;
    }
    if matches!(key.as_str(), "jr" | "sr" | "junior" | "senior") {
        return None;
    }
    Some(format!("{name}{}", if takes_es(&key) { "es" } else { "s" }))
}

#[cfg(test)]
mod tests {
    use super::{person_plural, plural};

    #[test]
    fn the_head_takes_the_plural() {
        for (singular, expected) in [
            ("artificial intelligence", "artificial intelligences"),
            ("supply chain", "supply chains"),
            ("balance of payments", "balances of payments"),
            ("Research and development", "Researches and development"),
            ("interest rate", "interest rates"),
            ("trade policy", "trade policies"),
            ("survey", "surveys"),
            ("tax", "taxes"),
            ("bank crash", "bank crashes"),
            ("virus", "viruses"),
            ("business", "businesses"),
            ("economic crisis", "economic crises"),
            ("policy analysis", "policy analyses"),
            ("criterion", "criteria"),
            ("Person", "People"),
            ("wild man", "wild men"),
            ("policewoman", "policewomen"),
            ("human", "humans"),
            ("wolf", "wolves"),
            ("roof", "roofs"),
            ("volcano", "volcanoes"),
            ("photo", "photos"),
            ("stomach", "stomachs"),
            ("financial technology", "financial technologies"),
            ("fintech", "fintechs"),
            ("start-up", "start-ups"),
            ("mother-in-law", "mothers-in-law"),
            ("greenhouse gas", "greenhouse gases"),
            ("economics", ""),
            ("politics of oil", ""),
            ("breaking news", ""),
            ("TV series", ""),
            ("endangered species", ""),
            ("human rights", ""),
            ("women's rights", ""),
            ("social media", ""),
            ("wildlife", ""),
            ("generative AI", ""),
            ("COVID-19", ""),
            ("", ""),
        ] {
            assert_eq!(plural(singular).as_deref().unwrap_or(""), expected, "{singular}");
        }
    }

    #[test]
    fn persons_take_s_or_es_at_the_last_word() {
        for (name, expected) in [
            ("John F. Kennedy", "John F. Kennedys"),
            ("Kennedy", "Kennedys"),
            ("Norah Jones", "Norah Joneses"),
            ("George W. Bush", "George W. Bushes"),
            ("Karl Marx", "Karl Marxes"),
            ("Steven Chu", "Steven Chus"),
            ("Martin Luther King Jr.", ""),
            ("Henry VIII", ""),
            ("KENNEDY", ""),
            ("Malcolm X", ""),
            ("Deadmau5", ""),
            ("", ""),
        ] {
            assert_eq!(person_plural(name).as_deref().unwrap_or(""), expected, "{name}");
        }
    }
}
