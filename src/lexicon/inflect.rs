//! Names generated when compiling: what a listed name looks like in another grammatical form.

/// Generated names of a listed one: plurals of themes tagged fr or en; for persons `Last, First`, and the plural of the
/// last word where tagged en. Acronyms, untagged and exact names are left to the caller.
pub(crate) fn generated(kind: &str, lang: &str, name: &str) -> Vec<String> {
    // `C++` and `G7` have no other form.
    if !name.chars().next_back().is_some_and(char::is_alphabetic) {
        return Vec::new();
    }
    let primary = lang.split(['-', '_']).next().unwrap_or("");
    let mut names = Vec::new();
    match kind {
        "theme" => names.extend(crate::text::lang::plural(primary, name)),
        "person" => {
            if let Some((first, last)) = name.rsplit_once(' ')
                && !name.contains(',')
            {
                names.push(format!("{last}, {}", first.trim_end()));
            }
            if primary == "en" {
                names.extend(crate::text::lang::plural_of_last_word(name));
            }
        }
        _ => {}
    }
    names.retain(|generated| generated != name);
    names
}
