//! What is written is read again, and damage is survived.

use proptest::prelude::*;

use super::super::entities::{IMPORTANT, REPLACES};
use super::super::names::{MANY_WORDS, OWN_POLICY};
use super::*;

#[derive(Clone, Debug)]
struct Row {
    id: String,
    name: String,
    kind: u16,
    prior: Option<f32>,
    texts: Vec<String>,
    lists: [Vec<String>; 4],
    position: Option<(f64, f64)>,
    policy: u8,
    names: Vec<(String, u16, u8, u16, bool)>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-zé:東]{0,12}", 1 => "[a-z]{250,260}"]
}

fn row() -> impl Strategy<Value = Row> {
    (
        text(),
        text(),
        prop_oneof![0..3u16, 250..260u16, Just(65_535)],
        prop::option::of(0.0..1.0f32),
        prop::collection::vec(text(), 2),
        [0; 4].map(|_| prop::collection::vec(text(), 0..3)),
        prop::option::of((-90.0..90.0f64, -180.0..180.0f64)),
        prop::sample::select(&[NO_POLICY, 0, 1, 2][..]),
        prop::collection::vec((text(), prop_oneof![0..3u16, 250..300u16], 0..3u8, 0..300u16, any::<bool>()), 0..4),
    )
        .prop_map(|(id, name, kind, prior, texts, lists, position, policy, names)| Row {
            id,
            name,
            kind,
            prior,
            texts,
            lists,
            position,
            policy,
            names,
        })
}

fn write(rows: &[Row]) -> (Vec<u8>, Strings, Vec<u32>) {
    let (mut out, mut strings, mut places) = (Vec::new(), Strings::new(), Vec::new());
    for row in rows {
        let list = |i: usize| row.lists[i].iter().map(String::as_str).collect::<Vec<_>>();
        let draft = EntityDraft {
            id: &row.id,
            name: &row.name,
            first_name: row.names.first().is_some_and(|name| name.0 == row.name),
            flags: IMPORTANT | REPLACES,
            kind: row.kind,
            policy: row.policy,
            prior: row.prior,
            country: &row.texts[0],
            parent: &row.texts[1],
            outside: if row.lists[0].len() == 1 { vec![row.id.as_str()] } else { list(0) },
            same_as: list(1),
            needs: list(2),
            guesses: list(3),
            position: row.position,
        };
        let entity = write_entity(&mut out, &mut strings, &draft);
        places.push(entity);
        for (text, lang, role, rank, generated) in &row.names {
            let record = NameRecord {
                text: text.as_bytes(),
                entity,
                listed: entity,
                prior: 0.25,
                rank: *rank,
                lang: *lang,
                policy: *role,
                flags: MANY_WORDS | if *generated { GENERATED } else { 0 },
                role: *role,
                own: OWN_POLICY | if *rank > 200 { OWN_PRIOR } else { 0 },
                words: 32,
                length: *lang * 2,
            };
            write_name(&mut out, &record);
        }
    }
    (out, strings, places)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(rows in prop::collection::vec(row(), 0..5)) {
        let (bytes, strings, places) = write(&rows);
        prop_assert_eq!(bytes.len() % UNIT, 0);
        let records = Records { bytes: &bytes, strings: &strings.bytes };
        prop_assert_eq!(records.rows().collect::<Vec<_>>(), places.clone());
        for (row, place) in rows.iter().zip(places) {
            let record = records.entity(place);
            prop_assert!(record.sound);
            prop_assert_eq!(
                (record.id, record.name, record.country, record.parent),
                (row.id.as_str(), row.name.as_str(), row.texts[0].as_str(), row.texts[1].as_str())
            );
            prop_assert_eq!((record.flags & !(PRIOR_GIVEN | PLACED), record.kind), (IMPORTANT | REPLACES, row.kind));
            prop_assert_eq!((records.kind(place), record.policy), (row.kind, row.policy));
            prop_assert_eq!((record.prior, record.position), (row.prior.unwrap_or(DEFAULT_PRIOR), row.position));
            let outside: Vec<&str> = record.outside.collect();
            let expected: Vec<&str> = row.lists[0].iter().map(String::as_str).collect();
            prop_assert_eq!(outside, if expected.len() == 1 { vec![row.id.as_str()] } else { expected });
            for (list, expected) in [record.same_as, record.needs, record.guesses].into_iter().zip(&row.lists[1..]) {
                prop_assert_eq!(list.is_empty(), expected.is_empty());
                prop_assert_eq!(list.collect::<Vec<_>>(), expected.iter().map(String::as_str).collect::<Vec<_>>());
            }
            let names: Vec<_> = records.names(record.names).collect();
            prop_assert_eq!(names.len(), row.names.len());
            for ((index, name), (text, lang, role, rank, generated)) in names.into_iter().zip(&row.names) {
                prop_assert_eq!((name.text(), name.lang, name.role, name.rank), (text.as_str(), *lang, *role, *rank));
                prop_assert_eq!((name.entity, name.words, name.length), (place, 32, lang * 2));
                prop_assert_eq!(name.listed, if *generated { place } else { index });
                prop_assert_eq!(name.prior, if *rank > 200 { 0.25 } else { record.prior });
                prop_assert_eq!((name.policy, name.flags & GENERATED != 0), (*role, *generated));
                prop_assert!(records.name(place).is_none(), "an entity is no name");
            }
        }
    }

    #[test]
    fn damage_is_survived(
        rows in prop::collection::vec(row(), 1..4),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let (mut bytes, mut strings, _) = write(&rows);
        for (at, value) in flips {
            let at = at.index(bytes.len() + strings.bytes.len());
            match at.checked_sub(bytes.len()) {
                None => bytes[at] = value,
                Some(at) => strings.bytes[at] = value,
            }
        }
        bytes.truncate(end.index(bytes.len() + 1));
        let records = Records { bytes: &bytes, strings: &strings.bytes };
        let mut seen = 0;
        for place in records.rows() {
            let record = records.entity(place);
            seen += record.ids().map(str::len).sum::<usize>() + record.needs.count();
            seen += records.names(record.names).map(|(_, name)| name.text().len()).sum::<usize>();
        }
        for place in 0..(bytes.len() / UNIT + 2) as u32 {
            let _ = (records.name(place), records.entity(place), records.kind(place));
        }
        prop_assert!(seen < 1 << 20);
    }
}

/// A name far from its entity needs more than two bytes for the way back.
#[test]
fn an_entity_may_have_very_many_names() {
    let (mut out, mut strings) = (Vec::new(), Strings::new());
    let entity =
        write_entity(&mut out, &mut strings, &EntityDraft { id: "a", policy: NO_POLICY, ..EntityDraft::default() });
    let name = NameRecord { text: b"a name of some length", entity, ..NameRecord::default() };
    let last = (0..20_000).map(|_| write_name(&mut out, &name)).last().expect("some");
    let records = Records { bytes: &out, strings: &strings.bytes };
    assert_eq!(records.name(last).expect("written").entity, entity);
    assert_eq!(records.names(records.entity(entity).names).count(), 20_000);
}
