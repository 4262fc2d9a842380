//! Which candidates are names, how far they go, of which kind, and in which order.
//!
//! *How far.* `Parti` is counted with `Parti socialiste` and `Parti communiste`. The longer name stands if it makes up
//! most of the shorter one's mentions; where the shorter one is a common word, which is no name by itself, a small part is
//! enough. What is left of the shorter one stands by itself if it is much.
//!
//! *Is it a name?* A word that the corpus mostly writes in small letters is none.
//!
//! *The kind* is the one for which most speaks: see [`weigh`].

use hashbrown::{HashMap, HashSet};

use super::cues::{self, Cues};
use super::group;
use super::scan::GivenNames;
use super::tally::{CUES, Candidates, Cue, Sketch, Tallied, Total};
use super::{DiscoverOptions, Discovered};
use crate::lexicon::Stack;
use crate::text::{Language, lang};

/// Kinds, in the order of [`Judged::weights`].
pub(super) const KINDS: [&str; 3] = ["person", "organization", "place"];
pub(super) const PERSON: usize = 0;
pub(super) const ORGANIZATION: usize = 1;
pub(super) const PLACE: usize = 2;

/// A candidate that stands, with what is thought of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub name: String,
    pub tallied: Tallied,
    /// How much speaks for each of [`KINDS`].
    pub weights: [f32; 3],
    /// How likely it is a name at all, 0 to 1.
    pub namehood: f32,
    pub acronym: bool,
    /// Words of the name.
    pub words: usize,
}

impl Judged {
    /// The kind for which most speaks.
    pub fn kind(&self) -> usize {
        (0..3).rev().max_by(|a, b| self.weights[*a].total_cmp(&self.weights[*b])).unwrap_or(PERSON)
    }
}

/// Ranks what a corpus holds; the best first.
pub(super) fn rank(total: Total, stack: &Stack, mut given: GivenNames, options: &DiscoverOptions) -> Vec<Discovered> {
    let Total { candidates, definitions, small, .. } = total;
    learn_given_names(&candidates, &mut given);
    let candidates = settle_ends(candidates, &given);
    let mut judged: Vec<Judged> =
        candidates.into_iter().map(|(name, tallied)| judge(name, tallied, &given, &small)).collect();
    judged.sort_by(|a, b| b.tallied.mentions.cmp(&a.tallied.mentions).then_with(|| a.name.cmp(&b.name)));
    let groups = group::group(&mut judged, &definitions, stack);
    let mut found: Vec<Discovered> = groups
        .iter()
        .map(|group| row(group, &judged, stack))
        .filter(|row| row.mentions >= options.min_mentions && row.score >= 0.0001)
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id))));
    found.truncate(options.rows);
    found
}

/// The first words of full names behind titles are given names too, whatever the gazetteers list.
fn learn_given_names(candidates: &Candidates, given: &mut GivenNames) {
    let mut learned: HashMap<String, u32> = HashMap::new();
    for (name, tallied) in candidates {
        let titles = tallied.cue(Cue::Title);
        if tallied.longer == 0
            && titles * 3 >= tallied.mentions
            && tallied.cue(Cue::Article) == 0
            && let Some((first, _)) = name.split_once([' ', '-'])
            && first.chars().count() >= 3
        {
            *learned.entry(first.to_lowercase()).or_default() += titles;
        }
    }
    let languages = [Language::FR, Language::EN];
    given.extend(
        learned
            .into_iter()
            .filter(|(name, titles)| *titles >= 2 && !languages.iter().any(|language| lang::is_common(*language, name)))
            .map(|(name, _)| name),
    );
}

/// Decides how far names go; gives the candidates that stand, each with the mentions that are its own.
fn settle_ends(mut candidates: Candidates, given: &GivenNames) -> Candidates {
    let mut longer: Vec<String> = candidates
        .iter()
        .filter(|(_, tallied)| tallied.longer * 2 > tallied.mentions)
        .map(|(name, _)| name.clone())
        .collect();
    // The shortest first, so that each is weighed against what is settled.
    longer.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut taken: HashMap<String, u32> = HashMap::new();
    let mut refused: HashSet<String> = HashSet::new();
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for name in longer {
        let Some(base) = prefixes(&name).find(|prefix| candidates.contains_key(*prefix)).map(str::to_owned) else {
            continue;
        };
        let (own, all) = (&candidates[&name], &candidates[&base]);
        let stands = !refused.contains(&base) && stands(&base, all, &name, own, given) || own.cue(Cue::Definition) > 0;
        if stands {
            *taken.entry(base.clone()).or_default() += own.mentions;
            children.entry(base).or_default().push(name);
        } else {
            refused.insert(name);
        }
    }
    for name in &refused {
        candidates.remove(name);
    }
    for (name, taken) in taken {
        let Some(tallied) = candidates.get_mut(&name) else { continue };
        let left = tallied.mentions.saturating_sub(taken);
        let common = !name.contains(' ') && is_common(&name, tallied.language());
        if common || left < 2 || left * 10 < tallied.mentions * 3 {
            candidates.remove(&name);
        } else {
            let share =
                |count: &mut u32| *count = (u64::from(*count) * u64::from(left) / u64::from(left + taken)) as u32;
            tallied.cues.iter_mut().for_each(share);
            share(&mut tallied.inside);
            tallied.mentions = left;
        }
    }
    candidates
}

