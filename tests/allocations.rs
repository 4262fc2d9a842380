//! No allocation a document: what a run takes from the system does not grow with its length.

use std::fmt::Write as _;

use allocation_counter::measure;
use gazetier::corpus::{CorpusOptions, Source};
use gazetier::engine::run::{BatchWorker, RunPlan};
use gazetier::resolve::ResolveOptions;
use gazetier::table::Table;
use gazetier::{Extractor, Gazetteer};

/// Records with names, escapes and marks, as a corpus in memory.
fn corpus(documents: usize) -> String {
    let mut lines = String::new();
    for i in 0..documents {
        let say = if i % 3 == 0 { "\\\"Oui\\\", dit-il.\\n" } else { "M. Dupont a dit oui." };
        writeln!(
            lines,
            "{{\"id\":\"d{i}\",\"lang\":\"fr\",\"text\":\"Paris, France. {say} Emmanuel Macron a rencontré Tô Lâm à Hà Nội. \
             L'Union européenne et le Vietnam parlent d'agriculture.\"}}"
        )
        .unwrap();
    }
    lines
}

#[test]
fn documents_and_their_rows_cost_no_allocation() {
    let options = ResolveOptions { resolve: false, ..ResolveOptions::default() };
    let extractor = Extractor::with_options(&Gazetteer::builtin(), options).unwrap();
    let plan = RunPlan::new(extractor.stack(), &[Table::Mentions]);
    let mut worker = BatchWorker::new(&extractor, &plan);
    let mut run = |documents: usize| {
        let input = std::io::Cursor::new(corpus(documents).into_bytes());
        let options = CorpusOptions { batch_bytes: 16 << 20, ..CorpusOptions::default() };
        let mut source = Source::open(&["-"], options).unwrap().with_standard_input(input);
        let batch = source.next().unwrap();
        assert!(source.next().is_none(), "one batch");
        let (mut mentions, mut rows) = (0, 0);
        let taken = measure(|| {
            let worked = worker.work(&batch);
            mentions = worked.output.counts().mentions;
            rows = worked.output.rows(Table::Mentions).len();
            worked.reuse();
        });
        assert!(mentions >= 5 * documents as u64 && rows as u64 > 50 * mentions, "{mentions} mentions");
        taken.count_total
    };
    // The buffers grow to what the longest batch needs.
    run(2_000);
    let (few, many) = (run(10), run(1_010));
    assert!(many <= few + 4, "{few} allocations for 10 documents, {many} for 1,010");
}
