//! An entity while its row is read: every field is checked here, for all formats alike.

use super::columns::Field;
use super::list;
use super::report::Fault;
use crate::gazetteer::{Action, Entity, MatchPolicy, SmolStr, ids, names};

/// The longest kind.
const MAX_KIND_BYTES: usize = 64;

/// An entity in the making.
#[derive(Default)]
pub(in crate::gazetteer) struct Draft {
    pub(in crate::gazetteer) entity: Entity,
    /// The canonical name, which need not be among the names.
    pub(in crate::gazetteer) name: SmolStr,
    lat: Option<f64>,
    lon: Option<f64>,
    /// Empty items of `needs`, which would never be found.
    pub(in crate::gazetteer) empty_needs: bool,
}

impl Draft {
    /// Sets a field from a cell that is not blank. Lists are separated by bars.
    ///
    /// The fields that belong to names (`Canonical`, `Lang`) are the format's affair and ignored.
    pub(in crate::gazetteer) fn set(&mut self, field: Field, cell: &str) -> Result<(), Fault> {
        let entity = &mut self.entity;
        let value = cell.trim();
        match field {
            Field::Id => {
                if value.contains(char::is_control) {
                    return Err(swallowed("bad-id", "a line break in an id", value));
                }
                let id = ids::normalise(value)
                    .ok_or_else(|| Fault::new("bad-id", format!("malformed Wikidata id `{value}`")))?;
                entity.id = id.into();
                if ids::is_outside(&entity.id) {
                    entity.add_outside(entity.id.clone());
                }
            }
            Field::Kind => {
                if value.contains(char::is_control) || value.len() > MAX_KIND_BYTES {
                    return Err(swallowed("bad-kind", "kind is no word", value));
                }
                entity.kind = names::clean(value).into();
            }
            Field::Name => self.name = names::clean(value).into(),
            Field::Prior => entity.prior = Some(prior(value)?),
            Field::Parent => {
                let id = ids::normalise(value).unwrap_or(value.into());
                entity.details_mut().parent = Some(names::clean(&id).into());
            }
            Field::Match => {
                let policy = policy(value)?;
                entity.policy = Some(policy);
            }
            Field::Needs => list::items(cell).for_each(|item| self.add_need(&item)),
            Field::SameAs => {
                for item in list::items(cell) {
                    self.add_same_as(&item)?;
                }
            }
            Field::Wikidata | Field::Geonames | Field::Iptc => {
                for item in list::items(cell) {
                    self.add_outside_of(field, &item)?;
                }
            }
            Field::Country => {
                if value.len() != 2 || !value.bytes().all(|b| b.is_ascii_alphabetic()) {
                    let message = format!("country is no ISO 3166-1 code of two letters: `{value}`");
                    return Err(Fault::new("bad-country", message));
                }
                entity.details_mut().country = value.to_ascii_uppercase().into();
            }
            Field::Lat => self.lat = Some(degrees(value, "lat", 90.0)?),
            Field::Lon => self.lon = Some(degrees(value, "lon", 180.0)?),
            Field::Important => entity.details_mut().important = Some(truth(value)?),
            Field::Action => entity.action = action(value)?,
            Field::Canonical | Field::Lang => {}
        }
        Ok(())
    }

    /// Adds a cue.
    pub(in crate::gazetteer) fn add_need(&mut self, item: &str) {
        let item = names::clean(item);
        if names::folds_to_nothing(&item) {
            self.empty_needs = true;
        } else if !self.entity.needs().iter().any(|known| *known == *item) {
            self.entity.details_mut().needs.push(item.into());
        }
    }

    /// Adds the id of the same entity.
    pub(in crate::gazetteer) fn add_same_as(&mut self, item: &str) -> Result<(), Fault> {
        let item = item.trim();
        if item.is_empty() {
            return Ok(());
        }
        let id = ids::normalise(item)
            .ok_or_else(|| Fault::new("bad-id", format!("malformed Wikidata id in same_as `{item}`")))?;
        let id = SmolStr::from(id);
        if ids::is_outside(&id) {
            self.entity.add_outside(id.clone());
        }
        if !self.entity.same_as().contains(&id) {
            self.entity.details_mut().same_as.push(id);
        }
        Ok(())
    }