/// Shorter beginnings of a name that end at the end of a word, the longest first.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    name.char_indices()
        .rev()
        .filter(|(_, c)| matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\'' | '’'))
        .map(|(at, _)| &name[..at])
}

/// Whether the longer name stands against the shorter one that it begins with.
fn stands(base: &str, all: &Tallied, name: &str, own: &Tallied, given: &GivenNames) -> bool {
    let (part, whole) = (own.mentions, all.mentions.max(1));
    let at_least = |tenths: u32| part * 10 >= whole * tenths;
    let first = base.split([' ', '-']).next().unwrap_or("").to_lowercase();
    let single = !base.contains(' ');
    let capital_ends = name.rsplit([' ', '\'', '’']).next().is_some_and(|w| w.starts_with(char::is_uppercase));
    if given.contains(&first) {
        // `Dominique de Villepin`: a given name by itself is hardly meant.
        return if single && capital_ends { at_least(2) || part >= 2 } else { part >= 3 && at_least(8) };
    }
    let language = all.language();
    let head = Cues::of(language).get(&first) & (cues::BODY_HEAD | cues::PLACE_HEAD) != 0;
    if single && (is_common(base, language) || head) {
        return part >= 2 && at_least(1);
    }
    if head {
        return part >= 2 && at_least(5);
    }
    part >= 3 && at_least(6)
}

fn is_common(name: &str, language: Language) -> bool {
    let lower = name.to_lowercase();
    Cues::of(language).get(&lower) & (cues::FUNCTION | cues::CALENDAR) != 0 || lang::is_common(language, &lower)
}

fn judge(name: String, tallied: Tallied, given: &GivenNames, small: &Sketch) -> Judged {
    let language = tallied.language();
    let words: Vec<&str> = name.split([' ', '\u{A0}', '\u{202F}']).collect();
    let letters = name.chars().filter(|c| c.is_alphabetic());
    let acronym = words.len() == 1
        && name.chars().filter(|c| c.is_uppercase()).count() >= 2
        && letters.clone().all(char::is_uppercase)
        && name.chars().count() <= 10;
    let weights = weigh(&name, &words, &tallied, given, acronym);
    let inside = tallied.inside;
    let namehood = if words.len() > 1 {
        let all_common = words.iter().all(|word| is_common(word, language));
        if all_common { 0.5 } else { 1.0 }
    } else {
        let lower = name.to_lowercase();
        let seen = if acronym && lower.chars().count() > 3 { 0 } else { small.get(&lower) };
        let share = inside as f32 / (inside + seen).max(1) as f32;
        let common = if is_common(&name, language) { 0.5 } else { 1.0 };
        let initial = if name.chars().count() < 2 { 0.0 } else { 1.0 };
        share * common * initial
    };
    Judged { words: words.len(), name, tallied, weights, namehood, acronym }
}

