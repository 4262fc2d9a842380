//! Joining must not depend on looking at some rows only.

use proptest::prelude::*;

use super::*;
use crate::gazetteer::{Action, Details, Entity, Gazetteer, Layer, MatchPolicy, Name, NameRole};
use crate::lexicon::Stack;

fn id() -> impl Strategy<Value = String> {
    (0..14u8).prop_map(|id| format!("x:{id}"))
}

/// Rows that share ids often, or never.
fn row() -> impl Strategy<Value = Entity> {
    (
        prop_oneof![3 => id(), 2 => (0..1000u32).prop_map(|id| format!("own:{id}"))],
        prop::bool::weighted(0.2),
        prop::collection::vec(id(), 0..2),
        prop::collection::vec(id(), 0..2),
        0..8u8,
        prop::sample::select(&["place", "ship"][..]),
        prop::option::of(prop::sample::select(&[0.1f32, 0.9][..])),
        prop::option::weighted(0.3, Just(MatchPolicy::Folded)),
    )
        .prop_map(|(id, id_derived, same_as, outside, action, kind, prior, policy)| {
            let name =
                Name { text: id.as_str().into(), lang: None, role: NameRole::Canonical, policy: None, prior: None };
            Entity {
                names: vec![name].into(),
                id: id.into(),
                id_derived,
                details: Some(Box::new(Details {
                    same_as: same_as.into_iter().map(Into::into).collect(),
                    outside: outside.into_iter().map(Into::into).collect(),
                    ..Details::default()
                })),
                kind: kind.into(),
                prior,
                policy,
                action: match action {
                    0 => Action::Remove,
                    1 => Action::Replace,
                    _ => Action::Merge,
                },
                ..Entity::default()
            }
        })
}

pub(in crate::lexicon) fn gazetteer() -> impl Strategy<Value = Gazetteer> {
    prop::collection::vec(prop::collection::vec(row(), 0..8), 1..5).prop_map(|layers| {
        let layers = layers.into_iter().map(|entities| Layer { entities, ..Layer::default() });
        layers.fold(Gazetteer::empty(), |all, layer| all.layer(Gazetteer::from_layer(layer)).expect("few layers"))
    })
}

/// All that a stack says about its rows and ids.
fn said(stack: &Stack, ids: &[String]) -> Vec<String> {
    let mut said = Vec::new();
    for (layer, lexicon) in stack.lexicons.iter().enumerate() {
        for index in lexicon.records().rows() {
            let row = EntityId { layer: layer as u8, index };
            let merged = stack.joined_row(row).map(|(entity, merged)| {
                let view = stack.entity(entity);
                (entity, format!("{merged:?}"), view.id, view.name, view.prior, view.outside(), stack.kind_of(entity))
            });
            said.push(format!("{row:?} {merged:?}"));
        }
    }
    said.extend(ids.iter().map(|id| format!("{id} {:?}", stack.find(id))));
    said.push(format!("{:?}", stack.loosened));
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn looking_at_all_rows_gives_the_same(gazetteer in gazetteer()) {
        let mut ids: Vec<String> = (0..14).map(|id| format!("x:{id}")).collect();
        ids.extend(gazetteer.layers().iter().flat_map(|layer| &layer.entities).map(|entity| entity.id.to_string()));
        let stack = Stack::build(&gazetteer).expect("compiles");
        let all: Vec<EntityId> = stack
            .lexicons
            .iter()
            .enumerate()
            .flat_map(|(layer, lexicon)| {
                lexicon.records().rows().map(move |index| EntityId { layer: layer as u8, index })
            })
            .collect();
        let mut full = Stack { joined: Joined::of_rows(&stack.lexicons, &all), ..stack.clone() };
        full.joined.settle(&full.lexicons, &full.kind_maps);
        full.loosened = full.joined.loosened(&full.lexicons);
        prop_assert_eq!(said(&stack, &ids), said(&full, &ids));
    }
}
