//! What a name looks like: scripts, language tags, letters, and whether its policy lets it be found.

use super::at;
use crate::error::Problem;
use crate::gazetteer::{Entity, Layer, MatchPolicy, Name, NameRole, names};
use crate::text::{Language, lang};

/// Checks the names of one entity.
pub(super) fn check(layer: &Layer, entity: &Entity, common: &dyn Fn(&str) -> bool, problems: &mut Vec<Problem>) {
    for name in &entity.names {
        if names::unusable(&name.text).is_some() {
            continue;
        }
        let mut push = |problem: Problem| problems.push(at(layer, entity, problem));
        if !name.text.is_ascii() {
            names::words(&name.text).filter_map(mixed).take(1).for_each(&mut push);
        }
        if let Some(problem) = tag(entity, name) {
            push(problem);
        }
        if let Some(problem) = reach(entity, name, common) {
            push(problem);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Other,
}

/// The script of a letter; `None` for what belongs to none.
fn script(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Some(Script::Latin),
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Some(Script::Greek),
        '\u{400}'..='\u{52F}' => Some(Script::Cyrillic),
        c if c.is_alphabetic() => Some(Script::Other),
        _ => None,
    }
}

/// Letters of Cyrillic and Greek that look like Latin ones.
const LOOK_ALIKES: &str = "АAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXаaеeіiјjоoрpсcуyхxѕs\
    ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνv";

fn latin_of(letter: char) -> Option<char> {
    let mut pairs = LOOK_ALIKES.chars();
    while let (Some(other), Some(latin)) = (pairs.next(), pairs.next()) {
        if other == letter {
            return Some(latin);
        }
    }
    None
}

/// A word of Latin letters with some that only look so, or the other way round. `TGFβ` is a word: its β looks like none.
fn mixed(word: &str) -> Option<Problem> {
    let count = |wanted: Script| word.chars().filter(|c| script(*c) == Some(wanted)).count();
    let latin = count(Script::Latin);
    let (other, letters) = [(Script::Cyrillic, count(Script::Cyrillic)), (Script::Greek, count(Script::Greek))]
        .into_iter()
        .max_by_key(|o| o.1)?;
    if latin == 0 || letters == 0 {
        return None;
    }
    let named = if other == Script::Greek { "Greek" } else { "Cyrillic" };
    let alike = |c: char| latin_of(c).is_some();
    let foreign = || word.chars().filter(|c| script(*c) == Some(other));
    if latin >= letters && foreign().all(alike) {
        let better: String = word.chars().map(|c| latin_of(c).unwrap_or(c)).collect();
        let message = format!("{named} letters that look like Latin ones in a Latin word, write `{better}`: `{word}`");
        return Some(Problem::warning("mixed-scripts", message).with_fix(format!("write `{better}`")));
    }
    let look = |c: char| LOOK_ALIKES.contains(c);
    if letters > latin && word.chars().filter(|c| script(*c) == Some(Script::Latin)).all(look) {
        let message =
            format!("Latin letters that look like {named} ones in a {named} word, write all in one script: `{word}`");
        return Some(Problem::warning("mixed-scripts", message).with_fix("write the word in one script"));
    }
    None
}

/// Languages that are written in Latin letters.
const LATIN: &[&str] = &[
    "fr", "en", "vi", "de", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "nb", "no", "fi", "hu", "ro", "tr", "id",
    "ca", "hr", "sk", "sl", "et", "lv", "lt",
];

/// A tag that the letters of the name speak against.
fn tag(entity: &Entity, name: &Name) -> Option<Problem> {
    let tag = name.lang.as_deref()?;
    let primary = tag.split('-').next().unwrap_or(tag);
    // With a script of its own (`sr-latn`, `en-cyrl`) the tag says what it means.
    if !LATIN.contains(&primary) || tag.split('-').skip(1).any(|part| part.len() == 4) {
        return None;
    }
    let (mut letters, mut latin) = (false, false);
    for script in name.text.chars().filter_map(script) {
        letters = true;
        latin |= script == Script::Latin;
    }
    if letters && !latin {
        let message = format!("no Latin letter in a name tagged {tag}, is the tag right? `{}`", name.text);
        return Some(
            Problem::warning("wrong-language", message).with_fix("give the name the tag of its language, or none"),
        );
    }
    // A person's name crosses languages as it is.
    if matches!(primary, "fr" | "en") && entity.kind != "person" && name.text.chars().any(is_vietnamese) {
        let message = format!("Vietnamese letters in a name tagged {tag}, is it a Vietnamese name? `{}`", name.text);
        return Some(Problem::note("wrong-language", message).with_fix("tag it vi"));
    }
    None
}

/// Letters that Vietnamese alone writes.
fn is_vietnamese(c: char) -> bool {
    matches!(c, 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1EA0}'..='\u{1EF9}')
}

/// Whether, and how often, the policy of a name lets it be found.
fn reach(entity: &Entity, name: &Name, common: &dyn Fn(&str) -> bool) -> Option<Problem> {
    let text = name.text.as_str();
    let word = names::only_word(text)?;
    let policy = name.policy.or(entity.policy).unwrap_or(MatchPolicy::Smart);
    let letters = text.chars().count();
    let upper = text.chars().any(char::is_uppercase);
    if name.role == NameRole::Acronym && !upper && policy != MatchPolicy::Folded && text.chars().any(char::is_lowercase)
    {
        let capitals = text.to_uppercase();
        let message = format!("an acronym in small letters is not found as it is used, write `{capitals}`: `{text}`");
        return Some(Problem::warning("small-acronym", message).with_fix(format!("write `{capitals}`")));
    }
    if name.role == NameRole::Alias
        && (2..=3).contains(&letters)
        && text.bytes().all(|byte| byte.is_ascii_lowercase())
        && policy != MatchPolicy::Exact
        && entity.kind != "theme"
        && entity.needs().is_empty()
    {
        let capitals = text.to_uppercase();
        let message = format!(
            "a short alias in small letters matches in any case, put `{capitals}` into `acronyms` if it is one: `{text}`"
        );
        return Some(
            Problem::warning("unguarded-acronym", message).with_fix(format!("put `{capitals}` into `acronyms`")),
        );
    }
    let lower = word.to_lowercase();
    let language = name.lang.as_deref().map_or(Language::UND, Language::of_tag);
    if name.role != NameRole::Acronym && letters > 1 && lang::is_kinship(language, &lower) {
        let message = format!("a kinship word is no name before a capital, give the full name: `{text}`");
        return Some(Problem::note("kinship-word", message).with_fix("give the full name"));
    }
    let small = text.chars().any(char::is_lowercase);
    if entity.important() != Some(true) && upper && policy == MatchPolicy::Smart && common(&lower) {
        let (code, message) = if small {
            (
                "common-capital",
                format!("a common word, not found at the start of a sentence unless `important`: `{text}`"),
            )
        } else {
            ("acronym-word", format!("also a common word, not found in passages in capitals: `{text}`"))
        };
        if small && entity.kind == "theme" {
            return None;
        }
        return Some(Problem::note(code, message).with_fix("list a longer name as well"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_only_look_alike() {
        for (word, better) in [
            ("Pаris", Some("write `Paris`")),                 // Cyrillic а
            ("ΝATO", Some("write `NATO`")),                   // Greek Ν
            ("Моsква", Some("write the word in one script")), // Latin o, s
            ("Paris", None),
            ("Москва", None),
            ("TGFβ", None),
            ("Ελλάδα", None),
        ] {
            assert_eq!(mixed(word).and_then(|problem| problem.fix).as_deref(), better, "{word}");
        }
    }
}
