//! What a small corpus gives.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::corpus::CorpusOptions;
use crate::gazetteer::{Gazetteer, ReadOptions, source};

const GAZETTEER: &str = "id,kind,name,aliases,name:fr\n\
    x:1,person,Anne Durand,,\n\
    x:2,person,Jean Petit,,\n\
    x:3,place,Lyon,,\n\
    x:4,organization,Agence du climat,,\n";

fn found_with(texts: &[(&str, &str)], options: &DiscoverOptions) -> Discovery {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("texts.jsonl");
    let lines: Vec<String> =
        texts.iter().map(|(lang, text)| serde_json::json!({ "lang": lang, "text": text }).to_string()).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let layer = source::read_texts("test", &[("all.csv", GAZETTEER)], ReadOptions::default()).unwrap();
    let extractor = Extractor::new(&Gazetteer::from_layer(layer)).unwrap();
    // Small batches, so that several are added up.
    let corpus = CorpusOptions { batch_bytes: 256, ..CorpusOptions::default() };
    let mut source = Source::open(&[path], corpus).unwrap();
    discover(&extractor, &mut source, options, &AtomicBool::new(false), |_, _| {}, |_| {}).unwrap()
}

fn found(texts: &[(&str, &str)]) -> Vec<Discovered> {
    found_with(texts, &DiscoverOptions { min_mentions: 1, ..DiscoverOptions::default() }).found
}

fn row<'r>(rows: &'r [Discovered], name: &str) -> &'r Discovered {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no `{name}` in {rows:#?}"))
}

#[test]
fn kinds_follow_the_evidence() {
    let rows = found(&[
        (
            "fr",
            "Hier, le ministre Paul Verdier a vu Mme Sophie Garnier. On a salué Anne Rochet et on est allé à Vendremont.",
        ),
        ("fr", "Selon le groupe Zelmax, rien ne change. Elle vit à Vendremont, mais le groupe Zelmax reste en ville."),
        ("fr", "Il parle au Parti populaire breton. Elle a quitté le Parti populaire breton."),
        ("en", "We met Mr Harold Winters in Oakbridge. The company Lunatech is based in Oakbridge."),
        ("vi", "Hôm qua, ông Trần Văn Kiên đến tỉnh Hạ Xuyên. Rồi ông Trần Văn Kiên rời tỉnh Hạ Xuyên."),
    ]);
    for (name, kind) in [
        ("Paul Verdier", "person"),
        ("Sophie Garnier", "person"),
        ("Anne Rochet", "person"),
        ("Vendremont", "place"),
        ("Zelmax", "organization"),
        ("Parti populaire breton", "organization"),
        ("Harold Winters", "person"),
        ("Oakbridge", "place"),
        ("Lunatech", "organization"),
        ("Trần Văn Kiên", "person"),
        ("Hạ Xuyên", "place"),
    ] {
        assert_eq!(row(&rows, name).kind, kind, "{name}");
    }
}

#[test]
fn listed_names_and_common_words_are_no_candidates() {
    let rows = found(&[(
        "fr",
        "Hier, Anne Durand était à Lyon. Les travaux continuent. Les travaux avec Anne Durand durent.",
    )]);
    assert_eq!(rows, []);
}

#[test]
fn a_definition_joins_an_acronym_to_its_name() {
    let text = "Elle dirige la Ligue des jardiniers bretons (LJB). Depuis, la LJB grandit.";
    let rows = found(&[("fr", text)]);
    let league = row(&rows, "Ligue des jardiniers bretons");
    assert_eq!((league.kind.as_str(), &league.acronyms[..]), ("organization", &["LJB".to_owned()][..]));
    assert!(rows.iter().all(|row| row.name != "LJB"));
}

#[test]
fn an_acronym_of_a_listed_name_is_another_name_of_its_entity() {
    let rows = found(&[("fr", "Elle dirige la nouvelle Agence du climat (ADC). Hier, l'ADC a publié un avis.")]);
    let agency = row(&rows, "Agence du climat");
    assert_eq!((agency.id.as_str(), &agency.acronyms[..]), ("x:4", &["ADC".to_owned()][..]));
}

