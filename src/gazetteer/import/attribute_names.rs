//! What the further fields of an import are called in the gazetteer.

use hashbrown::{HashMap, HashSet};

use crate::gazetteer::names;
use crate::gazetteer::source::columns::{Column, Form, Languages, column};

/// So many further fields with names of their own are kept.
const MAX_ATTRIBUTES: usize = 10_000;

/// What further fields are called in the gazetteer, where case makes no difference.
#[derive(Default)]
pub(super) struct AttributeNames {
    /// By the name as read, in small letters: those that differ in case only have the first one's.
    known: HashMap<String, String>,
    /// Those given, in small letters.
    given: HashSet<String>,
}

impl AttributeNames {
    /// The name of a field; `None` where there are too many.
    pub(super) fn of(&mut self, name: &str, languages: &mut Languages) -> Option<String> {
        let key = clean(name).to_lowercase();
        if let Some(known) = self.known.get(&key) {
            return Some(known.clone());
        }
        if self.known.len() >= MAX_ATTRIBUTES {
            return None;
        }
        let wanted = attribute(name, languages);
        let mut own = wanted.clone();
        // Another field may have the very name that this one gets because its own means something.
        for number in 2.. {
            if self.given.insert(own.to_lowercase()) {
                break;
            }
            own = format!("{wanted}_{number}");
        }
        self.known.insert(key, own.clone());
        Some(own)
    }
}

/// The name of an attribute: not that of a column that means something.
fn attribute(name: &str, languages: &mut Languages) -> String {
    let name = clean(name);
    let known = |form, languages: &mut Languages| !matches!(column(&name, form, languages), Column::Attribute(_));
    // JSON Lines has a list of that name.
    let list = name.eq_ignore_ascii_case("names");
    if list || known(Form::Wide, languages) || known(Form::Long, languages) { format!("source_{name}") } else { name }
}

/// In NFC, with one space for every run of spaces that has a line break or a tab in it.
pub(super) fn clean(text: &str) -> String {
    let text = names::clean(text);
    if text.contains(char::is_control) {
        return text
            .split(|c: char| c.is_control() || c == ' ')
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
    }
    text.into_owned()
}
