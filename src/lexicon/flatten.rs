//! Making one layer of several: what `compile A B -o C.gaz` does.
//!
//! Every entity of the joined stack becomes one row with all its names; what it says is what its rows say together. A
//! text must be read the same with the one layer as with the stack, so names are copied as they were compiled, those
//! generated from them included, and keep the number of their layer as a rank for ties. Rows that remove entities stay,
//! and come first: they act on layers below. (One thing may differ: of a form that more than
//! [`MAX_ENTITIES_A_FORM`](crate::gazetteer::MAX_ENTITIES_A_FORM) entities share, the one layer keeps as many as any
//! layer does.)

use hashbrown::HashMap;

use super::compile::Compiler;
use super::entities::{EntityId, ID_DERIVED, IMPORTANT, KIND_DERIVED, PRIOR_GIVEN, REMOVES, REPLACES, SHADOWED};
use super::names::{GENERATED, NameRecord, OWN_POLICY, OWN_PRIOR};
use super::records::EntityDraft;
use super::{CompileOptions, EntityRecord, Lexicon, NO_POLICY, Stack};
use crate::error::{Error, Result};

/// What makes two names of an entity say the same.
type Same<'a> = (&'a [u8], &'a str, u8, u8, u8, u32, u8);

struct Flattener<'s> {
    stack: &'s Stack,
    compiler: Compiler<'static>,
    /// What is added to the ranks of each layer.
    ranks: Vec<u16>,
}

impl Stack {
    /// All layers as one.
    ///
    /// # Errors
    /// A section would outgrow its limit.
    pub fn flatten(&self, options: CompileOptions) -> Result<Lexicon> {
        let mut ranks = Vec::new();
        let mut next = 0u16;
        for lexicon in &self.lexicons {
            ranks.push(next);
            next = lexicon
                .counts
                .rank
                .checked_add(1)
                .and_then(|used| next.checked_add(used))
                .ok_or_else(|| Error::message("more than 65,535 layers made into one"))?;
        }
        // Not what a file's head says of itself, which may be anything.
        let rows = self.lexicons.iter().map(|lexicon| lexicon.records.len()).sum::<usize>() / 48;
        let mut flattener = Flattener { stack: self, compiler: Compiler::new(&[], rows, options), ranks };
        // The numbers of kinds stay, those of kinds that no entity is left of as well.
        for kind in &self.kinds {
            flattener.compiler.kind(kind)?;
        }
        flattener.removals()?;
        for (layer, lexicon) in self.lexicons.iter().enumerate() {
            for index in lexicon.records().rows() {
                let row = EntityId { layer: layer as u8, index };
                if self.entity_of(row) == Some(row) {
                    flattener.entity(row)?;
                }
            }
        }
        flattener.compiler.finish()
    }
}

impl<'s> Flattener<'s> {
    fn removals(&mut self) -> Result<()> {
        for lexicon in &self.stack.lexicons {
            for index in lexicon.joins.as_slice() {
                let record = lexicon.entity(*index);
                if record.flags & REMOVES == 0 {
                    continue;
                }
                let kind = lexicon.kinds.get(record.kind as usize).map_or("", String::as_str);
                let kind = self.compiler.kind(kind)?;
                let draft = EntityDraft {
                    id: record.id,
                    name: record.name,
                    flags: record.flags & (ID_DERIVED | KIND_DERIVED | REMOVES),
                    kind,
                    policy: NO_POLICY,
                    outside: record.outside.collect(),
                    same_as: record.same_as.collect(),
                    guesses: record.guesses.collect(),
                    ..EntityDraft::default()
                };
                self.compiler.row(&draft)?;
            }
        }
        Ok(())
    }

    /// Adds an entity with its names.
    fn entity(&mut self, root: EntityId) -> Result<()> {
        let stack = self.stack;
        let view = stack.entity(root);
        let merged = stack.joined.overrides.get(&root);
        let members = stack.joined.members.get(&root).map(Vec::as_slice).unwrap_or_default();
        let rows: Vec<EntityId> = std::iter::once(root).chain(members.iter().copied()).collect();
        let records: Vec<EntityRecord<'_>> = rows.iter().map(|row| stack.record(*row)).collect();
        let first = &records[0];
        let policy = merged.map_or(first.policy, |merged| merged.policy);
        let given = records.iter().any(|record| record.flags & PRIOR_GIVEN != 0);
        let outside = view.outside();
        let (same_as, guesses, derived) = self.ids(root, &records, view.id, &outside);
        // An id derived from a name may be that of another entity as well.
        let shadowed = stack.find(view.id) != Some(root);
        let mut flags = first.flags & REPLACES;
        for (set, flag) in [
            (view.important, IMPORTANT),
            (derived || shadowed, ID_DERIVED),
            (shadowed, SHADOWED),
            (records.iter().all(|record| record.flags & KIND_DERIVED != 0), KIND_DERIVED),
        ] {
            if set {
                flags |= flag;
            }
        }
        let names = self.names(&rows, policy);
        let draft = EntityDraft {
            id: view.id,
            name: view.name,
            first_name: names.first().is_some_and(|(name, _)| name.text == view.name.as_bytes()),
            flags,
            kind: self.compiler.kind(stack.kind(view.kind))?,
            policy,
            prior: given.then_some(view.prior),
            country: view.country,
            parent: view.parent,
            outside,
            same_as,
            needs: view.needs(),
            guesses,
            position: view.position,
        };
        let entity = self.compiler.row(&draft)?;
        // Generated names follow the listed one that they are made from, though not always directly.
        let mut listed: HashMap<(u8, u32), u32> = HashMap::new();
        for (name, (row, index)) in names {
            let lang = match stack.lexicons[row as usize].lang(name.lang) {
                "" => 0,
                lang => self.compiler.lang(lang)?,
            };
            let record = NameRecord {
                entity,
                listed: listed.get(&(row, name.listed)).copied().unwrap_or(entity),
                prior: if name.own & OWN_PRIOR != 0 { name.prior } else { view.prior },
                lang,
                flags: name.flags & GENERATED,
                ..name
            };
            let named = self.compiler.name(record, name.text())?;
            listed.insert((row, index), named.index);
        }
        Ok(())
    }