#[test]
fn short_forms_go_to_the_full_name() {
    let text = "On a vu Mme Sophie Garnier. Puis Garnier est partie, et Garnier est revenue.";
    let rows = found(&[("fr", text), ("fr", "Un discours de Garnier, puis de Sophie Garnier.")]);
    let full = row(&rows, "Sophie Garnier");
    assert_eq!(full.aliases, ["Garnier"]);
    assert_eq!((full.mentions, full.documents), (5, 2));

    let rows = found(&[("fr", "Hier, Anne Durand a parlé. On dit que Durand reste, et Durand le confirme.")]);
    let known = row(&rows, "Anne Durand");
    assert_eq!((known.id.as_str(), &known.aliases[..]), ("x:1", &["Durand".to_owned()][..]));
}

#[test]
fn the_corpus_says_how_far_a_name_goes() {
    let text = "On visite le Canard doré. Elle lit le Canard doré ! Et puis le Canard doré ferme.";
    let rows = found(&[("fr", text)]);
    assert_eq!(row(&rows, "Canard doré").mentions, 3);
    assert!(rows.iter().all(|row| row.name != "Canard"));
    let rows = found(&[("fr", "On voit Zelmax partout. On voit Zelmax demain. On aime Zelmax beaucoup, dit-on.")]);
    assert_eq!(row(&rows, "Zelmax").mentions, 3);
}

#[test]
fn variants_of_case_and_marks_are_one_row() {
    let rows = found(&[("fr", "Chez Médiaphone, on attend. Mais Mediaphone tarde, et Médiaphone le sait.")]);
    assert_eq!(row(&rows, "Médiaphone").aliases, ["Mediaphone"]);
}

#[test]
fn a_word_mostly_in_small_letters_ranks_low() {
    let text = "Le projet avance. Un projet, deux projets. Ce projet et un projet : voir le Projet. On cite Zelmax.";
    let rows = found(&[("fr", text)]);
    let score = |name: &str| rows.iter().find(|row| row.name == name).map_or(0.0, |row| row.score);
    assert!(score("Projet") < score("Zelmax") / 3.0, "{rows:#?}");
}

#[test]
fn rows_do_not_depend_on_threads_and_are_limited() {
    let texts: Vec<(String, String)> = (0..60)
        .map(|i| {
            ("fr".to_owned(), format!("On a vu Mme Sophie Garnier{i} à Vendremont{} avec le groupe Zelmax.", i % 7))
        })
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let with =
        |threads| found_with(&texts, &DiscoverOptions { threads, min_mentions: 1, ..DiscoverOptions::default() });
    let one = with(1);
    assert_eq!(one.found, with(4).found);
    assert!(one.found.len() > 60);
    let bounded = found_with(&texts, &DiscoverOptions { candidates: 5, rows: 3, ..DiscoverOptions::default() });
    assert_eq!(bounded.found.len(), 3);
    assert!(bounded.dropped > 0);
    assert_eq!(bounded.found[0].name, "Zelmax");
}

#[test]
fn the_file_reads_back_as_a_gazetteer() {
    let rows = found(&[(
        "fr",
        "Elle dirige la Ligue des jardiniers bretons (LJB). Depuis, la LJB, avec Anne Rochet, grandit.",
    )]);
    let mut bytes = Vec::new();
    write(&rows, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let layer = source::read_texts("c", &[("candidates.csv", &text)], ReadOptions::default()).unwrap();
    assert!(layer.problems.is_empty(), "{:?}", layer.problems);
    let names: Vec<&str> =
        layer.entities.iter().flat_map(|entity| &entity.names).map(|name| name.text.as_str()).collect();
    assert!(names.contains(&"LJB") && names.contains(&"Anne Rochet"), "{names:?}");
}
