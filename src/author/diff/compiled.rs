//! What a compiled file keeps of the rows it was made from: all but unknown columns, and cues as folded words.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::gazetteer::compiled::Compiled;
use crate::gazetteer::{Action, Entity, MatchPolicy, Name, NameRole, SmolStr};
use crate::lexicon::names::{GENERATED, OWN_POLICY, OWN_PRIOR};
use crate::lexicon::{IMPORTANT, Lexicon, PRIOR_GIVEN, REMOVES, REPLACES};

/// The rows of a compiled file.
///
/// # Errors
/// The file cannot be opened, or is damaged.
pub(super) fn rows(file: &Compiled) -> Result<Vec<Entity>> {
    let lexicon = Lexicon::open(file)?;
    lexicon.verify()?;
    let records = lexicon.records();
    let mut tags: Vec<Option<Arc<str>>> = Vec::new();
    let mut rows = Vec::new();
    for row in records.rows() {
        let record = records.entity(row);
        if !record.sound {
            return Err(Error::message(format!("{}: the file is damaged", file.path.display())));
        }
        let mut entity = Entity {
            id: record.id.into(),
            kind: lexicon.kinds.get(usize::from(record.kind)).map_or("", String::as_str).into(),
            prior: (record.flags & PRIOR_GIVEN != 0).then_some(record.prior),
            policy: policy(record.policy),
            action: match record.flags {
                flags if flags & REMOVES != 0 => Action::Remove,
                flags if flags & REPLACES != 0 => Action::Replace,
                _ => Action::Merge,
            },
            ..Entity::default()
        };
        for (_, name) in records.names(record.names).filter(|(_, name)| name.flags & GENERATED == 0) {
            let tag = usize::from(name.lang);
            while tags.len() <= tag {
                let text = lexicon.lang(tags.len() as u16);
                tags.push((!text.is_empty()).then(|| text.into()));
            }
            entity.names.push(Name {
                text: name.text().into(),
                lang: tags[tag].clone(),
                role: match name.role {
                    0 => NameRole::Canonical,
                    1 => NameRole::Alias,
                    _ => NameRole::Acronym,
                },
                policy: if name.own & OWN_POLICY != 0 { policy(name.policy) } else { None },
                prior: (name.own & OWN_PRIOR != 0).then_some(name.prior),
            });
        }
        entity.names.shrink_to_fit();
        record.outside.for_each(|id| entity.add_outside(id.into()));
        let list = |items: crate::lexicon::records::Items<'_>| items.map(SmolStr::from).collect::<Vec<_>>();
        let (needs, same_as) = (list(record.needs), list(record.same_as));
        let important = record.flags & IMPORTANT != 0;
        let first = entity.names.first().map_or("", |name| &name.text);
        let named_apart = record.name != first;
        let filled = !needs.is_empty() || !same_as.is_empty() || important || named_apart;
        if filled || !record.parent.is_empty() || !record.country.is_empty() || record.position.is_some() {
            let details = entity.details_mut();
            (details.needs, details.same_as) = (needs, same_as);
            details.important = important.then_some(true);
            details.name = if named_apart { record.name.into() } else { SmolStr::default() };
            details.parent = (!record.parent.is_empty()).then(|| record.parent.into());
            details.country = record.country.into();
            details.position = record.position;
        }
        rows.push(entity);
    }
    Ok(rows)
}

fn policy(code: u8) -> Option<MatchPolicy> {
    [MatchPolicy::Smart, MatchPolicy::Exact, MatchPolicy::Folded]
        .into_iter()
        .find(|policy| crate::lexicon::policy_code(*policy) == code)
}
