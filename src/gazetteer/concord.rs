//! Concordance: rows of different collections that are the same entity, though no id says so.
//!
//! London is `wikidata:Q84`, `geonames:2643743` and a row of other codes. As separate entities they compete for each
//! mention, and whichever wins, the others' ids are lost. Two rows are taken for one entity here when
//!
//! * **near**: they share a name, their kind and their country, and their positions lie within [`NEAR_KILOMETRES`], while no
//!   other row of either's collection does so within [`CLEAR_KILOMETRES`]; or
//! * **names**: they share three names or more, one of them the canonical name of both, these are tagged with two languages or
//!   more, and for each of these names no third row of their collections and kind has as high a prior as either.
//!
//! A subdivision's code (`iso:PT-13`) is joined by neither: the province and the town it is called after share their names.
//!
//! A [`Knowledge`] of ids that are known to be one, and of where things lie, comes first: what has an id in a collection by
//! it is no other row of that collection.
//!
//! Nothing joins rows whose kinds or countries differ, whose positions lie further apart than [`FAR_KILOMETRES`], or that
//! have different ids in one collection (a *collection* is the prefix of an id: `geonames`, `wikidata`, `gz` …). What is
//! joined step by step must fit as a whole, so the surest pairs come first.

use std::fmt;

use hashbrown::{HashMap, HashSet};

use super::{Action, DEFAULT_PRIOR, Entity, Layer, SmolStr};
use crate::text::fold::push_search_key;

mod known;
#[cfg(test)]
mod tests;

pub use known::Knowledge;

/// Two sources place a town on different squares of it.
pub const NEAR_KILOMETRES: f64 = 10.0;
/// Another place of the name within so many leaves it open which is meant.
pub const CLEAR_KILOMETRES: f64 = 40.0;
/// Sources put a region at its middle or at its seat.
pub const FAR_KILOMETRES: f64 = 200.0;
/// Names that rows without positions must share.
const SHARED_NAMES: u32 = 3;
/// Languages that these must be tagged with.
const SHARED_LANGUAGES: u32 = 2;
/// Rows of a country that share a name, beyond which no pair of them is looked at: `San José` by the hundred.
const MOST_NAMESAKES: usize = 200;
/// Pairs of a collection and a kind that share a name, beyond which no pair of their rows is looked at: ids with a prefix
/// for each row are no collections.
const MOST_COLLECTIONS: usize = 64;

/// Why two rows were taken for one entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evidence {
    /// A table of ids says so.
    Told,
    /// A name, and so many kilometres between their positions.
    Near(f64),
    /// So many names, in so many languages.
    Names(u32, u32),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told => f.write_str("table of ids"),
            Self::Near(kilometres) => write!(f, "{kilometres:.1} km apart"),
            Self::Names(names, languages) => write!(f, "{names} names in {languages} languages"),
        }
    }
}

/// Two rows that are one entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Id of the row that comes first.
    pub first: SmolStr,
    /// Id of the other.
    pub second: SmolStr,
    /// Why.
    pub evidence: Evidence,
}

/// A row as this module numbers it.
type Row = u32;

struct Pair {
    first: Row,
    second: Row,
    evidence: Evidence,
}

/// Finds the rows that are one entity. In order of the first row, then of the second.
pub fn links(layers: &[Layer], known: &Knowledge) -> Vec<Link> {
    found(layers, known)
        .into_iter()
        .map(|(first, second, evidence)| Link { first: first.id.clone(), second: second.id.clone(), evidence })
        .collect()
}

/// Makes one entity of the rows that are one: the later row gets the earlier one's id as `same_as`. Returns what was
/// joined. Layers that are compiled have no rows to look at.
pub fn join(mut layers: Vec<Layer>, known: &Knowledge) -> (Vec<Layer>, Vec<Link>) {
    let links = links(&layers, known);
    let mut same: HashMap<SmolStr, Vec<SmolStr>> = HashMap::new();
    for link in &links {
        same.entry(link.second.clone()).or_default().push(link.first.clone());
    }
    for entity in layers.iter_mut().flat_map(|layer| &mut layer.entities) {
        // One row is enough to say it: the rows of an id are joined anyway.
        let Some(ids) = same.remove(&entity.id) else { continue };
        entity.details_mut().same_as.extend(ids);
    }
    (layers, links)
}

