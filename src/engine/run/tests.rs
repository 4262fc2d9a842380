use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::journal::{self, RunIdentity};
use super::*;
use crate::error::Problem;
use crate::export::format_named;
use crate::resolve::{Extraction, Topic};
use crate::table::Carried;
use crate::table::testing::{found, layer, mention, place, stack, theme, unlisted};
use crate::text::{Document, Language, Span};

/// Every file of a folder with its content; the timing of `run.json` left out.
fn content(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder of our own") {
        let path = entry.expect("a folder of our own").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut text = if path.is_dir() { "folder".into() } else { fs::read_to_string(&path).expect("a text file") };
        if name == "run.json" {
            let at = text.find("\"timing\"").expect("a manifest has times");
            text.truncate(at);
        }
        files.insert(name, text);
    }
    files
}

struct Input<'a> {
    documents: Vec<(Document<'a>, Extraction)>,
    problems: Vec<(Problem, String)>,
}

/// A document of every fifth letter: names of the small gazetteer, unlisted names, sentences, a date, a topic.
fn document<'a>(stack: &Stack, number: usize, letters: &[u8]) -> (Document<'a>, Extraction) {
    const NAMES: [(&str, &str); 8] = [
        ("Paris", "gz:place/paris"),
        ("Tô Lâm", "gz:person/to-lam"),
        ("Obama", "gz:person/barack-obama"),
        ("Hà Nội", "gz:place/hanoi"),
        ("ASEAN", "gz:organization/asean"),
        ("A, \"B\"\nC", "gz:organization/a,b \"c\""),
        ("Léa Roux", ""),
        ("LÉA ROUX", ""),
    ];
    let (mut text, mut chars, mut mentions) = (String::new(), 0, Vec::new());
    for (i, letter) in letters.iter().enumerate() {
        let (name, id) = NAMES[*letter as usize % NAMES.len()];
        let start = text.len() as u32;
        text.push_str(name);
        let holder = Document::new("", name);
        let mut mention = match id {
            "" => unlisted(stack, &holder, name, "person"),
            id => mention(stack, &holder, name, id),
        };
        mention.span = Span::new(start, text.len() as u32);
        let end = chars + name.chars().count() as u32;
        mention.chars = Span::new(chars, end);
        mention.sentence = (i / 2) as u32;
        mentions.push(mention);
        text.push(' ');
        chars = end + 1;
    }
    let mut document = Document::new(format!("d{number}"), text);
    document.date = ["2025-01-02", "", "2024-12-31", "soon"][letters.len() % 4].into();
    document.carried.push(("field".into(), format!("\"{number}; \\\"x\\\"\"").into()));
    let mut extraction = found(stack, &document, mentions);
    // One entry for all spellings of an unlisted name, as resolve gives it.
    let unlisted = |first: &u32| extraction.mentions[*first as usize].entity.is_none();
    let first_unlisted = extraction.entities.iter().position(unlisted);
    let mut place = 0;
    extraction.entities.retain(|first| {
        place += 1;
        extraction.mentions[*first as usize].entity.is_some() || Some(place - 1) == first_unlisted
    });
    extraction.salience = (0..extraction.entities.len() as u32).map(|i| 1_000 + i).collect();
    extraction.language = Language::of_tag("fr");
    if let Some(first) = extraction.mentions.first() {
        let entity = stack.find(theme("trade")).expect("a listed theme");
        extraction.topics.push(Topic { entity, score: 5_000, mentions: 1, evidence: vec![(first.chars, 5_000)] });
    }
    (document, extraction)
}

fn plan(stack: &Stack) -> RunPlan<'_> {
    let mut plan = RunPlan::new(stack, TABLES);
    plan.rows.carried = Carried { columns: vec!["field".into()], other: true };
    plan
}

