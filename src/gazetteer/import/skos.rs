//! SKOS: thesauri as Turtle, N-Triples, RDF/XML or JSON-LD.
//!
//! | from | comes |
//! |---|---|
//! | `skos:prefLabel` | the name that is shown in its language |
//! | `skos:altLabel`, `skos:hiddenLabel` | further names |
//! | labels of SKOS-XL with their `literalForm` | the same |
//! | `skos:broader`, `skos:narrower` | the parent, the first of several |
//! | `skos:exactMatch`, `owl:sameAs` | ids of the same entity |
//! | `skos:notation` | the field `notation` |
//!
//! What is deprecated (`owl:deprecated`, a retired date, a status) is left out, and so are schemes and collections. The
//! kind is `theme` unless `--kind` says another. Addresses of well-known collections become short ids (`wikidata:Q84`,
//! `eurovoc:1234`); others stay as they are. Nothing is fetched: a JSON-LD file must have its context in it.

use std::io;

use hashbrown::HashMap;
use oxrdf::{NamedOrBlankNode, Term, Triple};

use super::input::{Head, Input};
use super::output::Output;
use super::rdf_lines::Lines;
use super::record::{Record, Role};
use super::{Example, Import};
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const SKOS_XL: &str = "http://www.w3.org/2008/05/skos-xl#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SAME_AS: &str = "http://www.w3.org/2002/07/owl#sameAs";
/// After so many errors without a triple between them a file is given up, which is told.
const MAX_ERRORS: u64 = 100;

/// Beginnings of addresses, with the prefixes of our ids.
const COLLECTIONS: [(&str, &str); 16] = [
    ("http://www.wikidata.org/entity/", "wikidata"),
    ("https://www.wikidata.org/wiki/", "wikidata"),
    ("https://www.wikidata.org/entity/", "wikidata"),
    ("https://sws.geonames.org/", "geonames"),
    ("http://sws.geonames.org/", "geonames"),
    ("https://www.geonames.org/", "geonames"),
    ("http://cv.iptc.org/newscodes/mediatopic/", "iptc"),
    ("http://eurovoc.europa.eu/", "eurovoc"),
    ("http://aims.fao.org/aos/agrovoc/", "agrovoc"),
    ("http://vocabularies.unesco.org/thesaurus/", "unesco"),
    ("http://id.loc.gov/authorities/subjects/", "lcsh"),
    ("http://dbpedia.org/resource/", "dbpedia"),
    ("https://d-nb.info/gnd/", "gnd"),
    ("http://d-nb.info/gnd/", "gnd"),
    ("http://viaf.org/viaf/", "viaf"),
    ("https://ror.org/", "ror"),
];

/// Thesauri.
pub(super) struct Skos;

