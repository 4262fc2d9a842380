//! What a language brings: one file each, listed in [`ALL`].

/// STUB
pub fn plural(_lang: &str, _name: &str) -> Option<String> {
    None
}
/// STUB
pub fn plural_of_last_word(_name: &str) -> Option<String> {
    None
}

/// STUB
pub fn is_common(_language: super::Language, _word: &str) -> bool {
    false
}
/// STUB
pub fn is_kinship(_language: super::Language, _word: &str) -> bool {
    false
}