/// Feeds a sink in batches of the sizes given (over and over), with a unit after every `unit` batches.
fn feed<S: TableSink>(
    sink: &mut S,
    plan: &RunPlan<'_>,
    input: &Input<'_>,
    batches: &[usize],
    unit: usize,
) -> Result<()> {
    let mut encoders = [BatchEncoder::new(plan), BatchEncoder::new(plan)];
    let (mut at, mut number) = (0, 0);
    while at < input.documents.len() {
        let size = batches[number % batches.len()].max(1).min(input.documents.len() - at);
        let encoder = &mut encoders[number % 2];
        for i in at..at + size {
            let (document, extraction) = &input.documents[i];
            encoder.document(document, extraction)?;
            if let Some((problem, id)) = input.problems.get(i) {
                encoder.problem(problem, id)?;
            }
        }
        at += size;
        number += 1;
        let output = encoder.take();
        sink.batch(&output)?;
        encoder.reuse(output);
        if number % unit == 0 {
            sink.end_unit(&UnitRange {
                to: InputPlace { record: at as u64, ..InputPlace::default() },
                ..UnitRange::default()
            })?;
        }
    }
    Ok(())
}

fn info() -> RunInfo {
    let mut info = RunInfo { inputs: vec!["a.jsonl".into()], gazetteer_hash: "abc".into(), ..RunInfo::default() };
    info.layers = LayerInfo::of(&crate::gazetteer::Gazetteer::from_layer(layer()));
    info.options.insert("min_pairs".into(), 1.into());
    info.timing.insert("seconds".into(), 1.5.into());
    info
}

fn input<'a>(stack: &Stack, letters: &[Vec<u8>]) -> Input<'a> {
    let documents = letters.iter().enumerate().map(|(i, letters)| document(stack, i, letters)).collect();
    let problem = Problem::warning("invalid-utf8", "1 byte replaced").in_file("a,b.jsonl").at_line(3).at_byte(7);
    Input { documents, problems: vec![(problem, "d0".into()), (Problem::error("x", "no"), String::new())] }
}

fn run_folder(plan: &RunPlan<'_>, out: &Path, input: &Input<'_>, batches: &[usize], unit: usize) -> Counts {
    let mut sink = FolderSink::create(plan.clone(), out, &RunIdentity::default()).expect("a folder of our own");
    feed(&mut sink, plan, input, batches, unit).expect("room on the disk");
    Box::new(sink).finish(info()).expect("room on the disk")
}

