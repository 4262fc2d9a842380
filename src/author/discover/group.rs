//! Candidates that are names of one thing: the same but for case and marks, an acronym and what it was defined as, a
//! short form and the full name, another name of a listed entity.

use hashbrown::HashMap;

use super::cues::{self, Cues};
use super::rank::{Judged, ORGANIZATION, PERSON, PLACE};
use super::tally::{Cue, Definitions};
use crate::lexicon::Stack;
use crate::text::search_key;

/// Candidates of one row, as places in the list.
#[derive(Debug)]
pub(super) struct Group {
    pub main: usize,
    pub members: Vec<usize>,
    /// The kind, where the group says more than its main name.
    pub kind: Option<usize>,
    /// The listed entity.
    pub known: Option<String>,
    /// Words for the column `evidence`.
    pub reasons: Vec<&'static str>,
}

/// Groups candidates that are sorted by their mentions, the most frequent first.
pub(super) fn group(judged: &mut [Judged], definitions: &Definitions, stack: &Stack) -> Vec<Group> {
    let mut owner: Vec<usize> = (0..judged.len()).collect();
    let mut reasons: Vec<Vec<&'static str>> = vec![Vec::new(); judged.len()];
    by_form(judged, &mut owner);
    let defined = by_definition(judged, definitions, &mut owner, &mut reasons);
    by_last_words(judged, &mut owner, &mut reasons);
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (index, reasons) in reasons.iter().enumerate() {
        let root = root(&owner, index);
        let place = *places.entry(root).or_insert_with(|| {
            groups.push(Group { main: root, members: Vec::new(), kind: None, known: None, reasons: Vec::new() });
            groups.len() - 1
        });
        if index != root {
            groups[place].members.push(index);
        }
        for reason in reasons {
            if !groups[place].reasons.contains(reason) {
                groups[place].reasons.push(reason);
            }
        }
    }
    for group in &mut groups {
        let all = || std::iter::once(group.main).chain(group.members.iter().copied());
        if all().any(|index| defined.contains(&index)) && judged[group.main].weights[PERSON] < 2.0 {
            group.kind = Some(if judged[group.main].weights[PLACE] > 3.5 { PLACE } else { ORGANIZATION });
        }
        group.known = known(judged, group, stack);
        if group.known.is_some() {
            group.reasons.push("known-entity");
        }
    }
    merge_known(groups)
}

fn root(owner: &[usize], mut index: usize) -> usize {
    while owner[index] != index {
        index = owner[index];
    }
    index
}

/// The same search key, an article at the beginning aside: the most frequent form is the name.
fn by_form(judged: &[Judged], owner: &mut [usize]) {
    let mut forms: HashMap<String, usize> = HashMap::with_capacity(judged.len());
    for (index, candidate) in judged.iter().enumerate() {
        let key = search_key(&candidate.name);
        let cues = Cues::of(candidate.tallied.language());
        let bare = match key.split_once(' ') {
            Some((first, rest)) if cues.get(first) & cues::ARTICLE != 0 && rest.contains(' ') => rest.to_owned(),
            _ => key,
        };
        // An acronym is no other spelling of a word: `AIDE`, `Aide`.
        let key = if candidate.acronym { format!("{bare} (acronym)") } else { bare };
        owner[index] = *forms.entry(key).or_insert(index);
    }
}

/// An acronym goes to what it was defined as most often; gives the names so defined.
fn by_definition(
    judged: &[Judged],
    definitions: &Definitions,
    owner: &mut [usize],
    reasons: &mut [Vec<&'static str>],
) -> Vec<usize> {
    let places: HashMap<&str, usize> = judged.iter().enumerate().map(|(i, c)| (c.name.as_str(), i)).collect();
    let mut best: HashMap<usize, (u32, usize)> = HashMap::new();
    for ((short, long), count) in definitions {
        let (Some(short), Some(long)) = (places.get(short.as_str()), places.get(long.as_str())) else { continue };
        let new = (*count, *long);
        let known = best.entry(*short).or_insert(new);
        // More definitions, then more mentions (the list is sorted by them).
        if new.0 > known.0 || (new.0 == known.0 && new.1 < known.1) {
            *known = new;
        }
    }
    let mut defined = Vec::new();
    for (short, (_, long)) in best {
        let (short, long) = (root(owner, short), root(owner, long));
        if short != long {
            owner[short] = long;
            reasons[short].push("acronym-defined");
            defined.push(long);
        }
    }
    defined.sort_unstable();
    defined
}

/// A surname, alone or with its particle, goes to the one person of that name who is mentioned far more than others.
fn by_last_words(judged: &mut [Judged], owner: &mut [usize], reasons: &mut [Vec<&'static str>]) {
    let mut full: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, candidate) in judged.iter().enumerate() {
        if candidate.kind() != PERSON || candidate.words < 2 || owner[index] != index {
            continue;
        }
        for (at, _) in candidate.name.match_indices(' ') {
            full.entry(candidate.name[at + 1..].to_owned()).or_default().push(index);
        }
    }
    let mut bearers: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, candidate) in judged.iter().enumerate() {
        if candidate.acronym || owner[index] != index {
            continue;
        }
        if let Some(persons) = full.get(&candidate.name) {
            bearers.push((index, persons.clone()));
        }
    }
    for (index, persons) in bearers {
        let own = &judged[index];
        // A word that stands behind prepositions of places or sorts of bodies is a namesake.
        if own.weights[PLACE] > 2.0 || own.tallied.cue(Cue::BodyNoun) * 3 > own.tallied.mentions {
            continue;
        }
        judged[index].weights[PERSON] += 2.0;
        let mentions = |place: usize| judged[place].tallied.mentions;
        let sole = persons.get(1).is_none_or(|second| mentions(persons[0]) >= 3 * mentions(*second));
        if sole && judged[index].kind() == PERSON {
            owner[index] = persons[0];
            reasons[index].push("short-form");
        }
    }
}

/// The listed entity that most mentions of the group point to, if at least a third of them do.
fn known(judged: &[Judged], group: &Group, stack: &Stack) -> Option<String> {
    let mut votes: HashMap<&str, u32> = HashMap::new();
    let mut mentions = 0;
    for index in std::iter::once(group.main).chain(group.members.iter().copied()) {
        mentions += judged[index].tallied.mentions;
        for (id, count) in &judged[index].tallied.known {
            *votes.entry(id).or_default() += count;
        }
    }
    let (id, count) = votes.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))?;
    (count * 3 >= mentions && stack.find(id).is_some()).then(|| id.to_owned())
}

/// Groups of one listed entity are one row.
fn merge_known(groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::with_capacity(groups.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for group in groups {
        if let Some(id) = &group.known {
            if let Some(place) = places.get(id) {
                merged[*place].members.push(group.main);
                merged[*place].members.extend(group.members);
                continue;
            }
            places.insert(id.clone(), merged.len());
        }
        merged.push(group);
    }
    merged
}
