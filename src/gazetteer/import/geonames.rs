//! GeoNames: `allCountries.txt`, `cities500.txt`, the files of countries, with `alternateNamesV2.txt`.
//!
//! Both are TAB-separated without a header, and quotes mean nothing. Places come with an id, a name, its plain form, a
//! list of other names without languages, position, feature class and code, country, population. That list holds
//! romanisations that no text uses and codes, which are left out; with the file of alternate names it is left out
//! altogether, since that has the same names with their languages. Alternate names are joined by the ids of the places
//! that are kept: four bytes a place.
//!
//! **Prior**: 0.3 + 0.08 × log10(1 + population), countries and capitals 0.1 more, first-level regions 0.05 more, at
//! most 0.98: a village of 1,000 has 0.54, a city of a million 0.78. Historic names have half the prior of the place,
//! colloquial ones seven tenths.

use hashbrown::HashSet;

use super::input::{Head, Input};
use super::lines::{each_line, most_lines};
use super::options::Options;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::{Error, Result};
use crate::gazetteer::source::report::Fault;

/// The longest line; lists of names are of 10,000 characters at most.
const MAX_LINE: usize = 1 << 20;
const COLUMNS: usize = 19;
/// Columns of the file of alternate names, of which the last may be missing.
const ALTERNATE_COLUMNS: usize = 10;
/// The share of the place's prior that a historic and a colloquial name get.
const HISTORIC: f32 = 0.5;
const COLLOQUIAL: f32 = 0.7;

/// Places of GeoNames.
pub(super) struct GeoNames;