#[test]
fn a_folder_of_tables_by_hand() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("new/out");
    let input = input(&stack, &[vec![0, 2, 5], vec![6, 7]]);
    let counts = run_folder(&plan(&stack), &out, &input, &[1], 1);
    assert_eq!((counts.documents, counts.mentions, counts.errors, counts.warnings), (2, 5, 1, 1));
    let files = content(&out);
    let expected: &[(&str, &str)] = &[
        (
            "mentions.csv",
            "doc_id,start_char,end_char,start_byte,end_byte,surface,kind,entity_id,name,matched_name,score,rule,\
             sentence,parent,role,title,antecedent,wikidata\n\
             d0,0,5,0,5,Paris,place,gz:place/paris,Paris,Paris,1.0000,exact,0,,,,,Q90\n\
             d0,6,11,6,11,Obama,person,gz:person/barack-obama,Barack Obama,Obama,1.0000,exact,0,,,,,Q76\n\
             d0,12,20,12,20,\"A, \"\"B\"\"\nC\",organization,\"gz:organization/a,b \"\"c\"\"\",\"A, \"\"B\"\"\nC\",\
             \"A, \"\"B\"\"\nC\",1.0000,exact,1,,,,,\n\
             d1,0,8,0,9,Léa Roux,person,,Léa Roux,,1.0000,unlisted-title,0,,,,,\n\
             d1,9,17,10,19,LÉA ROUX,person,,Léa Roux,,1.0000,unlisted-title,0,,,,,\n",
        ),
        (
            "entities.csv",
            "entity_id,kind,name,mentions,documents,first_date,last_date,salience,country,lat,lon,ids\n\
             ,person,Léa Roux,2,1,2024-12-31,2024-12-31,0.1000,,,,\n\
             \"gz:organization/a,b \"\"c\"\"\",organization,\"A, \"\"B\"\"\nC\",1,1,,,0.1002,,,,\n\
             gz:person/barack-obama,person,Barack Obama,1,1,,,0.1001,,,,wikidata:Q76\n\
             gz:place/paris,place,Paris,1,1,,,0.1000,FR,48.8566,-2.3522,wikidata:Q90|geonames:2988507\n",
        ),
        (
            "document_entities.csv",
            "doc_id,entity_id,kind,name,mentions,first_char,salience\n\
             d0,gz:place/paris,place,Paris,1,0,0.1000\n\
             d0,gz:person/barack-obama,person,Barack Obama,1,6,0.1001\n\
             d0,\"gz:organization/a,b \"\"c\"\"\",organization,\"A, \"\"B\"\"\nC\",1,12,0.1002\n\
             d1,,person,Léa Roux,2,0,0.1000\n",
        ),
        (
            "topics.csv",
            "doc_id,topic_id,name,score,mentions,evidence\n\
             d0,gz:theme/trade,Trade,0.5000,1,0-5:0.5000\nd1,gz:theme/trade,Trade,0.5000,1,0-8:0.5000\n",
        ),
        (
            "documents.csv",
            "doc_id,path,title,date,lang,offsets,chars,words,mentions,entities,top_topic,field,carried_other\n\
             d0,,,soon,fr,decoded,21,5,3,3,gz:theme/trade,\"0; \"\"x\"\"\",\n\
             d1,,,2024-12-31,fr,decoded,18,4,2,1,gz:theme/trade,\"1; \"\"x\"\"\",\n",
        ),
        (
            "cooccurrences.csv",
            "entity_a,entity_b,documents,sentences,npmi\n\
             \"gz:organization/a,b \"\"c\"\"\",gz:person/barack-obama,1,0,1.0000\n\
             \"gz:organization/a,b \"\"c\"\"\",gz:place/paris,1,0,1.0000\n\
             gz:person/barack-obama,gz:place/paris,1,1,1.0000\n",
        ),
        (
            "errors.csv",
            "doc_id,path,line,byte,severity,problem\nd0,\"a,b.jsonl\",3,7,warning,1 byte replaced\n,,,,error,no\n",
        ),
    ];
    for (name, text) in expected {
        assert_eq!(files[*name], *text, "{name}");
    }
    assert_eq!(files.len(), expected.len() + 1, "{:?}", files.keys());
    let text = fs::read_to_string(out.join("run.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(manifest["calibrated"], false);
    assert_eq!(manifest["counts"]["mentions_by_kind"]["person"], 3);
    assert_eq!(manifest["counts"]["bytes"], 41);
    assert_eq!(manifest["tables"]["cooccurrences"], serde_json::json!({"file": "cooccurrences.csv", "rows": 3}));
    assert_eq!(manifest["gazetteer"]["layers"][0]["names"], 11);
    assert_eq!(manifest["timing"]["seconds"], 1.5);
    let keys: Vec<&String> = manifest["tables"].as_object().expect("tables").keys().collect();
    assert_eq!(keys, TABLES.iter().map(|table| table.name()).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_split_and_any_budget_give_the_same_bytes(
        letters in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 1..30),
        batches in proptest::collection::vec(1usize..9, 1..4),
        unit in 1usize..5,
        memory in prop_oneof![Just(0), 1_000u64..40_000, Just(DEFAULT_MEMORY)],
        format in 0..FORMATS.len(),
    ) {
        let stack = stack();
        let input = input(&stack, &letters);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, many) = (folder.path().join("one"), folder.path().join("many"));
        let mut plan = plan(&stack);
        plan.format = FORMATS[format];
        run_folder(&plan, &one, &input, &[letters.len()], 1);
        plan.memory = memory;
        run_folder(&plan, &many, &input, &batches, unit);
        prop_assert_eq!(content(&many), content(&one));
        for table in TABLES {
            let single = RunPlan { tables: vec![*table], ..plan.clone() };
            let path = folder.path().join("single");
            let mut sink = SingleSink::file(single.clone(), &path).expect("a file of our own");
            feed(&mut sink, &single, &input, &batches, unit).expect("room on the disk");
            Box::new(sink).finish(info()).expect("room on the disk");
            let name = format!("{}.{}", table.name(), plan.format.extension());
            prop_assert_eq!(&fs::read_to_string(&path).expect("the table"), &content(&one)[&name]);
        }
        prop_assert_eq!(fs::read_dir(folder.path()).expect("our folder").count(), 3);
    }
}