/// How much speaks for a person, an organization, a place.
fn weigh(name: &str, words: &[&str], tallied: &Tallied, given: &GivenNames, acronym: bool) -> [f32; 3] {
    let mentions = tallied.mentions.max(1) as f32;
    let share = |cue: Cue| (tallied.cue(cue) as f32 / mentions).min(1.0);
    // What a few of many mentions say counts little, but it counts.
    let sign = |cue: Cue| (2.5 * share(cue)).min(1.0).max(0.1 * (tallied.cue(cue) as f32).min(4.0));
    let cues = Cues::of(tallied.language());
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let phrase = lower.get(..2).map(|two| two.join(" ")).unwrap_or_default();
    let (first, last) = (lower.first().map_or("", String::as_str), lower.last().map_or("", String::as_str));
    let begins = if words.len() > 1 { cues.get(first) | cues.get(&phrase) } else { 0 };
    let ends = if words.len() > 1 { cues.get(last) } else { 0 };
    let head = |mask: u16| if (begins | ends) & mask != 0 { 1.0 } else { 0.0 };
    let capital = |word: &&str| {
        let start = word.split('-').next().unwrap_or("").to_lowercase();
        word.starts_with(char::is_uppercase) || cues.get(&start) & cues::PARTICLE != 0
    };
    let all_capital = words.iter().all(capital);
    let joint = lower.iter().any(|word| cues.get(word) & cues::JOINT != 0 && cues.get(word) & cues::PARTICLE == 0);
    let known_given = words.len() >= 2
        && words.len() <= 5
        && name.split([' ', '-']).next().is_some_and(|first| given.contains(&first.to_lowercase()))
        && words[1].starts_with(char::is_uppercase);
    let small = if words.len() > 1 && !all_capital { 1.0 } else { 0.0 };
    // A word by itself that recurs is seldom a person: those have a full name somewhere, and are grouped with it.
    let lone = if words.len() == 1 && !acronym { 0.1 * mentions.min(7.0) + 0.3 } else { 0.0 };
    // `Les Républicains`, `Le Monde`; of `Le Pen` the full name says that it is a person.
    let titled = words.len() > 1 && cues.get(first) & cues::ARTICLE != 0;
    // `le député LR`: parties and teams stand behind roles too.
    let beside_roles = if acronym || titled { 1.0 } else { 3.0 };
    let mut person = beside_roles * sign(Cue::Title) + 1.5 * sign(Cue::Apposition) + 0.6 * sign(Cue::Speech);
    if known_given {
        person += 2.5;
    }
    if (2..=4).contains(&words.len()) && all_capital && !joint {
        person += 0.9;
    } else if words.len() == 1 && !acronym {
        person += 0.5;
    }
    person -= 1.5 * share(Cue::Article) + if titled { 1.0 } else { 0.0 };
    let organization = if acronym { 2.2 } else { 0.0 }
        + 1.5 * sign(Cue::Definition)
        + 2.8 * head(cues::BODY_HEAD)
        + 2.2 * sign(Cue::BodyNoun)
        + 1.8 * share(Cue::Article)
        + lone
        + if titled { 0.8 } else { 0.0 }
        + 1.2 * small;
    let place = 2.2 * head(cues::PLACE_HEAD)
        + 2.2 * sign(Cue::PlaceNoun)
        + 2.5 * (2.0 * share(Cue::InPlace)).min(1.0)
        + 1.4 * (2.0 * share(Cue::AtPlace)).min(1.0);
    [person, organization, place]
}

fn row(group: &group::Group, judged: &[Judged], stack: &Stack) -> Discovered {
    let main = &judged[group.main];
    let mut all = main.tallied.clone();
    let mut documents = all.documents;
    let mut namehood = main.namehood;
    let (mut aliases, mut acronyms): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for member in group.members.iter().map(|member| &judged[*member]) {
        all.add(&member.tallied);
        documents = documents.max(member.tallied.documents);
        namehood = namehood.max(member.namehood * 0.9);
        let list = if member.acronym { &mut acronyms } else { &mut aliases };
        list.push(member.name.clone());
    }
    let kind = group.kind.unwrap_or_else(|| main.kind());
    let strength = (main.weights[kind].max(0.0) / 3.0).min(1.0);
    let strong = all.cue(Cue::Title) + all.cue(Cue::Definition) > 0 || main.weights[kind] >= 2.0;
    let outside = (all.mentions - all.inside.min(all.mentions)) as f32;
    // Words that only begin sentences show nothing by their capital.
    let inside = all.inside as f32
        + outside
            * if strong {
                0.5
            } else if all.inside > 0 {
                0.3
            } else {
                0.0
            };
    let weight = (1.0 + inside).ln() * namehood * (0.6 + 0.4 * strength) * if documents > 1 { 1.0 } else { 0.85 };
    let score = 1.0 - (-weight / 2.0).exp();
    let mut evidence: Vec<String> = CUES
        .iter()
        .filter(|(cue, _)| all.cue(*cue) > 0)
        .map(|(cue, word)| format!("{word}:{}", all.cue(*cue)))
        .collect();
    evidence.extend(group.reasons.iter().map(|reason| (*reason).to_owned()));
    let mut found = Discovered {
        id: String::new(),
        kind: KINDS[kind].to_owned(),
        name: main.name.clone(),
        aliases,
        acronyms,
        score,
        mentions: all.mentions,
        documents,
        evidence,
        contexts: all.contexts,
    };
    if let Some(entity) = group.known.as_deref().and_then(|id| stack.find(id)) {
        let view = stack.entity(entity);
        found.id = view.id.to_owned();
        found.kind = stack.kind(view.kind).to_owned();
        let name = std::mem::replace(&mut found.name, view.name.to_owned());
        if main.acronym { found.acronyms.insert(0, name) } else { found.aliases.insert(0, name) }
    }
    found
}
