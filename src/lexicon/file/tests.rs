//! What is written to a file is the lexicon itself; damage gives an error or a missing hit.

use proptest::prelude::*;

use super::*;
use crate::gazetteer::{Gazetteer, ReadOptions, source};
use crate::lexicon::{EntityId, Stack};

const PLACES: &str = "id,kind,name,name:fr,aliases,acronyms,prior,parent,country,lat,lon,wikidata,match,needs,action\n\
    a:1,place,London,Londres,The Smoke|Londinium,LDN,0.9,a:3,GB,51.5,-0.1,Q84,,,\n\
    a:2,place,東京,,Tokyo,,0.9,,JP,,,Q1490,exact,,\n\
    a:3,place,England,Angleterre,,,,,,,,,folded,reine|roi,\n\
    Q84,city,London,,,,,,,,,,,,\n\
    a:9,,,,,,,,,,,,,,remove\n\
    a:7,theme,++,,,,,,,,,,,,\n";

fn layer() -> crate::gazetteer::Layer {
    source::read_texts("test", &[("places.csv", PLACES)], ReadOptions::default()).expect("sound")
}

fn lexicon() -> Lexicon {
    Lexicon::compile(&layer(), CompileOptions::default()).expect("compiles")
}

fn file_of(lexicon: &Lexicon) -> Vec<u8> {
    lexicon.to_bytes(&Header { hash: "ff".into(), label: "test".into(), ..Header::default() })
}

fn read(bytes: &[u8]) -> Result<Lexicon> {
    Lexicon::of_bytes(bytes)
}

/// Looks at everything.
fn use_it(lexicon: Lexicon) -> usize {
    let mut seen = lexicon.check().len();
    let stack = Stack::of(vec![self::lexicon(), lexicon]);
    for index in 0..60 {
        if let Some(entity) = stack.entity_of(EntityId { layer: 1, index }) {
            let view = stack.entity(entity);
            seen += view.outside().len() + view.needs().len() + view.name.len() + stack.kind(view.kind).len();
            seen += view.name_in("fr").map_or(0, str::len) + usize::from(stack.parent(entity).is_some());
        }
        seen += stack.lexicons[1].form(index).map(|(_, name)| name.text.len()).sum::<usize>();
    }
    for id in ["a:1", "wikidata:Q84", "a:9", "nothing"] {
        seen += usize::from(stack.find(id).is_some());
    }
    stack.lexicons[1].substrings.find("++ 東京", true, |at, names| seen += at + names.len());
    seen + stack.flatten(CompileOptions::default()).map_or(0, |lexicon| lexicon.records.len())
}

#[test]
fn a_file_is_the_lexicon() {
    let lexicon = lexicon();
    assert_eq!(lexicon.check(), [""; 0]);
    let again = read(&file_of(&lexicon)).expect("sound");
    assert_eq!(again.check(), [""; 0]);
    again.verify().expect("sound");
    for ((name, one), (_, other)) in lexicon.sections().iter().zip(again.sections()) {
        assert_eq!(one.as_slice(), other.as_slice(), "{name}");
        assert_eq!(other.as_slice().as_ptr() as usize % ALIGNMENT, 0, "{name}");
    }
    assert_eq!((again.kinds.clone(), again.langs.clone()), (lexicon.kinds.clone(), lexicon.langs.clone()));
    assert_eq!(use_it(lexicon), use_it(again));
}

#[test]
fn files_are_mapped_copied_and_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("places.gaz");
    let header = Header { hash: "ff".into(), label: "places.csv".into(), ..Header::default() };
    let length = lexicon().write(&path, &header).expect("written");
    assert_eq!(std::fs::metadata(&path).expect("there").len(), length);
    let gazetteer = Gazetteer::read(&path).expect("sound");
    let layer = &gazetteer.layers()[0];
    assert_eq!((layer.hash.as_str(), layer.counts()), ("ff", (6, 11)));
    let stack = Stack::build(&gazetteer).expect("mapped");
    let copied = Stack::build(&gazetteer.clone().in_memory()).expect("copied");
    let open = CompileOptions { open: true };
    let error = Stack::build_with(&gazetteer, open).expect_err("not compiled for it").to_string();
    assert!(
        error.ends_with("not compiled for `--boundary none`: run `gazetier compile` with `--boundary none`"),
        "{error}"
    );
    // Whoever has the old file open keeps it.
    let other = source::read_texts("test", &[("places.csv", "name\nParis\n")], ReadOptions::default()).expect("sound");
    let other = Lexicon::compile(&other, CompileOptions::default()).expect("compiles");
    other.write(&path, &Header { hash: "aa".into(), ..header }).expect("written");
    for stack in [&stack, &copied] {
        stack.verify().expect("the old bytes");
        assert_eq!(stack.find("wikidata:Q84").map(|entity| stack.id(entity)), Some("a:1"));
    }
    let error = Stack::build(&gazetteer).expect_err("another file").to_string();
    assert!(error.ends_with("places.gaz: the file was replaced while it was being opened"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("ours").count(), 1, "nothing is left beside it");
    assert!(other.write(&folder.path().join("no/x.gaz"), &Header::default()).is_err());
}

#[test]
fn a_truncated_file_is_refused() {
    let bytes = file_of(&lexicon());
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "{end}");
    }
    assert!(read(&[&bytes[..], b"x"].concat()).is_err());
}

#[test]
fn the_checksum_of_the_body_sees_every_byte() {
    let bytes = file_of(&lexicon());
    let header = Header::read(&bytes, bytes.len() as u64).expect("sound");
    for at in (header.length as usize..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(read(&damaged).is_err() || read(&damaged).is_ok_and(|lexicon| lexicon.verify().is_err()), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Bytes of the body are changed, which opening does not see.
    #[test]
    fn damage_of_the_body_is_survived(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..8),
    ) {
        let mut bytes = file_of(&lexicon());
        let head = Header::read(&bytes, bytes.len() as u64).expect("sound").length as usize;
        for (at, value, four) in flips {
            let at = head + at.index(bytes.len() - head);
            let end = if four { (at + 4).min(bytes.len()) } else { at + 1 };
            bytes[at..end].fill(value);
        }
        if let Ok(lexicon) = read(&bytes) {
            use_it(lexicon);
        }
    }
}