#[test]
fn an_interrupted_run_leaves_no_table_and_the_next_one_starts_afresh() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (plan, input) = (plan(&stack), input(&stack, &vec![vec![0, 1, 2]; 5]));
    let mut sink = FolderSink::create(plan.clone(), folder.path(), &RunIdentity::default()).expect("our folder");
    feed(&mut sink, &plan, &input, &[2], 1).expect("room on the disk");
    drop(sink);
    assert!(content(folder.path()).is_empty());
    // As after a kill: nothing is cleaned up, a table is being joined.
    let mut sink = FolderSink::create(plan.clone(), folder.path(), &RunIdentity::default()).expect("our folder");
    feed(&mut sink, &plan, &input, &[1], 2).expect("room on the disk");
    std::mem::forget(sink);
    fs::write(folder.path().join("mentions.csv.tmp"), "half").expect("our folder");
    assert_eq!(content(folder.path()).into_keys().collect::<Vec<_>>(), [".run", "mentions.csv.tmp"]);
    run_folder(&plan, folder.path(), &input, &[5], 1);
    let fresh = tempfile::tempdir().expect("a temporary folder");
    run_folder(&plan, fresh.path(), &input, &[5], 1);
    assert_eq!(content(folder.path()), content(fresh.path()));
}

#[test]
fn tables_of_an_earlier_run_are_replaced() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plan = plan(&stack);
    run_folder(&plan, folder.path(), &input(&stack, &[vec![0; 9]]), &[1], 1);
    let again = input(&stack, &[vec![3]]);
    run_folder(&plan, folder.path(), &again, &[1], 1);
    let fresh = tempfile::tempdir().expect("a temporary folder");
    run_folder(&plan, fresh.path(), &again, &[1], 1);
    assert_eq!(content(folder.path()), content(fresh.path()));
}

#[test]
fn a_run_without_documents_has_empty_tables() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = Input { documents: Vec::new(), problems: Vec::new() };
    run_folder(&plan(&stack), folder.path(), &input, &[1], 1);
    let files = content(folder.path());
    assert_eq!(files["cooccurrences.csv"], "entity_a,entity_b,documents,sentences,npmi\n");
    assert_eq!(files["errors.csv"].lines().count(), 1);
}

#[test]
fn a_suspended_run_keeps_its_complete_units() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (plan, input) = (plan(&stack), input(&stack, &vec![vec![0, 1]; 5]));
    let run = RunIdentity { gazetteer: "g".into(), options: "o".into() };
    let mut sink = FolderSink::create(plan.clone(), folder.path(), &run).expect("our folder");
    feed(&mut sink, &plan, &input, &[1], 2).expect("room on the disk");
    sink.suspend();
    let kept = folder.path().join(RUN_FOLDER);
    let (head, units) = journal::read(&kept).expect("a journal").expect("of this version");
    assert_eq!((head.run, units.len(), units[1].range.to.record), (run, 2, 4));
    assert_eq!(units[1].counts.documents, 2);
    let files: usize = units.iter().map(|unit| unit.parts.len() + unit.partials.len()).sum();
    assert_eq!(fs::read_dir(&kept).expect("the run's folder").count(), files + 1);
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join(RUN_FOLDER)).expect("our folder");
    fs::write(folder.path().join(".run/notes.txt"), "mine").expect("our folder");
    let error = FolderSink::create(plan(&stack), folder.path(), &RunIdentity::default()).err().expect("refused");
    assert!(error.to_string().contains("remove or rename it"), "{error}");
    assert!(folder.path().join(".run/notes.txt").exists());
}

#[test]
fn a_file_is_replaced_only_when_it_is_complete() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.csv");
    fs::write(&path, "old").expect("our folder");
    let plan = RunPlan { tables: vec![Table::Mentions], ..plan(&stack) };
    let input = input(&stack, &[vec![0], vec![1]]);
    let mut sink = SingleSink::file(plan.clone(), &path).expect("a file of our own");
    feed(&mut sink, &plan, &input, &[1], 1).expect("room on the disk");
    assert_eq!(content(folder.path()).len(), 2);
    drop(sink);
    assert_eq!(content(folder.path()), BTreeMap::from([("m.csv".into(), "old".into())]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("our file");
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(&path, &link).expect("our folder");
        let mut sink = SingleSink::file(plan.clone(), &link).expect("a file of our own");
        feed(&mut sink, &plan, &input, &[1], 1).expect("room on the disk");
        Box::new(sink).finish(info()).expect("room on the disk");
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).expect("the file").lines().count(), 3);
    }
    assert!(SingleSink::file(plan.clone(), folder.path()).is_err(), "a folder is no file");
    assert!(SingleSink::file(plan, folder.path().join("none/m.csv")).is_err(), "no such folder");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_with_the_path() {
    let stack = stack();
    let input = input(&stack, &[vec![0, 1]]);
    for table in [Table::Mentions, Table::Entities] {
        let plan = RunPlan { tables: vec![table], ..plan(&stack) };
        let mut sink = SingleSink::file(plan.clone(), "/dev/full").expect("a device");
        let result = feed(&mut sink, &plan, &input, &[1], 1).and_then(|()| Box::new(sink).finish(info()));
        let error = result.expect_err("the device is full");
        assert!(error.to_string().starts_with("/dev/full: "), "{error}");
        assert!(!error.is_closed_pipe());
        let mut sink = SingleSink::file(plan.clone(), "/dev/null").expect("a device");
        feed(&mut sink, &plan, &input, &[1], 1).expect("a device");
        assert_eq!(Box::new(sink).finish(info()).expect("a device").documents, 1);
    }
}

