//! The figures as JSON. `docs/EVAL.md` describes every field.

use serde_json::{Map, Value, json};

use super::Figures;
use super::compare::Changes;
use crate::engine::run::LayerInfo;
use crate::eval::{IdCounts, KindCounts, Measure, Scores};

/// Goes up when a field changes its meaning or goes away.
pub(super) const FORMAT: u64 = 1;

/// The figures, and how they were made.
pub(super) fn json(figures: &Figures<'_>) -> Value {
    let evaluation = &figures.evaluation;
    let files = evaluation.files.iter().zip(&figures.gold).map(|(file, gold)| {
        let mut value = scores(&file.scores);
        value.insert("broken_lines".into(), gold.broken.into());
        value.insert("path".into(), file.path.display().to_string().into());
        Value::Object(value)
    });
    let languages = evaluation.languages.iter();
    let languages: Map<String, Value> = languages.map(|(name, of)| (name.clone(), scores(of).into())).collect();
    json!({
        "gazetier": env!("CARGO_PKG_VERSION"),
        "eval_format": FORMAT,
        "config": figures.config.as_ref().map(|path| path.display().to_string()),
        "options": options(figures),
        "gazetteer": {
            "hash": LayerInfo::hash_of(&figures.layers),
            "layers": figures.layers,
        },
        "total": scores(&evaluation.total),
        "languages": languages,
        "files": files.collect::<Vec<_>>(),
    })
}

/// The text of the figures, with the comparisons asked for.
pub(super) fn text(mut value: Value, changes: &[Changes]) -> String {
    if let (Value::Object(map), false) = (&mut value, changes.is_empty()) {
        map.insert("compared".into(), changes.iter().map(Changes::json).collect());
    }
    format!("{value:#}\n")
}

fn options(figures: &Figures<'_>) -> Map<String, Value> {
    let mut options = figures.args.find.as_json();
    options.insert("lenient".into(), figures.args.gazetteer.lenient.into());
    options.insert("kinds".into(), json!(figures.args.kinds));
    options
}

fn scores(scores: &Scores) -> Map<String, Value> {
    let kinds = scores.kinds.iter();
    let kinds: Map<String, Value> = kinds.map(|(name, counts)| (name.clone(), kind(*counts))).collect();
    let mut map = Map::new();
    map.insert("documents".into(), scores.documents.into());
    map.insert("ignored".into(), scores.ignored.into());
    map.insert("all".into(), kind(scores.all()));
    map.insert("kinds".into(), kinds.into());
    map
}

fn kind(counts: KindCounts) -> Value {
    let IdCounts { with_id, listed, found, right } = counts.ids;
    json!({
        "gold": counts.gold,
        "found": counts.found,
        "strict": measure(counts.strict()),
        "untyped": measure(counts.untyped()),
        "ids": {
            "with_id": with_id,
            "listed": listed,
            "found": found,
            "right": right,
            "right_of_listed": counts.ids.right_of_listed().map(rounded),
            "right_of_found": counts.ids.right_of_found().map(rounded),
        },
    })
}

fn measure(measure: Measure) -> Value {
    json!({
        "right_of_gold": measure.right_of_gold,
        "right_of_found": measure.right_of_found,
        "precision": measure.precision().map(rounded),
        "recall": measure.recall().map(rounded),
        "f1": measure.f1().map(rounded),
    })
}

/// Four decimals, as in all tables.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
