//! What a language brings: one file each, listed in [`ALL`].

/// STUB
pub fn plural(_lang: &str, _name: &str) -> Option<String> {
    None
}
/// STUB
pub fn plural_of_last_word(_name: &str) -> Option<String> {
    None
}