#[test]
fn a_stream_gets_the_rows_of_each_batch_and_a_closed_pipe_is_told() {
    #[derive(Clone)]
    struct Pipe(Arc<Mutex<Vec<u8>>>, usize);
    impl std::io::Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut all = self.0.lock().expect("one thread");
            if all.len() + bytes.len() > self.1 {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            all.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let stack = stack();
    let plan =
        RunPlan { tables: vec![Table::Topics], format: format_named("jsonl").expect("a format"), ..plan(&stack) };
    let input = input(&stack, &[vec![0], vec![1], vec![2]]);
    let pipe = Pipe(Arc::default(), 1 << 20);
    let mut sink = SingleSink::writer(plan.clone(), Box::new(pipe.clone()), "pipe").expect("a plan of one table");
    feed(&mut sink, &plan, &input, &[2], 9).expect("a patient reader");
    let text = String::from_utf8(pipe.0.lock().expect("one thread").clone()).expect("text");
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with(
        "{\"doc_id\":\"d0\",\"topic_id\":\"gz:theme/trade\",\"name\":\"Trade\",\"score\":0.5000,\"mentions\":1,\
         \"evidence\":\"0-5:0.5000\"}\n"
    ));
    let pipe = Pipe(Arc::default(), 300);
    let mut sink = SingleSink::writer(plan.clone(), Box::new(pipe), "pipe").expect("a plan of one table");
    let error = feed(&mut sink, &plan, &input, &[1], 9).expect_err("the reader is gone");
    assert!(error.is_closed_pipe() && error.to_string().starts_with("pipe: "), "{error}");
}

#[test]
fn workers_and_sinks_may_move_between_threads() {
    fn moves<T: Send>() {}
    moves::<BatchEncoder<'_>>();
    moves::<BatchOutput>();
    moves::<FolderSink<'_>>();
    moves::<SingleSink<'_>>();
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let stack = stack();
    let several = RunPlan::new(&stack, &[Table::Errors, Table::Mentions, Table::Mentions]);
    assert_eq!(several.tables, [Table::Mentions, Table::Errors]);
    assert!(SingleSink::stdout(several).is_err());
    let mut excel = RunPlan::new(&stack, &[Table::Mentions]);
    excel.dialect = Dialect::Excel;
    assert!(excel.check().is_ok());
    excel.format = format_named("jsonl").expect("a format");
    let error = excel.check().expect_err("no such dialect");
    assert_eq!(error.to_string(), "--excel goes with --format csv only, not with `jsonl`");
}

#[test]
fn excel_tables_are_made_for_spreadsheets() {
    let stack = stack();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut plan = plan(&stack);
    plan.dialect = Dialect::Excel;
    let mut document = Document::new("-1", "Paris");
    document.carried.push(("field".into(), "-5".into()));
    let extraction = found(&stack, &document, vec![mention(&stack, &document, "Paris", place("paris"))]);
    let input = Input { documents: vec![(document, extraction)], problems: Vec::new() };
    run_folder(&plan, folder.path(), &input, &[1], 1);
    let files = content(folder.path());
    assert!(files["entities.csv"].ends_with("FR;48.8566;-2.3522;wikidata:Q90|geonames:2988507\r\n"));
    assert!(files["documents.csv"].starts_with("\u{FEFF}doc_id;path;") && files["documents.csv"].contains("\r\n'-1;"));
    assert!(files["documents.csv"].ends_with(";-5;\r\n"), "{}", files["documents.csv"]);
}
