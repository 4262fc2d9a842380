//! Compiling a layer: entities and names into flat sections, names into the prefix table or the substring side.

use hashbrown::{HashMap, HashSet};

use super::names::{self, NameRecord};
use super::table::{FORM, Forms};
use super::{EntityRecord, Lexicon, Text, entities, inflect, policy_code};
use crate::error::{Error, Problem, Result};
use crate::gazetteer::{
    Action, DEFAULT_PRIOR, Layer, MAX_ENTITIES_A_FORM, MAX_NAME_BYTES, MAX_NAME_WORDS, MatchPolicy, NameRole,
};
use crate::text::fold::{Folded, Gap, is_acronym};
use crate::text::words::{first_prefix, hash_key, next_prefix};

/// How a lexicon is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileOptions {
    /// `--boundary none`: every name may begin and end inside words.
    pub open: bool,
}

/// The most names that `--boundary none` takes.
pub const MAX_OPEN_NAMES: usize = 100_000;

/// Bit of a place in `Compiler::words`: the name may begin in lower case.
const MAY_BE_LOWER: u32 = 1 << 31;

/// With more ASCII words that may begin a name in lower case, most words of a text may begin a name, and hashing them all in one
/// go is cheaper than asking the gate: measured between 4,000 and 16,000.
const MAX_SPARSE_LOWER: usize = 8192;

struct Compiler {
    lexicon: Lexicon,
    kinds: HashMap<String, u16>,
    langs: HashMap<String, u16>,
    folded: Folded,
    key: String,
    /// Hashes of the words of all names of the word side, one name after the other.
    words: Vec<u64>,
    /// Names of the word side: hash of all words, name, place in `words` and [`MAY_BE_LOWER`].
    terminals: Vec<(u64, u32, u32)>,
    /// ASCII words that may begin a name in lower case.
    lower: HashSet<u64>,
    /// Names of the substring side: pattern, name.
    patterns: Vec<(String, u32)>,
    problems: Vec<Problem>,
    options: CompileOptions,
}

impl Lexicon {
    /// Compiles one layer.
    ///
    /// # Errors
    /// A section would outgrow 32 bits, or `open` is asked for too many names.
    pub fn compile(layer: &Layer, options: CompileOptions) -> Result<Self> {
        let mut compiler = Compiler {
            lexicon: Self::default(),
            kinds: HashMap::new(),
            langs: HashMap::new(),
            folded: Folded::default(),
            key: String::new(),
            words: Vec::new(),
            lower: HashSet::new(),
            terminals: Vec::new(),
            patterns: Vec::new(),
            problems: Vec::new(),
            options,
        };
        compiler.lexicon.langs.push(Text::default());
        if layer.entities.len() > u32::MAX as usize / 2 {
            return Err(Error::message("more than two thousand million entities in one layer"));
        }
        for entity in &layer.entities {
            compiler.entity(layer, entity)?;
        }
        compiler.finish(layer)
    }
}

impl Compiler {
    fn text(&mut self, text: &str) -> Result<Text> {
        let start = self.lexicon.strings.len();
        if start + text.len() > u32::MAX as usize {
            return Err(Error::message("the strings of one gazetteer layer exceed 4 GiB: split it"));
        }
        self.lexicon.strings.extend_from_slice(text.as_bytes());
        Ok(Text { start: start as u32, len: text.len() as u32 })
    }

    fn list(&mut self, items: &[String]) -> Result<Text> {
        if items.is_empty() {
            return Ok(Text::default());
        }
        let start = self.lexicon.lists.len() as u32;
        for item in items {
            let text = self.text(item)?;
            self.lexicon.lists.push(text);
        }
        Ok(Text { start, len: items.len() as u32 })
    }

    fn kind(&mut self, kind: &str) -> Result<u16> {
        if let Some(number) = self.kinds.get(kind) {
            return Ok(*number);
        }
        let number = u16::try_from(self.lexicon.kinds.len())
            .map_err(|_| Error::message("more than 65,536 kinds in one gazetteer layer"))?;
        let text = self.text(kind)?;
        self.lexicon.kinds.push(text);
        self.kinds.insert(kind.to_owned(), number);
        Ok(number)
    }

