//! FlashText: keywords with the clean name that each stands for.
//!
//! Three forms are read: a JSON object `{"clean name": ["keyword", …]}`, a JSON list of keywords, and text with one
//! `keyword=>clean name` (or a keyword alone) a line. An entity is a clean name; both it and its keywords are found
//! (`FlashText` finds the keywords only: a clean name that is no name, `product_7`, will hardly be met in a text).

use super::input::{Head, Input};
use super::json_values::{JsonValues, invalid};
use super::lines::{each_line, most_lines};
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Import};
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

const MAX_LINE: usize = 64 << 10;

/// Keyword dictionaries and lists.
pub(super) struct FlashText;

impl Import for FlashText {
    fn name(&self) -> &'static str {
        "flashtext"
    }

    fn about(&self) -> &'static str {
        "FlashText keywords: JSON object or list, or text with keyword=>clean name a line"
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        let text = head.text.trim_start();
        let begins = |inside: &str| head.has_extension("json") && inside.trim_start().starts_with('"');
        if let Some(inside) = text.strip_prefix('{') {
            return begins(inside) && first_is_list(text);
        }
        if let Some(inside) = text.strip_prefix('[') {
            return begins(inside);
        }
        !text.contains('{') && most_lines(head, |line| line.contains("=>"))
    }

    fn example(&self) -> Example {
        Example {
            files: &[("product.json", include_str!("examples/product.json"))],
            with: &[],
            text: "La fibre et les accumulateurs lithium-ion se vendent bien.",
            found: ("accumulateurs lithium-ion", "product", "user:product/lithium-ion-battery"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            match input.head().text.trim_start().as_bytes().first() {
                Some(b'{') => object(input, output)?,
                Some(b'[') => list(input, output)?,
                _ => text(input, output)?,
            }
        }
        Ok(())
    }
}

/// Whether the first member of an object is a list of texts.
fn first_is_list(text: &str) -> bool {
    let Some((_, behind)) = text.split_once("\":").or_else(|| text.split_once("\" :")) else { return false };
    behind.trim_start().strip_prefix('[').is_some_and(|item| item.trim_start().starts_with(['"', ']']))
}

fn push(clean: &str, keywords: &[String], line: u64, output: &mut Output<'_>) {
    let mut record = Record::new("", "");
    record.name = clean.to_owned();
    record.add_name(clean, "", Role::Preferred);
    keywords.iter().for_each(|keyword| record.add_name(keyword, "", Role::Alias));
    output.push(line, record);
}

fn object(input: &mut Input, output: &mut Output<'_>) -> Result<()> {
    let mut values = JsonValues::new(input, true);
    while let Some(step) = values.next()? {
        output.row()?;
        let line = match step {
            Ok(line) => line,
            Err(fault) => {
                values.end_with(fault, output)?;
                break;
            }
        };
        let clean = serde_json::from_slice::<String>(&values.key);
        let keywords = serde_json::from_slice::<Vec<String>>(&values.value)
            .or_else(|_| serde_json::from_slice::<String>(&values.value).map(|keyword| vec![keyword]));
        match (clean, keywords) {
            (Ok(clean), _) if clean.trim().is_empty() => {
                output.problem(line, Fault::new("no-name", "an empty clean name"));
            }
            (Ok(clean), Ok(keywords)) => push(&clean, &keywords, line, output),
            (Err(error), _) => output.problem(line, invalid(&error)),
            (Ok(clean), Err(_)) => {
                let message = format!("the keywords of a clean name are a list of texts: `{clean}`");
                output.problem(line, Fault::new("bad-row", message));
            }
        }
    }
    Ok(())
}

fn list(input: &mut Input, output: &mut Output<'_>) -> Result<()> {
    let mut values = JsonValues::new(input, false);
    while let Some(step) = values.next()? {
        output.row()?;
        match step {
            Ok(line) => match serde_json::from_slice::<String>(&values.value) {
                Ok(keyword) => push(&keyword, &[], line, output),
                Err(error) => output.problem(line, invalid(&error)),
            },
            Err(fault) => {
                values.end_with(fault, output)?;
                break;
            }
        }
    }
    Ok(())
}

fn text(input: &mut Input, output: &mut Output<'_>) -> Result<()> {
    each_line(input, output, MAX_LINE, |line, number, output| {
        match line.split_once("=>") {
            None => push(line.trim(), &[], number, output),
            Some((keyword, clean)) if keyword.trim().is_empty() || clean.trim().is_empty() => {
                return Err(Fault::new("bad-row", format!("a keyword or its clean name is empty: `{}`", line.trim())));
            }
            Some((keyword, clean)) => push(clean.trim(), &[keyword.trim().to_owned()], number, output),
        }
        Ok(())
    })
}
