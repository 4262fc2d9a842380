use super::*;
use crate::gazetteer::{ReadOptions, source};

fn layer(text: &str) -> Layer {
    source::read_texts("test", &[("all.csv", text)], ReadOptions::default()).unwrap()
}

/// Each change in one line.
fn changes(old: &Layer, new: &Layer) -> (Vec<String>, Counts) {
    let (old, new) = (rows(old).unwrap(), rows(new).unwrap());
    let names = |names: &[&Name]| {
        let texts: Vec<String> =
            names.iter().map(|n| format!("{}@{}", n.text, n.lang.as_deref().unwrap_or(""))).collect();
        texts.join(" ")
    };
    let mut lines = Vec::new();
    let counts = compare(&old, &new, true, |change| {
        lines.push(match change {
            Change::Added(entity) => format!("+ {}", entity.id),
            Change::Removed(entity) => format!("- {}", entity.id),
            Change::Changed { old, fields, added, removed, .. } => {
                let fields: Vec<String> =
                    fields.iter().map(|f| format!("{} `{}` `{}`", f.field, f.old, f.new)).collect();
                format!("~ {}: {}; + {}; - {}", old.id, fields.join(", "), names(&added), names(&removed))
            }
        });
        Ok(())
    })
    .unwrap();
    (lines, counts)
}

#[test]
fn entities_and_names_are_compared() {
    let old = layer(
        "id,kind,name,aliases,name:fr,acronyms,prior,country,note\n\
         x:1,place,London,Londinium|Big Smoke,Londres,,0.5,GB,a\n\
         x:2,place,Paris,,,,,,\n\
         x:3,organization,United Nations,UN,,,,,\n\
         x:4,place,Same,,,,,,\n",
    );
    let new = layer(
        "id,kind,name,aliases,name:vi,acronyms,prior,country,note\n\
         x:3,organization,United Nations,,,UN,,,\n\
         x:4,place,Same,,,,,,\n\
         x:1,place,London,Londinium,Luân Đôn,,0.75,GB,b\n\
         x:5,place,Rome,Roma,,,,,\n",
    );
    let (lines, counts) = changes(&old, &new);
    assert_eq!(
        lines,
        [
            "~ x:1: prior `0.5` `0.75`, note `a` `b`; + Luân Đôn@vi; - Big Smoke@ Londres@fr",
            "- x:2",
            "~ x:3: name `UN` `name` `acronym`; + ; - ",
            "+ x:5",
        ]
    );
    let expected =
        Counts { entities_added: 1, entities_removed: 1, entities_changed: 2, names_added: 3, names_removed: 3 };
    assert_eq!(counts, expected);
    assert!(counts.has_losses());
    assert_eq!(changes(&old, &old), (vec![], Counts::default()));
}

#[test]
fn an_entity_keeps_its_outside_id_when_its_id_changes() {
    let old = layer("id,kind,name,wikidata\na,place,Rome,Q220\n");
    let new = layer("id,kind,name,wikidata\nb,place,Rome,Q220\n");
    let (lines, counts) = changes(&old, &new);
    assert_eq!(lines, ["~ a: id `a` `b`; + ; - "]);
    assert!(!counts.has_losses());
}

#[test]
fn rows_with_derived_ids_are_the_same_by_name() {
    let old = layer("kind,name,aliases\nplace,Rome,Roma\nplace,Oslo,\n");
    let new = layer("kind,name\nplace,Oslo\nplace,Rome\n");
    assert_eq!(changes(&old, &new).0, ["~ user:place/rome: ; + ; - Roma@"]);
}

/// Looking through all names, or all columns, for each of them takes minutes here.
#[test]
fn an_entity_may_have_many_names_and_columns() {
    let names = |letter: char| (0..200_000).map(|number| format!("{letter}{number}")).collect::<Vec<_>>().join("|");
    let columns: String = (0..30_000).map(|number| format!(",c{number}")).collect();
    let row = |letter: char| {
        let cells: String = (0..30_000).map(|number| format!(",{letter}{number}")).collect();
        layer(&format!("id,name,aliases{columns}\nx:1,Paris,{}{cells}\n", names(letter)))
    };
    let (old, new) = (row('a'), row('b'));
    let begun = std::time::Instant::now();
    let counts = compare(&old.entities, &new.entities, true, |change| {
        let Change::Changed { fields, .. } = change else { panic!("{change:?}") };
        assert_eq!(fields.len(), 30_000);
        Ok(())
    });
    let counts = counts.unwrap();
    assert_eq!((counts.names_added, counts.names_removed), (200_000, 200_000));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn a_compiled_edition_is_equal_to_its_rows() {
    use crate::gazetteer::Gazetteer;
    use crate::gazetteer::compiled::Header;
    use crate::lexicon::{CompileOptions, Lexicon};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("builtin.gaz");
    let rows_layer = Gazetteer::builtin_rows().into_layers().remove(0);
    let lexicon = Lexicon::compile(&rows_layer, CompileOptions::default()).unwrap();
    lexicon.write(&path, &Header::default()).unwrap();
    let compiled = source::read_path(&path, ReadOptions::default()).unwrap();
    let (old, new) = (rows(&rows_layer).unwrap(), rows(&compiled).unwrap());
    let mut found = Vec::new();
    let counts = compare(&old, &new, false, |change| {
        found.push(format!("{change:?}"));
        Ok(())
    })
    .unwrap();
    assert_eq!(counts, Counts::default(), "{:#?}", &found[..found.len().min(3)]);
    assert_eq!(old.len(), new.len());
}
