//! The labels of other systems: one table for what is imported and for gold.

/// The kind that a label means: those of the usual named-entity schemes, else the label in lower case.
pub(crate) fn kind_of_label(label: &str) -> String {
    let lower = label.trim().to_lowercase();
    let kind = match lower.as_str() {
        "per" | "pers" | "person" | "persons" | "people" => "person",
        "org" | "organization" | "organisation" | "organizations" | "organisations" => "organization",
        "loc" | "location" | "gpe" | "fac" | "facility" | "place" | "locations" | "places" => "place",
        "theme" | "themes" | "topic" | "subject" => "theme",
        _ => return lower,
    };
    kind.to_owned()
}