    /// Ids of the same entity, ids that are only guesses, and whether the id shown is one of these.
    fn ids(
        &self,
        root: EntityId,
        records: &[EntityRecord<'s>],
        shown: &'s str,
        outside: &[&'s str],
    ) -> (Vec<&'s str>, Vec<&'s str>, bool) {
        let stack = self.stack;
        let replaced = stack.joined.replaced.get(&root).map(Vec::as_slice).unwrap_or_default();
        let all = || records.iter().copied().chain(replaced.iter().map(|row| stack.record(*row)));
        let explicit = all().flat_map(|record| {
            let own = (record.flags & ID_DERIVED == 0).then_some(record.id);
            own.into_iter().chain(record.same_as).chain(record.outside)
        });
        let derived = !explicit.clone().any(|id| id == shown);
        let mut same_as: Vec<&str> = Vec::new();
        for id in explicit {
            if id != shown && !outside.contains(&id) && !same_as.contains(&id) && stack.find(id) == Some(root) {
                same_as.push(id);
            }
        }
        let mut guesses: Vec<&str> = Vec::new();
        for id in all().flat_map(|record| std::iter::once(record.id).chain(record.guesses)) {
            let known = id == shown || outside.contains(&id) || same_as.contains(&id) || guesses.contains(&id);
            if !known && stack.find(id) == Some(root) {
                guesses.push(id);
            }
        }
        (same_as, guesses, derived)
    }

    /// The names of an entity's rows with their final ranks and policies, and where each comes from. Of names that say
    /// the same, the first stays, with the last one's rank.
    fn names(&self, rows: &[EntityId], policy: u8) -> Vec<(NameRecord<'s>, (u8, u32))> {
        let mut names: Vec<(NameRecord<'s>, (u8, u32))> = Vec::new();
        let mut seen: HashMap<Same<'s>, usize> = HashMap::new();
        for row in rows {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            for (index, mut name) in lexicon.records().names(lexicon.entity(row.index).names) {
                name.rank = name.rank.saturating_add(self.ranks[row.layer as usize]);
                if name.own & OWN_POLICY == 0 && policy != NO_POLICY {
                    name.policy = policy;
                }
                if rows.len() > 1 {
                    let prior = if name.own & OWN_PRIOR != 0 { name.prior.to_bits() } else { 0 };
                    let lang = lexicon.lang(name.lang);
                    let same = (name.text, lang, name.role, name.policy, name.own, prior, name.flags & GENERATED);
                    if let Some(at) = seen.insert(same, names.len()) {
                        seen.insert(same, at);
                        let kept: &mut NameRecord<'s> = &mut names[at].0;
                        kept.rank = kept.rank.max(name.rank);
                        continue;
                    }
                }
                names.push((name, (row.layer, index)));
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lexicon::joined::tests::gazetteer;

    /// What a stack says of the entity under an id, its names in their order included.
    fn said(stack: &Stack, id: &str) -> Option<String> {
        let entity = stack.find(id)?;
        let view = stack.entity(entity);
        let mut names = Vec::new();
        let members = stack.joined.members.get(&entity).cloned().unwrap_or_default();
        for row in std::iter::once(entity).chain(members) {
            let records = stack.lexicons[row.layer as usize].records();
            for (_, name) in records.names(stack.record(row).names) {
                if !names.contains(&name.text()) {
                    names.push(name.text());
                }
            }
        }
        let fields = (view.id, view.name, stack.kind(view.kind), view.prior, view.outside(), view.needs());
        Some(format!("{fields:?} {names:?}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn every_id_means_the_same(gazetteer in gazetteer()) {
            let stack = Stack::build(&gazetteer).expect("compiles");
            let flat = Stack::of(vec![stack.flatten(CompileOptions::default()).expect("compiles")]);
            let own = gazetteer.layers().iter().flat_map(|layer| &layer.entities).map(|entity| entity.id.to_string());
            for id in (0..14).map(|id| format!("x:{id}")).chain(own) {
                prop_assert_eq!(said(&flat, &id), said(&stack, &id), "{}", id);
            }
            let rows = |stack: &Stack| -> usize {
                let rows = stack.lexicons.iter().enumerate().flat_map(|(layer, lexicon)| {
                    lexicon.records().rows().map(move |index| EntityId { layer: layer as u8, index })
                });
                rows.filter(|row| stack.entity_of(*row) == Some(*row)).count()
            };
            prop_assert_eq!(rows(&flat), rows(&stack));
            prop_assert_eq!(flat.lexicons[0].check(), [""; 0]);
        }
    }

    #[test]
    fn more_layers_than_ranks_are_refused() {
        let mut lexicon = Lexicon::default();
        lexicon.counts.rank = u16::MAX;
        assert!(Stack::of(vec![lexicon.clone()]).flatten(CompileOptions::default()).is_err());
    }
}