fn found<'a>(layers: &'a [Layer], known: &'a Knowledge) -> Vec<(&'a Entity, &'a Entity, Evidence)> {
    let rows: Vec<&Entity> = layers
        .iter()
        .flat_map(|layer| &layer.entities)
        .filter(|entity| entity.action != Action::Remove && !entity.id_derived)
        .collect();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut clusters = Clusters::of(&rows, known, &mut pairs);
    let told = pairs.len();
    let names = Names::of(&rows, &clusters);
    let placed = clusters.places(&rows, known);
    pairs.extend(near(&rows, &names, &clusters, &placed));
    pairs.extend(without_rivals(by_names(&rows, &names, &clusters, &placed), &rows, &clusters, &placed));
    pairs[told..]
        .sort_by(|a, b| strength(b).total_cmp(&strength(a)).then((a.first, a.second).cmp(&(b.first, b.second))));
    let mut index = 0;
    pairs.retain(|pair| {
        index += 1;
        index <= told || clusters.unite(&rows, pair.first, pair.second)
    });
    pairs.sort_by_key(|pair| (pair.first, pair.second));
    pairs.iter().map(|pair| (rows[pair.first as usize], rows[pair.second as usize], pair.evidence)).collect()
}

/// What shares many names is surer than what is merely near.
fn strength(pair: &Pair) -> f64 {
    match pair.evidence {
        Evidence::Near(kilometres) => 3.0 - kilometres / NEAR_KILOMETRES,
        Evidence::Names(names, languages) => f64::from(names + languages),
        Evidence::Told => f64::INFINITY,
    }
}

fn collection(id: &str) -> &str {
    id.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// The ids by which a row is known.
fn own_ids(entity: &Entity) -> impl Iterator<Item = &SmolStr> {
    std::iter::once(&entity.id).chain(entity.outside()).chain(entity.same_as())
}

fn prior(entity: &Entity) -> f32 {
    entity.prior.unwrap_or(DEFAULT_PRIOR)
}

/// Rows that are one entity, with the ids that they have together.
struct Clusters<'a> {
    parents: Vec<Row>,
    /// Of the first row of each cluster with more than one row or id.
    ids: HashMap<Row, HashSet<&'a str>>,
}

