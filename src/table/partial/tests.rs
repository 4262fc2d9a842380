use super::file::Records;
use super::merge::{FinalRows, merge_files, npmi};
use super::*;
use crate::gazetteer::{Entity, Gazetteer, Layer, Name, NameRole};
use crate::resolve::Extraction;
use crate::table::testing::{Lines, found, mention, person, place, stack, unlisted};
use crate::table::{RowMaker, RowOptions};
use crate::text::Document;

const BOTH: Wanted = Wanted { entities: true, pairs: true };

fn tables(stack: &Stack, emit: impl FnOnce(&mut dyn Records)) -> (Vec<String>, Vec<String>) {
    let (mut entities, mut pairs) = (Lines::default(), Lines::default());
    let options = RowOptions::default();
    emit(&mut FinalRows::new(stack, &options, 1, Some(&mut entities), Some(&mut pairs)));
    (entities.0, pairs.0)
}

fn example<'a>(stack: &Stack) -> Vec<(Document<'a>, Extraction)> {
    let one = Document { date: "2025-03-01".into(), ..Document::new("1", "Paris. Obama, Léa Roux. Tô Lâm, Obama") };
    let mut mentions = vec![
        mention(stack, &one, "Paris", place("paris")),
        mention(stack, &one, "Obama", person("barack-obama")),
        unlisted(stack, &one, "Léa Roux", "person"),
        mention(stack, &one, "Tô Lâm", person("to-lam")),
    ];
    let mut again = mentions[1].clone();
    let at = one.text.rfind("Obama").expect("the second one") as u32;
    again.span = crate::text::Span::new(at, at + 5);
    mentions.push(again);
    for (mention, sentence) in mentions.iter_mut().zip([0, 1, 1, 2, 2]) {
        mention.sentence = sentence;
    }
    let first = found(stack, &one, mentions);
    let two = Document { date: "2024-12-31T10:00:00Z".into(), ..Document::new("2", "LÉA ROUX, Paris, Obama") };
    let second = found(
        stack,
        &two,
        vec![
            unlisted(stack, &two, "LÉA ROUX", "person"),
            mention(stack, &two, "Paris", place("paris")),
            mention(stack, &two, "Obama", person("barack-obama")),
        ],
    );
    let three = Document { date: "hier".into(), ..Document::new("3", "Obama") };
    let third = found(stack, &three, vec![mention(stack, &three, "Obama", person("barack-obama"))]);
    vec![(one, first), (two, second), (three, third), (Document::new("4", "rien"), Extraction::default())]
}

fn partial_of<'a>(stack: &Stack, documents: impl IntoIterator<Item = &'a (Document<'a>, Extraction)>) -> Partial {
    let mut maker = RowMaker::new(stack, RowOptions::default());
    let mut partial = Partial::new(BOTH);
    for (document, extraction) in documents {
        partial.document(&mut maker.document(document, extraction));
    }
    partial
}

#[test]
fn run_wide_tables_by_hand() {
    let stack = stack();
    let documents = example(&stack);
    let (entities, pairs) = tables(&stack, |out| partial_of(&stack, &documents).emit(&stack, out).expect("rows"));
    assert_eq!(
        entities,
        [
            "-|person|Léa Roux|2|2|2024-12-31|2025-03-01|0.2917|-|-|-|-",
            "gz:person/barack-obama|person|Barack Obama|4|3|2024-12-31|2025-03-01|0.5278|-|-|-|wikidata:Q76",
            "gz:person/to-lam|person|Tô Lâm|1|1|2025-03-01|2025-03-01|0.2500|-|-|-|wikidata:Q10831196",
            "gz:place/paris|place|Paris|2|2|2024-12-31|2025-03-01|0.2916|FR|48.8566|-2.3522|wikidata:Q90|geonames:2988507",
        ]
    );
    // N = 4. Obama 3, Paris 2, Tô Lâm 1; Obama and Paris together in 2: ln(2·4 / (3·2)) / ln(4 / 2) = 0.41504.
    // Obama and Tô Lâm: ln(4 / 3) / ln 4 = 0.20752; Tô Lâm and Paris: ln(4 / 2) / ln 4 = 0.5.
    assert_eq!(
        pairs,
        [
            "gz:person/barack-obama|gz:person/to-lam|1|1|0.2075",
            "gz:person/barack-obama|gz:place/paris|2|1|0.4150",
            "gz:person/to-lam|gz:place/paris|1|0|0.5000",
        ]
    );
}

