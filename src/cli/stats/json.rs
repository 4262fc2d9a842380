//! The figures as JSON. `docs/STATS.md` describes every field.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Figures;
use crate::author::stats::{CorpusStats, Coverage, Covered, KindContents, KindCoverage, Licence, NameHits};
use crate::engine::run::LayerInfo;

/// Goes up when a field changes its meaning or goes away.
const FORMAT: u64 = 1;

/// The figures, and of what they are.
pub(super) fn json(figures: &Figures<'_>) -> String {
    let kinds = figures.contents.kinds.iter();
    let kinds: Map<String, Value> = kinds.map(|(kind, of)| (kind.clone(), contents(of))).collect();
    let mut value = json!({
        "gazetier": env!("CARGO_PKG_VERSION"),
        "stats_format": FORMAT,
        "gazetteer": {
            "hash": LayerInfo::hash_of(&figures.layers),
            "layers": figures.layers,
        },
        "kinds": kinds,
        "all": contents(&figures.contents.all()),
    });
    if let Some(stats) = &figures.corpus {
        value["corpus"] = corpus(stats);
        value["corpus"]["inputs"] = paths(&figures.args.corpus);
    }
    if let Some(coverage) = &figures.gold {
        value["gold"] = gold(coverage);
        value["gold"]["inputs"] = paths(&figures.args.gold);
    }
    format!("{value:#}\n")
}

/// Sources and licences.
pub(super) fn licences(rows: &[Licence]) -> String {
    format!("{:#}\n", json!({ "gazetier": env!("CARGO_PKG_VERSION"), "licenses": rows }))
}

fn paths(paths: &[std::path::PathBuf]) -> Value {
    paths.iter().map(|path| path.display().to_string()).collect()
}

fn contents(of: &KindContents) -> Value {
    json!({
        "entities": of.entities,
        "names": of.names,
        "one_word": of.one_word,
        "important": of.important,
        "needs": of.needs,
        "positions": of.positions,
        "with_id": of.with_id,
        "languages": of.languages,
        "ids": of.ids,
    })
}

fn corpus(stats: &CorpusStats) -> Value {
    let kinds: BTreeMap<&String, Value> =
        stats.kinds.iter().map(|(kind, of)| (kind, json!({ "hits": of.hits, "mentions": of.mentions }))).collect();
    json!({
        "documents": stats.documents,
        "bytes": stats.bytes,
        "errors": stats.errors,
        "kinds": kinds,
        "dropped": stats.dropped,
        "top": stats.top.iter().map(name).collect::<Vec<_>>(),
        "doubtful_names": stats.doubtful_count,
        "doubtful": stats.doubtful.iter().map(name).collect::<Vec<_>>(),
        "dead_names": stats.dead.len(),
    })
}

fn name(of: &NameHits) -> Value {
    json!({
        "name": of.name,
        "langs": of.langs,
        "kind": of.kind,
        "entity_id": of.entity_id,
        "hits": of.hits,
        "mentions": of.mentions,
        "dropped": of.dropped,
        "small_letters": of.small,
        "capital": of.capital,
        "reasons": of.reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
        "example": of.example,
    })
}

fn gold(coverage: &Coverage) -> Value {
    let kinds = coverage.kinds.iter();
    let kinds: Map<String, Value> = kinds.map(|(kind, of)| (kind.clone(), covered(of))).collect();
    json!({ "documents": coverage.documents, "kinds": kinds, "all": covered(&coverage.all()) })
}

fn covered(of: &KindCoverage) -> Value {
    let with_ids = |of: &Covered| {
        json!({
            "count": of.of,
            "by_id": of.by_id,
            "by_name": of.by_name,
            "share_by_id": share(of.by_id, of.of),
            "share_by_name": share(of.by_name, of.of),
        })
    };
    let by_name =
        |of: &Covered| json!({ "count": of.of, "by_name": of.by_name, "share_by_name": share(of.by_name, of.of) });
    json!({
        "ids": with_ids(&of.ids),
        "mentions": with_ids(&of.mentions),
        "surfaces": by_name(&of.surfaces),
        "surface_mentions": by_name(&of.surface_mentions),
    })
}

/// Four decimals; null where there is nothing to share.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 1e4).round() / 1e4)
}