impl<'a> Clusters<'a> {
    /// Rows that share an id are one from the beginning, and so are those of which it is known.
    fn of(rows: &[&'a Entity], knowledge: &'a Knowledge, told: &mut Vec<Pair>) -> Self {
        let mut clusters = Self { parents: (0..rows.len() as Row).collect(), ids: HashMap::new() };
        let mut known: HashMap<&str, Row> = HashMap::new();
        for (row, entity) in rows.iter().enumerate() {
            for id in own_ids(entity) {
                let first = *known.entry(id).or_insert(row as Row);
                clusters.merge(rows, first, row as Row);
            }
        }
        for same in &knowledge.same {
            let mut there = same.iter().filter_map(|id| known.get(id.as_str()).copied());
            let Some(first) = there.next() else { continue };
            for second in there {
                if clusters.unite(rows, first, second) {
                    told.push(Pair { first: first.min(second), second: first.max(second), evidence: Evidence::Told });
                }
            }
            // An id that no row has says as well which rows of its collection this is not.
            let root = clusters.root(first);
            let mut ids = clusters.take_ids(rows, root);
            ids.extend(same.iter().map(SmolStr::as_str));
            clusters.ids.insert(root, ids);
        }
        clusters
    }

    /// Country and position of each row: its own, or what is known of an id or of another row of its cluster.
    fn places(&self, rows: &[&'a Entity], known: &'a Knowledge) -> Vec<Place<'a>> {
        let mut places: Vec<Place<'a>> = rows
            .iter()
            .map(|entity| {
                let told = own_ids(entity).find_map(|id| known.places.get(id));
                Place {
                    country: match (entity.country(), told) {
                        ("", Some((country, ..))) => country,
                        (country, _) => country,
                    },
                    position: entity.position().or(told.map(|(_, lat, lon)| (*lat, *lon))),
                }
            })
            .collect();
        // Twice: from the rows to the first of their cluster, and back.
        for _ in 0..2 {
            for row in 0..rows.len() {
                let root = self.root(row as Row) as usize;
                let (one, other) = (places[root], places[row]);
                let country = if one.country.is_empty() { other.country } else { one.country };
                let place = Place { country, position: one.position.or(other.position) };
                places[root] = place;
                if other.country.is_empty() {
                    places[row].country = country;
                }
                places[row].position = other.position.or(place.position);
            }
        }
        places
    }

    fn root(&self, row: Row) -> Row {
        let mut row = row;
        while self.parents[row as usize] != row {
            row = self.parents[row as usize];
        }
        row
    }

    fn take_ids(&mut self, rows: &[&'a Entity], root: Row) -> HashSet<&'a str> {
        self.ids.remove(&root).unwrap_or_else(|| own_ids(rows[root as usize]).map(SmolStr::as_str).collect())
    }

    fn merge(&mut self, rows: &[&'a Entity], a: Row, b: Row) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (first, second) = (a.min(b), a.max(b));
        let more = self.take_ids(rows, second);
        let mut ids = self.take_ids(rows, first);
        ids.extend(more);
        self.ids.insert(first, ids);
        self.parents[second as usize] = first;
    }

    /// Whether two clusters have different ids in one collection. Long paths are rare, so roots are walked to.
    fn differ(&self, rows: &[&'a Entity], a: Row, b: Row) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        let all = |root: Row| -> Vec<&str> {
            match self.ids.get(&root) {
                Some(ids) => ids.iter().copied().collect(),
                None => own_ids(rows[root as usize]).map(SmolStr::as_str).collect(),
            }
        };
        let (first, second) = (all(a), all(b));
        first.iter().any(|one| second.iter().any(|other| collection(one) == collection(other) && one != other))
    }

    fn unite(&mut self, rows: &[&'a Entity], a: Row, b: Row) -> bool {
        if self.root(a) == self.root(b) || self.differ(rows, a, b) {
            return false;
        }
        self.merge(rows, a, b);
        true
    }
}

/// One name of a row: its search key as a hash, and its language by number (0: untagged).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    key: u64,
    row: Row,
    language: u16,
    canonical: bool,
}

/// All names, those of one key side by side.
struct Names(Vec<Named>);

impl Names {
    fn of(rows: &[&Entity], clusters: &Clusters<'_>) -> Self {
        let mut languages: HashMap<&str, u16> = HashMap::new();
        let mut names = Vec::new();
        let mut key = String::new();
        for (row, entity) in rows.iter().enumerate() {
            // The rows of one entity of one collection (the long form's, a layer's over another) count as one.
            let root = clusters.root(row as Row);
            let row = if collection(&rows[root as usize].id) == collection(&entity.id) { root } else { row as Row };
            for (index, name) in entity.names.iter().enumerate() {
                key.clear();
                push_search_key(&name.text, &mut key);
                if key.chars().filter(|c| c.is_alphanumeric()).nth(1).is_none() {
                    continue;
                }
                let next = languages.len() as u16 + 1;
                let primary = name.lang.as_deref().map_or("", |tag| tag.split(['-', '_']).next().unwrap_or_default());
                let language = if primary.is_empty() { 0 } else { *languages.entry(primary).or_insert(next) };
                names.push(Named {
                    key: xxhash_rust::xxh3::xxh3_64(key.as_bytes()),
                    row,
                    language,
                    canonical: index == 0,
                });
            }
        }
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// The rows of each key that more than one row has.
    fn shared(&self) -> impl Iterator<Item = &[Named]> {
        self.0
            .chunk_by(|a, b| a.key == b.key)
            .filter(|group| group.first().map(|n| n.row) != group.last().map(|n| n.row))
    }
}

/// Where a row lies.
#[derive(Clone, Copy)]
struct Place<'a> {
    country: &'a str,
    position: Option<(f64, f64)>,
}

/// Whether nothing that two places say rules out that they are one.
fn compatible(a: Place<'_>, b: Place<'_>) -> bool {
    (a.country.is_empty() || b.country.is_empty() || a.country == b.country)
        && distance(a, b).is_none_or(|kilometres| kilometres <= FAR_KILOMETRES)
}

/// The code of a part of a country (`iso:PT-13`).
fn is_subdivision(entity: &Entity) -> bool {
    own_ids(entity).any(|id| id.strip_prefix("iso:").is_some_and(|code| code.contains('-')))
}

/// Kilometres between two places, on a sphere.
fn distance(a: Place<'_>, b: Place<'_>) -> Option<f64> {
    let ((lat_a, lon_a), (lat_b, lon_b)) = (a.position?, b.position?);
    let (lat_a, lat_b) = (lat_a.to_radians(), lat_b.to_radians());
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord = half(lat_b - lat_a) + lat_a.cos() * lat_b.cos() * half((lon_b - lon_a).to_radians());
    Some(2.0 * 6371.0 * chord.sqrt().min(1.0).asin())
}

fn near(rows: &[&Entity], names: &Names, clusters: &Clusters<'_>, places: &[Place<'_>]) -> Vec<Pair> {
    let mut pairs: HashMap<(Row, Row), Option<f64>> = HashMap::new();
    for group in names.shared() {
        let mut placed: Vec<Row> = group.iter().map(|named| named.row).collect();
        placed.dedup();
        let place = |row: Row| places[row as usize];
        placed.retain(|row| {
            place(*row).position.is_some() && !place(*row).country.is_empty() && !is_subdivision(rows[*row as usize])
        });
        placed.sort_by_key(|row| (place(*row).country, *row));
        for of_country in placed.chunk_by(|a, b| place(*a).country == place(*b).country) {
            if of_country.len() > MOST_NAMESAKES {
                continue;
            }
            for (index, first) in of_country.iter().enumerate() {
                for second in &of_country[index + 1..] {
                    let (a, b) = (rows[*first as usize], rows[*second as usize]);
                    if collection(&a.id) == collection(&b.id) || a.kind != b.kind {
                        continue;
                    }
                    let between = distance(place(*first), place(*second));
                    let Some(kilometres) = between.filter(|kilometres| *kilometres <= NEAR_KILOMETRES) else {
                        continue;
                    };
                    let clear = !of_country.iter().any(|other| {
                        let third = rows[*other as usize];
                        let rivals = |of: Row, near: Row| {
                            *other != of
                                && collection(&third.id) == collection(&rows[of as usize].id)
                                && third.kind == a.kind
                                && clusters.root(*other) != clusters.root(of)
                                && distance(place(*other), place(near))
                                    .is_some_and(|kilometres| kilometres <= CLEAR_KILOMETRES)
                        };
                        rivals(*first, *second) || rivals(*second, *first)
                    });
                    // A pair that is doubtful under one of its names is doubtful.
                    let pair = pairs.entry((*first.min(second), *first.max(second))).or_insert(Some(kilometres));
                    if !clear {
                        *pair = None;
                    }
                }
            }
        }
    }
    let mut pairs: Vec<Pair> = pairs
        .into_iter()
        .filter_map(|((first, second), near)| Some(Pair { first, second, evidence: Evidence::Near(near?) }))
        .collect();
    pairs.sort_unstable_by_key(|pair| (pair.first, pair.second));
    pairs
}

/// The row of a collection and kind that a name means first, and the prior of the one it means next.
struct Best {
    row: Row,
    prior: f32,
    next: f32,
}

/// Leaves out the pairs of rows that share as much with two that cannot be one: Melle in Belgium by one collection, and
/// Melle in Germany by another.
fn without_rivals(pairs: Vec<Pair>, rows: &[&Entity], clusters: &Clusters<'_>, places: &[Place<'_>]) -> Vec<Pair> {
    let mut partners: HashMap<Row, Vec<Row>> = HashMap::new();
    for pair in &pairs {
        partners.entry(pair.first).or_default().push(pair.second);
        partners.entry(pair.second).or_default().push(pair.first);
    }
    let rivals = |a: Row, b: Row| {
        clusters.root(a) != clusters.root(b)
            && (clusters.differ(rows, a, b) || !compatible(places[a as usize], places[b as usize]))
    };
    let torn = |row: Row| {
        let partners = partners.get(&row).map(Vec::as_slice).unwrap_or_default();
        partners.iter().enumerate().any(|(index, a)| partners[index + 1..].iter().any(|b| rivals(*a, *b)))
    };
    pairs.into_iter().filter(|pair| !torn(pair.first) && !torn(pair.second)).collect()
}

/// What two rows share.
#[derive(Default)]
struct Shared {
    names: u32,
    /// Bits of languages.
    languages: u64,
    /// Whether one of these names is the canonical one of both.
    canonical: bool,
}

fn by_names(rows: &[&Entity], names: &Names, clusters: &Clusters<'_>, places: &[Place<'_>]) -> Vec<Pair> {
    let mut shared: HashMap<(Row, Row), Shared> = HashMap::new();
    let mut best: HashMap<(&str, &str), Best> = HashMap::new();
    for group in names.shared() {
        best.clear();
        for of_row in group.chunk_by(|a, b| a.row == b.row) {
            let row = of_row[0].row;
            let entity = rows[row as usize];
            if is_subdivision(entity) {
                continue;
            }
            let prior = prior(entity);
            let slot =
                best.entry((collection(&entity.id), entity.kind.as_str())).or_insert(Best { row, prior, next: 0.0 });
            if slot.row == row || clusters.root(slot.row) == clusters.root(row) {
                continue;
            }
            if prior > slot.prior {
                *slot = Best { row, prior, next: slot.prior };
            } else {
                slot.next = slot.next.max(prior);
            }
        }
        if best.len() > MOST_COLLECTIONS {
            continue;
        }
        let mut first: Vec<(Row, f32, f32)> = best.values().map(|best| (best.row, best.prior, best.next)).collect();
        first.sort_unstable_by_key(|(row, ..)| *row);
        for (index, (a, of_a, below_a)) in first.iter().enumerate() {
            for (b, of_b, below_b) in &first[index + 1..] {
                if of_a.min(*of_b) <= below_a.max(*below_b) {
                    continue;
                }
                let same_kind = rows[*a as usize].kind == rows[*b as usize].kind;
                if same_kind && compatible(places[*a as usize], places[*b as usize]) {
                    let of_both = group.iter().filter(|named| named.row == *a || named.row == *b);
                    let languages = of_both.fold(0u64, |bits, named| match named.language {
                        0 => bits,
                        language => bits | 1 << language.min(63),
                    });
                    let is_canonical = |row: Row| group.iter().any(|named| named.row == row && named.canonical);
                    let pair = shared.entry((*a, *b)).or_default();
                    pair.names += 1;
                    pair.languages |= languages;
                    pair.canonical |= is_canonical(*a) && is_canonical(*b);
                }
            }
        }
    }
    let mut pairs: Vec<Pair> = shared
        .into_iter()
        .filter(|(_, shared)| shared.canonical && shared.names >= SHARED_NAMES)
        .map(|((first, second), shared)| (first, second, shared.names, shared.languages.count_ones()))
        .filter(|(_, _, _, languages)| *languages >= SHARED_LANGUAGES)
        .map(|(first, second, names, languages)| Pair { first, second, evidence: Evidence::Names(names, languages) })
        .collect();
    pairs.sort_unstable_by_key(|pair| (pair.first, pair.second));
    pairs
}