#[test]
fn npmi_by_hand() {
    assert_eq!(npmi(5, 5, 5, 5), 10_000);
    assert_eq!(npmi(1, 1, 1, 10), 10_000);
    // Independent: p_ab = p_a p_b.
    assert_eq!(npmi(1, 2, 2, 4), 0);
    // ln(1·100 / (50·50)) / ln 100 = -3.2189 / 4.6052.
    assert_eq!(npmi(1, 50, 50, 100), -6_990);
}

#[test]
fn min_pairs_and_absent_tables_leave_rows_out() {
    let stack = stack();
    let documents = example(&stack);
    let (options, mut pairs) = (RowOptions::default(), Lines::default());
    let mut rows = FinalRows::new(&stack, &options, 2, None, Some(&mut pairs));
    partial_of(&stack, &documents).emit(&stack, &mut rows).expect("rows");
    assert_eq!(pairs.0, ["gz:person/barack-obama|gz:place/paris|2|1|0.4150"]);
    let mut maker = RowMaker::new(&stack, options.clone());
    let mut partial = Partial::new(Wanted { entities: true, pairs: false });
    for (document, extraction) in &documents {
        partial.document(&mut maker.document(document, extraction));
    }
    assert_eq!(partial.bytes().0, 0);
}

/// `count` entities `t:x/000` …; every one stands in the text `x000 x001 …`.
fn many(count: usize) -> Stack {
    let mut layer = Layer { label: "many".into(), ..Layer::default() };
    for i in (0..count).rev() {
        let name = format!("x{i:03}");
        layer.entities.push(Entity {
            id: format!("t:x/{i:03}").into(),
            kind: "x".into(),
            names: vec![Name { text: name.into(), lang: None, role: NameRole::Canonical, policy: None, prior: None }]
                .into(),
            ..Entity::default()
        });
    }
    Stack::build(&Gazetteer::from_layer(layer)).expect("a small layer compiles")
}

fn all_of<'a>(stack: &Stack, range: impl Iterator<Item = usize> + Clone) -> (Document<'a>, Extraction) {
    let text: String = range.clone().map(|i| format!("x{i:03} ")).collect();
    let document = Document::new("d", text);
    let mentions = range.map(|i| mention(stack, &document, &format!("x{i:03}"), &format!("t:x/{i:03}"))).collect();
    let extraction = found(stack, &document, mentions);
    (document, extraction)
}

#[test]
fn only_the_most_salient_entities_pair_up() {
    let stack = many(70);
    let (document, mut extraction) = all_of(&stack, 0..70);
    extraction.salience = vec![100; 70];
    extraction.salience[69] = 101;
    extraction.salience[0] = 99;
    let mut partial = partial_of(&stack, &[(document, extraction)]);
    assert_eq!(partial.truncated(), 1);
    let (entities, pairs) = tables(&stack, |out| partial.emit(&stack, out).expect("rows"));
    // x069 is the most salient; of the equals, the smaller ids stay (1 to 63); x000 is the least salient.
    assert_eq!((entities.len(), pairs.len()), (70, 64 * 63 / 2));
    assert!(pairs.iter().all(|pair| pair.ends_with("|1|1|1.0000") && !pair.contains("x/000")));
    assert!(pairs.iter().any(|pair| pair.starts_with("t:x/063|t:x/069|")));
    assert!(!pairs.iter().any(|pair| pair.contains("x/064")));
}