impl Import for Skos {
    fn name(&self) -> &'static str {
        "skos"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["rdf", "skos-xl"]
    }

    fn about(&self) -> &'static str {
        "SKOS and SKOS-XL thesauri: Turtle, N-Triples, RDF/XML, JSON-LD"
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        head.text.contains(SKOS.trim_end_matches('#')) || head.text.contains(SKOS_XL.trim_end_matches('#'))
    }

    fn example(&self) -> Example {
        Example {
            files: &[("thesaurus.ttl", include_str!("examples/thesaurus.ttl"))],
            with: &[],
            text: "Le rapport traite de la riziculture inondée.",
            found: ("riziculture inondée", "theme", "http://example.org/thesaurus/flooded-rice"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        output.parents_are_ids();
        let mut graph = Graph::default();
        for input in inputs {
            output.begin(input);
            output.kind_or("theme");
            let text = input.head().text;
            match text.trim_start().as_bytes().first() {
                Some(b'{' | b'[') => json_ld(input, output, &mut graph)?,
                // In Turtle an address has no space in it, in XML a name ends at one or at a bracket.
                Some(b'<') if is_xml(text.trim_start()) => rdf_xml(input, output, &mut graph)?,
                _ => turtle(input, output, &mut graph)?,
            }
        }
        output.note_many("labels of SKOS-XL that belong to no concept", graph.left());
        Ok(())
    }
}

fn is_xml(text: &str) -> bool {
    text.starts_with("<?xml")
        || text.starts_with("<!")
        || text[1..].split([' ', '>', '\n']).next().is_some_and(|n| n.ends_with("RDF"))
}

fn turtle(input: &mut Input, output: &mut Output<'_>, graph: &mut Graph) -> Result<()> {
    let label = input.label.clone();
    let (lines, reader) = Lines::of(input.rest());
    let mut errors = 0;
    for step in oxttl::TurtleParser::new().lenient().for_reader(reader) {
        output.row()?;
        match step {
            Ok(triple) => {
                errors = 0;
                lines.given();
                graph.add(triple, lines.line(None), output);
            }
            Err(oxttl::TurtleParseError::Syntax(error)) => {
                errors += 1;
                let line = error.location().start.line + 1;
                output.problem(line, Fault::new("bad-row", format!("no Turtle: {}", error.message())));
            }
            Err(oxttl::TurtleParseError::Io(error)) => return Err(unreadable(&label, &lines, &error)),
        }
        if errors == MAX_ERRORS {
            output.given_up(lines.line(None));
            break;
        }
    }
    Ok(())
}

fn rdf_xml(input: &mut Input, output: &mut Output<'_>, graph: &mut Graph) -> Result<()> {
    let label = input.label.clone();
    let (lines, reader) = Lines::of_xml(input.rest());
    let mut parser = oxrdfxml::RdfXmlParser::new().lenient().for_reader(reader);
    let mut errors = 0;
    while let Some(step) = parser.next() {
        output.row()?;
        let line = lines.line(Some(parser.buffer_position()));
        match step {
            Ok(triple) => {
                errors = 0;
                lines.given();
                graph.add(triple, line, output);
            }
            Err(oxrdfxml::RdfXmlParseError::Syntax(error)) => {
                errors += 1;
                output.problem(line, Fault::new("bad-row", format!("no RDF/XML: {error}")));
            }
            Err(oxrdfxml::RdfXmlParseError::Io(error)) => return Err(unreadable(&label, &lines, &error)),
        }
        if errors == MAX_ERRORS {
            output.given_up(line);
            break;
        }
    }
    Ok(())
}

fn json_ld(input: &mut Input, output: &mut Output<'_>, graph: &mut Graph) -> Result<()> {
    let label = input.label.clone();
    let (lines, reader) = Lines::of_json(input.rest());
    let mut errors = 0;
    for step in oxjsonld::JsonLdParser::new().lenient().for_reader(reader) {
        output.row()?;
        match step {
            Ok(quad) => {
                errors = 0;
                lines.given();
                graph.add(Triple::new(quad.subject, quad.predicate, quad.object), lines.line(None), output);
            }
            Err(oxjsonld::JsonLdParseError::Syntax(error)) => {
                errors += 1;
                let line = error.location().map_or_else(|| lines.line(None), |place| place.start.line + 1);
                output.problem(line, Fault::new("bad-row", format!("no JSON-LD: {error}")));
                // What is no JSON ends the parser; only such an error has a place.
                if error.location().is_some() && !lines.ended() {
                    output.given_up(line);
                    break;
                }
            }
            Err(oxjsonld::JsonLdParseError::Io(error)) => return Err(unreadable(&label, &lines, &error)),
        }
        if errors == MAX_ERRORS {
            output.given_up(lines.line(None));
            break;
        }
    }
    Ok(())
}

fn unreadable(label: &str, lines: &Lines, error: &io::Error) -> crate::error::Error {
    let line = lines.line(None);
    crate::error::Error::message(format!("{label}:{line}: the file cannot be read to its end: {error}"))
}

/// Labels of SKOS-XL are nodes of their own: what waits for the other half.
#[derive(Default)]
struct Graph {
    /// Label → the concepts that have it, and as what.
    owners: HashMap<String, Vec<(String, Role)>>,
    /// Label → its texts.
    forms: HashMap<String, Vec<(String, String)>>,
}

impl Graph {
    /// Takes what a triple says; pieces of one concept are joined by the output.
    fn add(&mut self, triple: Triple, line: u64, output: &mut Output<'_>) {
        let predicate = triple.predicate.as_str();
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => node.as_str(),
            NamedOrBlankNode::BlankNode(node) if predicate == "http://www.w3.org/2008/05/skos-xl#literalForm" => {
                let key = format!("_:{}", node.as_str());
                return self.form(&key, &triple.object, line, output);
            }
            NamedOrBlankNode::BlankNode(_) => {
                if predicate.starts_with(SKOS) {
                    output.note("statements about concepts without an address");
                }
                return;
            }
        };
        if let Some(name) = predicate.strip_prefix(SKOS_XL) {
            let role = match name {
                "prefLabel" => Role::Preferred,
                "altLabel" | "hiddenLabel" => Role::Alias,
                "literalForm" => return self.form(subject, &triple.object, line, output),
                _ => return,
            };
            let label = match &triple.object {
                Term::NamedNode(node) => node.as_str().to_owned(),
                Term::BlankNode(node) => format!("_:{}", node.as_str()),
                _ => return,
            };
            let concept = short(subject);
            for (text, lang) in self.forms.remove(&label).unwrap_or_default() {
                push_name(&concept, &text, &lang, role, line, output);
            }
            self.owners.entry(label).or_default().push((concept, role));
            return;
        }
        let mut record = Record::new(short(subject), "");
        match (predicate.strip_prefix(SKOS), &triple.object) {
            (Some(label @ ("prefLabel" | "altLabel" | "hiddenLabel")), Term::Literal(text)) => {
                let role = if label == "prefLabel" { Role::Preferred } else { Role::Alias };
                record.add_name(text.value(), text.language().unwrap_or(""), role);
            }
            (Some("notation"), Term::Literal(text)) => record.add_attribute("notation", text.value()),
            (Some("broader"), Term::NamedNode(parent)) => record.parent = short(parent.as_str()),
            (Some("narrower"), Term::NamedNode(child)) => {
                let parent = record.id;
                record = Record { parent, ..Record::new(short(child.as_str()), "") };
            }
            (Some("exactMatch"), Term::NamedNode(same)) => record.add_same_as(short(same.as_str())),
            (None, Term::NamedNode(same)) if predicate == SAME_AS => record.add_same_as(short(same.as_str())),
            (None, Term::NamedNode(class)) if predicate == TYPE => {
                let class = class.as_str();
                let of_skos = class.strip_prefix(SKOS);
                record.grouping = matches!(of_skos, Some("ConceptScheme" | "Collection" | "OrderedCollection"));
                if !record.grouping && of_skos != Some("Concept") {
                    return;
                }
            }
            (None, object) if deprecates(predicate, object) => record.deprecated = true,
            _ => return,
        }
        output.push(line, record);
    }

    /// A text of a label.
    fn form(&mut self, label: &str, object: &Term, line: u64, output: &mut Output<'_>) {
        let Term::Literal(literal) = object else { return };
        let (text, lang) = (literal.value(), literal.language().unwrap_or(""));
        match self.owners.get(label) {
            Some(owners) => {
                owners.iter().for_each(|(concept, role)| push_name(concept, text, lang, *role, line, output));
            }
            None => self.forms.entry(label.to_owned()).or_default().push((text.to_owned(), lang.to_owned())),
        }
    }

    /// How many labels have found no concept.
    fn left(&self) -> u64 {
        self.forms.len() as u64
    }
}