impl Import for GeoNames {
    fn name(&self) -> &'static str {
        "geonames"
    }

    fn about(&self) -> &'static str {
        "GeoNames: allCountries.txt, cities*.txt, XX.txt; --with alternateNamesV2.txt for names by language"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Population, Heeded::Features]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        most_lines(head, |line| is_place(line) || is_alternate(line))
    }

    fn example(&self) -> Example {
        Example {
            files: &[
                ("cities.txt", include_str!("examples/cities.txt")),
                ("alternateNamesV2.txt", include_str!("examples/alternateNamesV2.txt")),
            ],
            with: &["alternateNamesV2.txt"],
            text: "Une réunion s'est tenue à Hanoï.",
            found: ("Hanoï", "place", "geonames:1581130"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        let alternate = |input: &Input| {
            input.companion
                || input.name.to_lowercase().contains("alternatename")
                || most_lines(&input.head(), is_alternate)
        };
        let (mut names, mut places): (Vec<&mut Input>, Vec<&mut Input>) = inputs.iter_mut().partition(|i| alternate(i));
        if let (Some(input), true) = (names.first(), places.is_empty()) {
            return Err(Error::message(format!("alternate names without the file of their places `{}`", input.label)));
        }
        let mut kept: HashSet<u32> = HashSet::new();
        for input in &mut places {
            output.begin(input);
            output.kind_or("place");
            let with_names = !names.is_empty();
            each_line(input, output, MAX_LINE, |line, number, output| {
                if let Some((id, record)) = place(line, with_names, output)? {
                    kept.insert(id);
                    output.push(number, record);
                }
                Ok(())
            })?;
        }
        for input in &mut names {
            output.begin(input);
            output.kind_or("place");
            each_line(input, output, MAX_LINE, |line, number, output| {
                if let Some(record) = alternate_name(line, &kept, output)? {
                    output.push(number, record);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_place(line: &str) -> bool {
    let cells: Vec<&str> = line.split('\t').collect();
    cells.len() == COLUMNS && is_number(cells[0]) && cells[4].parse::<f64>().is_ok() && cells[5].parse::<f64>().is_ok()
}

fn is_alternate(line: &str) -> bool {
    let cells: Vec<&str> = line.split('\t').collect();
    (4..=ALTERNATE_COLUMNS).contains(&cells.len())
        && is_number(cells[0])
        && is_number(cells[1])
        && cells[2].len() <= 16
        && !cells[3].is_empty()
}

fn id_of(cell: &str) -> Result<u32, Fault> {
    cell.parse().map_err(|_| Fault::new("bad-id", format!("geonameid is no number: `{cell}`")))
}

/// Reads a place; `None` for one that is not asked for.
fn place(line: &str, with_names: bool, output: &mut Output<'_>) -> Result<Option<(u32, Record)>, Fault> {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[id, name, ascii, others, lat, lon, class, code, country, _, _, _, _, _, people, ..] = &cells[..] else {
        return Err(Fault::new("bad-row", format!("row of {} columns, GeoNames has {COLUMNS}", cells.len())));
    };
    if cells.len() != COLUMNS {
        return Err(Fault::new("bad-row", format!("row of {} columns, GeoNames has {COLUMNS}", cells.len())));
    }
    let number = id_of(id)?;
    let population: u64 = if people.is_empty() {
        0
    } else {
        people.parse().map_err(|_| Fault::new("bad-row", format!("population is no number: `{people}`")))?
    };
    let degrees = |cell: &str| {
        cell.parse::<f64>().map_err(|_| Fault::new("bad-position", format!("no latitude or longitude: `{cell}`")))
    };
    let position = (degrees(lat)?, degrees(lon)?);
    if !wants_feature(output.options, class, code) {
        output.note("places of feature classes that are not asked for");
        return Ok(None);
    }
    if population < output.options.min_population {
        output.note("places with fewer people than asked for");
        return Ok(None);
    }
    let mut record = Record::new(format!("geonames:{number}"), "");
    record.prior = Some(prior(population, code));
    record.important = matches!(code, "PCLI" | "PPLC").then_some(true);
    record.position = Some(position);
    country.clone_into(&mut record.country);
    if code == "PCLI" && country.len() == 2 {
        record.add_same_as(format!("iso:{country}"));
    }
    record.add_attribute("feature", code);
    record.add_attribute("population", if population > 0 { people } else { "" });
    record.name = name.trim().to_owned();
    record.add_name(name, "", Role::Preferred);
    if ascii != name && !ascii.is_empty() {
        record.add_name(ascii, "", Role::Alias);
    }
    let others = others.split(',').filter(|other| !other.trim().is_empty());
    if with_names {
        output.note_many(
            "names of the column alternatenames, which the file of alternate names has",
            others.count() as u64,
        );
    } else {
        for other in others {
            match junk(other, name) {
                Some(reason) => output.note(reason),
                None => record.add_name(other, "", Role::Alias),
            }
        }
    }
    Ok(Some((number, record)))
}

/// Whether a feature is asked for: by its class (`P`), its code (`PPLC`) or both (`P.PPLC`).
fn wants_feature(options: &Options, class: &str, code: &str) -> bool {
    let is = |wanted: &String| match wanted.split_once('.') {
        Some((c, rest)) => c.eq_ignore_ascii_case(class) && rest.eq_ignore_ascii_case(code),
        None => wanted.eq_ignore_ascii_case(class) || wanted.eq_ignore_ascii_case(code),
    };
    options.features.is_empty() || options.features.iter().any(is)
}

fn prior(population: u64, code: &str) -> f32 {
    let more = match code {
        "PCLI" | "PPLC" => 0.1,
        "ADM1" => 0.05,
        _ => 0.0,
    };
    (0.3 + 0.08 * (1.0 + population as f64).log10() + more).min(0.98) as f32
}

/// Why a name of the list without languages is none that texts use.
fn junk(name: &str, main: &str) -> Option<&'static str> {
    let name = name.trim();
    if name.contains("://") {
        return Some("links among names");
    }
    let capitals = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if capitals && (2..=4).contains(&name.len()) && name != main {
        return Some("codes among names without a language");
    }
    // `swldw`, `surudeu`: how a name in another script was spelled out by machine.
    if name.is_ascii() && !name.bytes().any(|b| b.is_ascii_uppercase()) && main.chars().any(char::is_uppercase) {
        return Some("romanisations without a capital among names without a language");
    }
    None
}

/// Reads an alternate name; `None` for what is no name or of a place that is not kept.
fn alternate_name(line: &str, kept: &HashSet<u32>, output: &mut Output<'_>) -> Result<Option<Record>, Fault> {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[_, id, lang, name, ref flags @ ..] = &cells[..] else {
        let message = format!("row of {} columns, alternate names have {ALTERNATE_COLUMNS}", cells.len());
        return Err(Fault::new("bad-row", message));
    };
    if cells.len() > ALTERNATE_COLUMNS {
        let message = format!("row of {} columns, alternate names have {ALTERNATE_COLUMNS}", cells.len());
        return Err(Fault::new("bad-row", message));
    }
    let id = id_of(id)?;
    if !kept.contains(&id) {
        output.note("alternate names of places that are not imported");
        return Ok(None);
    }
    let flag = |index: usize| flags.get(index).is_some_and(|cell| cell.trim() == "1");
    let (preferred, short, colloquial, mut historic) = (flag(0), flag(1), flag(2), flag(3));
    let mut record = Record::new(format!("geonames:{id}"), "");
    let mut tag = lang.trim().to_lowercase();
    match tag.as_str() {
        "wkdt" => record.add_same_as(format!("wikidata:{}", name.trim())),
        "abbr" => record.add_name(name, "", Role::Acronym),
        "link" => {
            output.note("links among alternate names");
            return Ok(None);
        }
        "post" | "iata" | "icao" | "faac" | "tcid" | "unlc" | "phon" | "piny" => {
            output.note(&format!("alternate names that are codes: {tag}"));
            return Ok(None);
        }
        _ => {
            // Names of the years after 1793.
            if let Some((language, year)) = tag.split_once('_')
                && is_number(year)
            {
                historic = true;
                tag = language.to_owned();
            }
            if tag.len() > 3 && !tag.contains(['-', '_']) {
                output.note("alternate names under codes that are no language");
                return Ok(None);
            }
            let role = match (preferred, colloquial || historic) {
                (_, true) => Role::Alias,
                (true, false) if !short => Role::Preferred,
                _ => Role::Name,
            };
            record.add_name(name, &tag, role);
            if let Some(name) = record.names.last_mut() {
                name.share = if historic { Some(HISTORIC) } else { colloquial.then_some(COLLOQUIAL) };
            }
        }
    }
    Ok(Some(record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prior_grows_with_the_people() {
        let shown = |people, code| (f64::from(prior(people, code)) * 100.0).round() as u32;
        assert_eq!(
            [shown(0, "PPL"), shown(1_000, "PPL"), shown(1_000_000, "PPLA"), shown(1_000_000, "PPLC")],
            [30, 54, 78, 88]
        );
        assert_eq!([shown(1_400_000_000, "PCLI"), shown(0, "ADM1")], [98, 35]);
    }

    #[test]
    fn what_is_no_name_of_a_text_is_told_from_names() {
        for (name, main, is) in [
            ("swldw", "Soldeu", true),
            ("LON", "London", true),
            ("http://en.wikipedia.org/wiki/London", "London", true),
            ("Londres", "London", false),
            ("Сольдеу", "Soldeu", false),
            ("Oia", "Oía", false),
            ("YS", "YS", false),
            ("'s-Gravenhage", "The Hague", false),
        ] {
            assert_eq!(junk(name, main).is_some(), is, "{name}");
        }
    }
}