#[test]
fn any_split_order_and_spill_gives_the_same_rows() {
    let stack = many(40);
    let documents: Vec<_> = (0..120)
        .map(|i| {
            let (mut document, mut extraction) = all_of(&stack, (i % 7..40).step_by(1 + i % 5));
            document.date = format!("20{:02}-01-01", i % 30).into();
            for (place, mention) in extraction.mentions.iter_mut().enumerate() {
                mention.sentence = (place / 3) as u32;
            }
            (document, extraction)
        })
        .collect();
    let whole = tables(&stack, |out| partial_of(&stack, &documents).emit(&stack, out).expect("rows"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (piece, bytes) in [(1, 0), (7, 2_000), (50, 1 << 14), (120, usize::MAX)] {
        for backwards in [false, true] {
            let budget = Budget { pairs: bytes, entities: bytes };
            let scratch = ScratchFolder::inside(folder.path());
            let mut all = Accumulator::new(&stack, BOTH, budget, scratch);
            let mut pieces: Vec<_> = documents.chunks(piece).map(|piece| partial_of(&stack, piece)).collect();
            if backwards {
                pieces.reverse();
            }
            for piece in &pieces {
                all.add(piece).expect("room on the disk");
            }
            assert_eq!(tables(&stack, |out| all.finish(out).expect("rows")), whole, "{piece} {bytes} {backwards}");
            let left: Vec<_> = std::fs::read_dir(folder.path()).expect("our folder").collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }
}

#[test]
fn more_files_than_are_read_at_a_time_merge_in_levels() {
    let stack = many(5);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let budget = Budget::of_memory(1 << 20);
    let mut all = Accumulator::keeping(&stack, BOTH, budget, folder.path(), "0");
    let documents: Vec<_> = (0..150).map(|i| all_of(&stack, i % 4..5)).collect();
    let mut files = Vec::new();
    for (i, document) in documents.iter().enumerate() {
        all.add(&partial_of(&stack, [document])).expect("room on the disk");
        files.extend(all.take_files(&(i + 1).to_string()).expect("room on the disk"));
    }
    assert_eq!(files.len(), 150);
    let whole = tables(&stack, |out| partial_of(&stack, &documents).emit(&stack, out).expect("rows"));
    assert_eq!(tables(&stack, |out| merge_files(&files, out).expect("rows")), whole);
    let left = std::fs::read_dir(folder.path()).expect("our folder").count();
    assert_eq!(left, 150, "merged files are removed");
    assert_eq!(tables(&stack, |out| merge_files(&[], out).expect("no rows")), (Vec::new(), Vec::new()));
}

#[test]
fn entities_under_one_printed_id_are_one_row() {
    let row = |file| Entity {
        id: "user:x/a".into(),
        id_derived: true,
        kind: "x".into(),
        names: vec![Name { text: "A".into(), lang: None, role: NameRole::Canonical, policy: None, prior: None }].into(),
        file,
        ..Entity::default()
    };
    let layer = Layer { entities: vec![row(0), row(1)], ..Layer::default() };
    let stack = Stack::build(&Gazetteer::from_layer(layer)).expect("a small layer compiles");
    let document = Document::new("d", "A A");
    let mut first = mention(&stack, &document, "A", "user:x/a");
    first.sentence = 0;
    let mut second = first.clone();
    let index = stack.lexicons[0].records().rows().nth(1).expect("two rows");
    second.entity = Some(EntityId { layer: 0, index });
    second.span = crate::text::Span::new(2, 3);
    let extraction = found(&stack, &document, vec![first, second]);
    assert_eq!(extraction.entities.len(), 2);
    let mut partial = partial_of(&stack, &[(document, extraction)]);
    let (entities, pairs) = tables(&stack, |out| partial.emit(&stack, out).expect("rows"));
    assert_eq!(entities, ["user:x/a|x|A|2|1|-|-|1.0000|-|-|-|-"]);
    assert!(pairs.is_empty());
}

#[test]
fn dates_are_days_with_or_without_a_time() {
    assert_eq!(date_number("2025-10-28"), 20_251_028);
    assert_eq!(date_number("2025-10-28T07:00:00Z"), 20_251_028);
    for no in ["", "2025", "2025-13-01", "28/10/2025", "2025-10-280", "hier soir à dix"] {
        assert_eq!(date_number(no), 0, "{no}");
    }
}