    fn lang(&mut self, lang: &str) -> Result<u16> {
        if let Some(number) = self.langs.get(lang) {
            return Ok(*number);
        }
        let number = u16::try_from(self.lexicon.langs.len())
            .map_err(|_| Error::message("more than 65,535 language tags in one gazetteer layer"))?;
        let text = self.text(lang)?;
        self.lexicon.langs.push(text);
        self.langs.insert(lang.to_owned(), number);
        Ok(number)
    }

    fn entity(&mut self, layer: &Layer, entity: &crate::gazetteer::Entity) -> Result<()> {
        // The canonical name is usually the first of the names: its text is stored once.
        let mut record = EntityRecord {
            id: self.text(&entity.id)?,
            country: self.text(&entity.country)?,
            parent: self.text(entity.parent.as_deref().unwrap_or(""))?,
            outside: self.list(&entity.outside)?,
            same_as: self.list(&entity.same_as)?,
            needs: self.list(&entity.needs)?,
            names: self.lexicon.names.len() as u32,
            prior: entity.prior.unwrap_or(DEFAULT_PRIOR),
            kind: self.kind(&entity.kind)?,
            policy: entity.policy.map_or(entities::NO_POLICY, policy_code),
            ..EntityRecord::default()
        };
        if let Some((latitude, longitude)) = entity.position {
            (record.latitude, record.longitude) = (latitude, longitude);
            record.flags |= entities::PLACED;
        }
        for (set, flag) in [
            (entity.important == Some(true), entities::IMPORTANT),
            (entity.prior.is_some(), entities::PRIOR_GIVEN),
            (entity.id_derived, entities::ID_DERIVED),
            (entity.kind_derived, entities::KIND_DERIVED),
            (entity.action == Action::Replace, entities::REPLACES),
            (entity.action == Action::Remove, entities::REMOVES),
        ] {
            if set {
                record.flags |= flag;
            }
        }
        let index = self.lexicon.entities.len() as u32;
        if entity.action != Action::Remove {
            for name in &entity.names {
                let listed = self.lexicon.names.len() as u32;
                let text = self.text(&name.text)?;
                if record.name.len == 0 && name.text == entity.name {
                    record.name = text;
                }
                let lang = match name.lang.as_deref() {
                    Some(lang) if !lang.is_empty() => self.lang(lang)?,
                    _ => 0,
                };
                let policy = name.policy.or(entity.policy).unwrap_or(MatchPolicy::Smart);
                let listed_record = NameRecord {
                    text,
                    entity: index,
                    listed,
                    prior: name.prior.unwrap_or(record.prior),
                    lang,
                    policy: policy_code(policy),
                    own: (if name.prior.is_some() { names::OWN_PRIOR } else { 0 })
                        | (if name.policy.is_some() { names::OWN_POLICY } else { 0 }),
                    flags: 0,
                    role: match name.role {
                        NameRole::Canonical => 0,
                        NameRole::Alias => 1,
                        NameRole::Acronym => 2,
                    },
                    ..NameRecord::default()
                };
                let kept = self.name(listed_record, &name.text, layer, entity)?;
                // A later layer may change the entity's policy, so `exact` is looked at on the hit.
                let exact = name.policy == Some(MatchPolicy::Exact);
                if !kept || exact || name.role == NameRole::Acronym {
                    continue;
                }
                let Some(lang) = name.lang.as_deref() else { continue };
                if self.lexicon.names[listed as usize].flags & names::ACRONYM != 0 {
                    continue;
                }
                for inflected in inflect::generated(&entity.kind, lang, &name.text) {
                    if entity.names.iter().any(|n| n.text == inflected && n.lang == name.lang) {
                        continue;
                    }
                    let text = self.text(&inflected)?;
                    let record = NameRecord { text, flags: names::GENERATED, ..listed_record };
                    self.name(record, &inflected, layer, entity)?;
                }
            }
        }
        if record.name.len == 0 {
            record.name = self.text(&entity.name)?;
        }
        record.names_len = self.lexicon.names.len() as u32 - record.names;
        self.lexicon.entities.push(record);
        Ok(())
    }