    /// Adds an id of one of the columns `wikidata`, `geonames`, `iptc`.
    pub(in crate::gazetteer) fn add_outside_of(&mut self, field: Field, item: &str) -> Result<(), Fault> {
        let item = item.trim();
        if item.is_empty() {
            return Ok(());
        }
        let (id, wanted) = match field {
            Field::Wikidata => (ids::wikidata(item), "wikidata is no item such as Q84"),
            Field::Geonames => (ids::geonames(item), "geonames is no number"),
            _ => (ids::iptc(item), "iptc is no media topic code"),
        };
        let id = id.ok_or_else(|| Fault::new("bad-id", format!("{wanted}: `{item}`")))?;
        self.entity.add_outside(id.into());
        Ok(())
    }

    /// Keeps the value of an unknown column.
    pub(in crate::gazetteer) fn add_attribute(&mut self, name: &SmolStr, value: impl Into<SmolStr>) {
        self.entity.details_mut().attributes.push((name.clone(), value.into()));
    }

    /// Checks what concerns several fields, and derives kind and id where the row gives none. The canonical name is
    /// left to [`show`]; `buffer` is for the id.
    pub(in crate::gazetteer) fn finish(mut self, kind: &str, buffer: &mut String) -> Result<Entity, Fault> {
        match (self.lat, self.lon) {
            (Some(lat), Some(lon)) => self.entity.details_mut().position = Some((lat, lon)),
            (None, None) => {}
            (lat, _) => {
                let (given, missing) = if lat.is_some() { ("lat", "lon") } else { ("lon", "lat") };
                return Err(Fault::new("bad-position", format!("{given} without {missing}")));
            }
        }
        let mut entity = self.entity;
        if entity.kind.is_empty() {
            entity.kind = kind.into();
            entity.kind_derived = true;
        }
        if entity.id.is_empty() {
            if entity.action != Action::Merge && entity.same_as().is_empty() && entity.outside().is_empty() {
                return Err(Fault::new("bad-action", "replace and remove need an id"));
            }
            ids::derive_into(buffer, &entity.kind, &self.name);
            entity.id = buffer.as_str().into();
            entity.id_derived = true;
        }
        Ok(entity)
    }
}

/// Sets the canonical name of an entity that has its names: kept apart only where it is not the first of them.
pub(in crate::gazetteer) fn show(entity: &mut Entity, name: SmolStr) {
    if entity.names.first().map_or("", |first| &first.text) != name {
        entity.details_mut().name = name;
    }
}

/// A cell that holds what was meant for other cells.
fn swallowed(code: &'static str, what: &str, value: &str) -> Fault {
    let head: String = value.chars().take_while(|c| !c.is_control()).take(40).collect();
    Fault::new(code, format!("{what} (is a quote left open?): `{head}…`"))
}

/// Reads `smart`, `exact` or `folded`.
pub(in crate::gazetteer) fn policy(value: &str) -> Result<MatchPolicy, Fault> {
    MatchPolicy::parse(value)
        .ok_or_else(|| Fault::new("bad-match", format!("match is neither smart, exact nor folded: `{value}`")))
}

/// Reads a prior: a number from 0 to 1, with a decimal point or comma.
pub(in crate::gazetteer) fn prior(value: &str) -> Result<f32, Fault> {
    number(value)
        .filter(|prior| (0.0..=1.0).contains(prior))
        .map(|prior| prior as f32)
        .ok_or_else(|| Fault::new("bad-prior", format!("prior is no number from 0 to 1: `{value}`")))
}

fn degrees(value: &str, column: &str, limit: f64) -> Result<f64, Fault> {
    number(value)
        .filter(|degrees| (-limit..=limit).contains(degrees))
        .ok_or_else(|| Fault::new("bad-position", format!("{column} is no number from -{limit} to {limit}: `{value}`")))
}

/// Spreadsheets in French and Vietnamese write `0,5`.
fn number(value: &str) -> Option<f64> {
    value.trim().parse().ok().or_else(|| value.trim().replacen(',', ".", 1).parse().ok())
}

fn truth(value: &str) -> Result<bool, Fault> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(Fault::new("bad-important", format!("important is neither true nor false: `{value}`"))),
    }
}