fn push_name(concept: &str, text: &str, lang: &str, role: Role, line: u64, output: &mut Output<'_>) {
    let mut record = Record::new(concept, "");
    record.add_name(text, lang, role);
    output.push(line, record);
}

/// Whether a statement takes its subject out of use: `owl:deprecated`, IPTC's retired date, a status.
fn deprecates(predicate: &str, object: &Term) -> bool {
    let local = predicate.rsplit(['#', '/']).next().unwrap_or("").to_ascii_lowercase();
    let value = match object {
        Term::Literal(literal) => literal.value().to_lowercase(),
        Term::NamedNode(node) => node.as_str().rsplit(['#', '/']).next().unwrap_or("").to_lowercase(),
        _ => return false,
    };
    match local.as_str() {
        "deprecated" => matches!(value.trim(), "true" | "1"),
        "retired" | "retireddate" => !value.trim().is_empty(),
        "status" => matches!(value.trim(), "deprecated" | "retired" | "obsolete"),
        _ => false,
    }
}

/// The id of an address.
fn short(address: &str) -> String {
    for (start, prefix) in COLLECTIONS {
        if let Some(rest) = address.strip_prefix(start) {
            let rest = rest.trim_end_matches('/');
            let sound = match prefix {
                "wikidata" => crate::gazetteer::ids::wikidata(rest).is_some(),
                "geonames" => crate::gazetteer::ids::geonames(rest).is_some(),
                _ => !rest.is_empty() && !rest.contains(['/', '#', '?']),
            };
            if sound {
                return format!("{prefix}:{rest}");
            }
        }
    }
    address.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_known_collections_become_short_ids() {
        for (address, id) in [
            ("http://www.wikidata.org/entity/Q84", "wikidata:Q84"),
            ("https://sws.geonames.org/2643743/", "geonames:2643743"),
            ("http://eurovoc.europa.eu/1234", "eurovoc:1234"),
            ("http://www.wikidata.org/entity/P31", "http://www.wikidata.org/entity/P31"),
            ("http://eurovoc.europa.eu/a/b", "http://eurovoc.europa.eu/a/b"),
            ("http://example.org/x", "http://example.org/x"),
        ] {
            assert_eq!(short(address), id);
        }
    }
}
