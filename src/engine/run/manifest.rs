//! `run.json`, the manifest of a folder of tables.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Counts, RunPlan};
use crate::gazetteer::{Gazetteer, content_hash};
use crate::table::TABLES;

/// One gazetteer layer of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LayerInfo {
    /// As the user named it.
    pub label: String,
    /// Hash of its content.
    pub hash: String,
    /// Entities it lists.
    pub entities: u64,
    /// Names it lists.
    pub names: u64,
}

impl LayerInfo {
    /// The layers of a gazetteer, lowest first.
    pub fn of(gazetteer: &Gazetteer) -> Vec<Self> {
        let layers = gazetteer.layers().iter().map(|layer| {
            let (entities, names) = layer.counts();
            Self { label: layer.label.clone(), hash: layer.hash.clone(), entities, names }
        });
        layers.collect()
    }

    /// The hash over all layers.
    pub fn hash_of(layers: &[Self]) -> String {
        let hashes: Vec<&[u8]> = layers.iter().map(|layer| layer.hash.as_bytes()).collect();
        content_hash(&hashes)
    }
}

/// What the manifest says that the tables do not know.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// The inputs, as the user named them.
    pub inputs: Vec<String>,
    /// The configuration file used, if any.
    pub config: Option<String>,
    /// Hash over all gazetteers.
    pub gazetteer_hash: String,
    /// The gazetteers, lowest first.
    pub layers: Vec<LayerInfo>,
    /// The options that the tables depend on. Not the number of threads: that belongs to `timing`.
    pub options: Map<String, Value>,
    /// Times, threads, memory: whatever differs from run to run.
    pub timing: Map<String, Value>,
}

/// The manifest as text. All of it but `timing` is the same for any number of threads.
pub(super) fn manifest(plan: &RunPlan<'_>, counts: &Counts, info: &RunInfo) -> String {
    let mut by_kind: Vec<(&str, u64)> = counts
        .mentions_by_kind
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| (plan.stack.kind(crate::lexicon::KindId(kind as u16)), *count))
        .collect();
    by_kind.sort_unstable();
    let by_kind: Map<String, Value> = by_kind.into_iter().map(|(kind, count)| (kind.into(), count.into())).collect();
    let mut tables = Map::new();
    for table in TABLES.iter().filter(|table| plan.tables.contains(table)) {
        let rows = counts.rows[*table as usize];
        tables.insert(table.name().into(), json!({ "file": plan.file_name(*table), "rows": rows }));
    }
    let manifest = json!({
        "gazetier": env!("CARGO_PKG_VERSION"),
        "inputs": info.inputs,
        "config": info.config,
        "gazetteer": { "hash": info.gazetteer_hash, "layers": info.layers },
        "options": info.options,
        "format": plan.format.name(),
        "calibrated": false,
        "counts": {
            "documents": counts.documents,
            "bytes": counts.bytes,
            "chars": counts.chars,
            "words": counts.words,
            "mentions": counts.mentions,
            "mentions_by_kind": by_kind,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "cooccurrence_documents_truncated": counts.truncated,
        },
        "tables": tables,
        "timing": info.timing,
    });
    // The alternate form of a JSON value is indented text.
    format!("{manifest:#}\n")
}