fn action(value: &str) -> Result<Action, Fault> {
    match value.to_ascii_lowercase().as_str() {
        "merge" => Ok(Action::Merge),
        "replace" => Ok(Action::Replace),
        "remove" => Ok(Action::Remove),
        _ => Err(Fault::new("bad-action", format!("action is neither merge, replace nor remove: `{value}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_good_and_bad_values() {
        let cases: [(Field, &[&str], &[&str], &str); 10] = [
            (Field::Kind, &["ship", "máy bay"], &["b\nB", "b\0"], "bad-kind"),
            (Field::Id, &["Q84", "gn:1", "gz:place/x", "anything", "iso:FR", "gn:AE"], &["wikidata:London"], "bad-id"),
            (
                Field::Prior,
                &["0", "1", "0.5", "0,5", "1e-3", ".5"],
                &["1.5", "-0.1", "high", "NaN", "inf"],
                "bad-prior",
            ),
            (Field::Match, &["smart", "EXACT", "folded"], &["fuzzy", "1"], "bad-match"),
            (Field::Country, &["FR", "vn"], &["FRA", "F", "é", "33"], "bad-country"),
            (Field::Lat, &["-90", "90", "48.85", "48,85"], &["90.1", "x", "NaN"], "bad-position"),
            (Field::Lon, &["-180", "180"], &["180.5", "E 2"], "bad-position"),
            (Field::Important, &["true", "FALSE", "1", "0", "yes", "no"], &["maybe", "2"], "bad-important"),
            (Field::Action, &["merge", "Replace", "remove"], &["delete"], "bad-action"),
            (Field::Wikidata, &["Q84", "wikidata:Q84", "Q1|Q2"], &["84", "London", "Q84x", "P31"], "bad-id"),
        ];
        for (field, good, bad, code) in cases {
            for value in good {
                assert_eq!(Draft::default().set(field, value), Ok(()), "{field:?} {value}");
            }
            for value in bad {
                let fault = Draft::default().set(field, value).expect_err(value);
                assert_eq!(fault.code, code, "{field:?} {value}");
                assert!(
                    fault.message.contains(value.split(char::is_control).next().unwrap_or("")),
                    "{}",
                    fault.message
                );
            }
        }
    }

    fn draft(cells: &[(Field, &str)]) -> Draft {
        let mut draft = Draft::default();
        for (field, cell) in cells {
            draft.set(*field, cell).expect(cell);
        }
        draft
    }

    #[test]
    fn outside_ids_are_kept_in_column_order_once() {
        let draft = draft(&[
            (Field::Id, "gn:2643743"),
            (Field::Wikidata, "Q84"),
            (Field::Geonames, "2643743"),
            (Field::SameAs, "Q84|wof:101750367|gz:place/london|"),
        ]);
        let entity = draft.finish("place", &mut String::new()).expect("sound");
        assert_eq!(entity.id, "geonames:2643743");
        assert_eq!(entity.outside(), ["geonames:2643743", "wikidata:Q84", "wof:101750367"]);
        assert_eq!(entity.same_as(), ["wikidata:Q84", "wof:101750367", "gz:place/london"]);
    }

    #[test]
    fn a_position_needs_both_and_an_action_an_id() {
        type Case = (&'static [(Field, &'static str)], Option<&'static str>);
        let cases: [Case; 5] = [
            (&[(Field::Lat, "1")], Some("bad-position")),
            (&[(Field::Lon, "1")], Some("bad-position")),
            (&[(Field::Lon, "1"), (Field::Lat, "2")], None),
            (&[(Field::Action, "remove")], Some("bad-action")),
            (&[(Field::Action, "remove"), (Field::Wikidata, "Q84")], None),
        ];
        for (cells, code) in cases {
            assert_eq!(
                draft(cells).finish("place", &mut String::new()).err().map(|fault| fault.code),
                code,
                "{cells:?}"
            );
        }
    }

    #[test]
    fn needs_are_cleaned_and_empty_ones_noticed() {
        let sound = draft(&[(Field::Needs, "ministe\u{300}re| ministère |président")]);
        assert_eq!(sound.entity.needs(), ["ministère", "président"]);
        assert!(!sound.empty_needs);
        assert!(draft(&[(Field::Needs, "a||b")]).empty_needs);
    }
}