    /// Adds a name to the name section and to one side of the search; `false` if it can never match.
    fn name(
        &mut self,
        mut record: NameRecord,
        text: &str,
        layer: &Layer,
        entity: &crate::gazetteer::Entity,
    ) -> Result<bool> {
        let index = self.lexicon.names.len();
        if index >= FORM as usize {
            return Err(Error::message("more than 536 million names in one gazetteer layer"));
        }
        self.folded.read(text, 0);
        let words = self.folded.words.len();
        let skipped = if words > MAX_NAME_WORDS || text.len() > MAX_NAME_BYTES {
            Some((
                "long-name",
                format!(
                    "name of {words} words and {} bytes is skipped (at most {MAX_NAME_WORDS} and {MAX_NAME_BYTES})",
                    text.len()
                ),
            ))
        } else if words == 0 && !self.folded.symbols.iter().any(|s| !s.soft) {
            Some(("empty-name", format!("name folds to nothing and is skipped `{text}`")))
        } else if (1..words).any(|k| self.folded.gaps[k] == Gap::Never) {
            Some(("blank-line", format!("name with a blank line is skipped `{}`", text.escape_debug())))
        } else {
            None
        };
        if let Some((code, message)) = skipped {
            let mut problem = Problem::warning(code, message).at_line(u64::from(entity.line));
            problem.path = layer.files.get(entity.file as usize).cloned();
            self.problems.push(problem);
            record.flags |= names::SKIPPED;
            self.lexicon.names.push(record);
            return Ok(false);
        }
        let folded = &self.folded;
        let hard: usize = folded.symbols.len();
        let mut flags = record.flags;
        let mut length = folded.letters.len();
        if words == 0 {
            flags |= names::OPEN_START | names::OPEN_END;
            length = hard;
        } else {
            for k in 1..words {
                if let Gap::Hard { start, end } = folded.gaps[k] {
                    length += (end - start) as usize;
                }
            }
            let edges = folded.leading_symbols().len() + folded.trailing_symbols().len();
            length += edges;
            let many = words > 1;
            for (set, flag) in [
                (many, names::MANY_WORDS),
                (folded.letters.iter().any(|l| l.marks != 0), names::MARKED),
                (edges > 0, names::EDGE_SYMBOLS),
                (folded.letters[0].unsegmented, names::OPEN_START),
                (folded.letters[folded.letters.len() - 1].unsegmented, names::OPEN_END),
                (!many && (record.role == 2 || is_acronym(folded.word(0))), names::ACRONYM),
            ] {
                if set {
                    flags |= flag;
                }
            }
        }
        record.flags = flags;
        record.length = length.min(u16::MAX as usize) as u16;
        let open = self.options.open || flags & (names::OPEN_START | names::OPEN_END) != 0;
        if open {
            let mut pattern = String::new();
            stream_form(folded, &mut pattern);
            self.patterns.push((pattern, index as u32));
        } else {
            let lower = record.policy == policy_code(MatchPolicy::Folded) || !folded.letters[0].upper;
            let (mut prefix, start) = (0, self.words.len());
            for k in 0..words {
                self.key.clear();
                folded.key(k, &mut self.key);
                let hash = hash_key(&self.key);
                self.words.push(hash);
                prefix = if k == 0 { first_prefix(hash) } else { next_prefix(prefix, hash) };
                if k == 0 {
                    self.lexicon.gate.insert(&self.key, lower);
                    if lower && self.key.is_ascii() {
                        self.lower.insert(hash);
                    }
                }
            }
            if start >= MAY_BE_LOWER as usize {
                return Err(Error::message("the names of one gazetteer layer have more than 2 thousand million words"));
            }
            record.words = words as u8;
            self.terminals.push((prefix, index as u32, start as u32 | if lower { MAY_BE_LOWER } else { 0 }));
        }
        self.lexicon.names.push(record);
        Ok(true)
    }

    fn finish(mut self, layer: &Layer) -> Result<Lexicon> {
        if self.options.open && self.lexicon.names.len() > MAX_OPEN_NAMES {
            return Err(Error::message(format!(
                "`--boundary none` takes at most {MAX_OPEN_NAMES} names, not {}",
                self.lexicon.names.len()
            )));
        }
        self.terminals.sort_unstable();
        // Forms: the names that share all words.
        let mut forms = Forms::default();
        let mut at = 0;
        while at < self.terminals.len() {
            let (hash, name, start) = self.terminals[at];
            let len = self.terminals[at..].iter().take_while(|t| t.0 == hash).count();
            let group: Vec<u32> = self.terminals[at..at + len].iter().map(|t| t.1).collect();
            let lower = self.terminals[at..at + len].iter().any(|t| t.2 & MAY_BE_LOWER != 0);
            at += len;
            let words = usize::from(self.lexicon.names[name as usize].words);
            let start = (start & !MAY_BE_LOWER) as usize;
            let words = &self.words[start..start + words];
            forms.push(words, lower, self.lexicon.form_starts.len() as u32);
            self.lexicon.form_starts.push(self.lexicon.form_names.len() as u32);
            let group = self.limit(group, layer);
            self.lexicon.form_names.extend(group);
        }
        self.lexicon.form_starts.push(self.lexicon.form_names.len() as u32);
        self.lexicon.sparse = self.lower.len() <= MAX_SPARSE_LOWER;
        self.lexicon.table = forms.build();
        self.patterns.sort();
        let mut patterns: Vec<String> = Vec::new();
        let mut groups: Vec<(usize, Vec<u32>)> = Vec::new();
        for (pattern, name) in self.patterns {
            if patterns.last() != Some(&pattern) {
                patterns.push(pattern);
                groups.push((patterns.len() - 1, Vec::new()));
            }
            if let Some((_, group)) = groups.last_mut() {
                group.push(name);
            }
        }
        let limited: Vec<Vec<u32>> = {
            let mut this = Limiter { lexicon: &self.lexicon, problems: &mut self.problems };
            groups.into_iter().map(|(_, group)| this.limit(group, layer)).collect()
        };
        self.lexicon.substrings = super::substring::Substrings::build(patterns, limited)?;
        self.lexicon.problems = self.problems;
        Ok(self.lexicon)
    }

    fn limit(&mut self, group: Vec<u32>, layer: &Layer) -> Vec<u32> {
        Limiter { lexicon: &self.lexicon, problems: &mut self.problems }.limit(group, layer)
    }
}

struct Limiter<'a> {
    lexicon: &'a Lexicon,
    problems: &'a mut Vec<Problem>,
}

impl Limiter<'_> {
    /// Keeps the names of at most [`MAX_ENTITIES_A_FORM`] entities: the highest priors, ties by the smaller id.
    fn limit(&mut self, group: Vec<u32>, layer: &Layer) -> Vec<u32> {
        if group.len() <= MAX_ENTITIES_A_FORM {
            return group;
        }
        let lexicon = self.lexicon;
        let mut entities: Vec<(f32, u32)> = Vec::new();
        for name in &group {
            let record = &lexicon.names[*name as usize];
            match entities.iter_mut().find(|(_, entity)| *entity == record.entity) {
                Some((prior, _)) => *prior = prior.max(record.prior),
                None => entities.push((record.prior, record.entity)),
            }
        }
        if entities.len() <= MAX_ENTITIES_A_FORM {
            return group;
        }
        let id = |entity: u32| lexicon.text(lexicon.entities[entity as usize].id);
        entities.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| id(a.1).cmp(id(b.1))));
        let text = lexicon.text(lexicon.names[group[0] as usize].text);
        for (_, entity) in &entities[MAX_ENTITIES_A_FORM..] {
            let source = &layer.entities[*entity as usize];
            let mut problem = Problem::warning(
                "crowded-name",
                format!("more than {MAX_ENTITIES_A_FORM} entities share a name, this one is left out `{text}`"),
            )
            .at_line(u64::from(source.line));
            problem.path = layer.files.get(source.file as usize).cloned();
            self.problems.push(problem);
        }
        let kept: hashbrown::HashSet<u32> = entities[..MAX_ENTITIES_A_FORM].iter().map(|e| e.1).collect();
        group.into_iter().filter(|name| kept.contains(&lexicon.names[*name as usize].entity)).collect()
    }
}

/// The form of a name that the substring side searches: keys, one space for a soft gap, the symbols of others.
fn stream_form(folded: &Folded, out: &mut String) {
    for k in 0..folded.words.len() {
        if k > 0 {
            match folded.gaps[k] {
                Gap::Soft => out.push(' '),
                Gap::Hard { start, end } => {
                    out.extend(folded.symbols[start as usize..end as usize].iter().map(|s| s.symbol));
                }
                Gap::Never => out.push('\n'),
            }
        }
        folded.key(k, out);
    }
    if folded.words.is_empty() {
        out.extend(folded.symbols.iter().map(|s| s.symbol));
    }
}
