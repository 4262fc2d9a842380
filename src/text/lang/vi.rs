//! Vietnamese.

use std::sync::OnceLock;

use super::LanguageData;
use crate::text::Language;

/// Vietnamese.
pub static DATA: LanguageData = LanguageData {
    language: Language::VI,
    common_list: include_str!("common-vi.txt"),
    common_set: OnceLock::new(),
    forms: include_bytes!(concat!(env!("OUT_DIR"), "/forms-vi.bin")),
    function_words: "là và của có không được cho trong với các những một này đó khi người về đã đang sẽ cũng như từ đến \
        tại để ra vào trên dưới sau trước theo hơn nhiều ở bị rất lại còn nên mà thì nếu nhưng hay hoặc vì do bởi cùng \
        đây tôi anh chị ông bà họ chúng ta nó ai gì nào đâu sao thế vậy làm việc năm ngày tháng hai ba nước nhà thành \
        phố việt nam chỉ đều mỗi mọi từng vẫn chưa phải cần muốn biết đi nhất qua lên xuống giữa bằng nhau thứ rồi \
        lúc nơi bên hàng số thể",
    starters: &[
        "tuy", "nhưng", "và", "theo", "trong", "tại", "khi", "sau", "trước", "ông", "bà", "anh", "chị", "họ", "chúng",
        "đây", "đó", "các", "những", "một", "với", "để", "do", "vì", "nếu", "từ", "ngoài", "bên", "cùng", "hiện",
        "đến", "cũng", "tôi", "nó", "mỗi", "nhiều", "còn", "này", "ở", "trên", "dưới", "về", "như", "vậy", "thế",
        "ngày", "năm",
    ],
    titles: &[
        "tp",
        "tx",
        "tt",
        "q",
        "p",
        "h",
        "x",
        "ths",
        "th.s",
        "ts",
        "t.s",
        "gs",
        "pgs",
        "bs",
        "ks",
        "ls",
        "cn",
        "kts",
        "ds",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "đc",
        "đ/c",
        "gs.ts",
        "pgs.ts",
        "gs.ts.bs",
        "ts.bs",
        "ths.bs",
        "pgs.ts.bs",
        "ths.ks",
        "nsut",
        "nsưt",
        "nsnd",
        "lm",
        "ht",
        "tt.ts",
        "bs.ck1",
        "bs.ck2",
        "bs.ckii",
        "bs.cki",
        "ncs",
        "tl",
        "kt",
        "vs",
    ],
    may_end: &["inc", "ltd", "co", "corp", "jr", "a.m", "p.m", "sđd", "cty"],
    before_number: &["tr", "t", "số", "đt", "tel", "fax", "k", "ql", "tl", "hl", "đ", "kp", "đh", "no", "vol", "km"],
    // Last syllables of titles: đồng chí, thủ tướng, chủ tịch, bí thư, bộ trưởng, tiến sĩ, giáo sư.
    address: &["chí", "tướng", "tịch", "thư", "trưởng", "sĩ", "sư", "ts", "gs", "pgs", "ths"],
    kinship: &[
        "anh", "chị", "em", "ông", "bà", "cô", "chú", "bác", "cậu", "mợ", "dì", "dượng", "thím", "cụ", "cháu", "con",
        "bố", "ba", "má", "mẹ", "cha", "thầy", "ngài", "nàng", "chàng", "út", "u", "bu", "tía",
    ],
    plural: |_| None,
    person_plural: |_| None,
};

/// First consonants, longest first, without marks (đ as d).
const INITIALS: &[&str] = &[
    "ngh", "ng", "nh", "kh", "gh", "gi", "ch", "th", "tr", "ph", "qu", "b", "c", "d", "g", "h", "k", "l", "m", "n",
    "p", "r", "s", "t", "v", "x",
];

/// Vowels without marks, and whether a final consonant may follow, must not, or must.
const RHYMES_OPEN: &[&str] = &[
    "a", "e", "i", "o", "u", "y", "ai", "ao", "au", "ay", "eo", "eu", "ia", "iu", "oa", "oe", "oi", "ua", "ue", "ui",
    "uo", "uu", "uy", "ieu", "yeu", "oai", "oay", "oao", "oeo", "uay", "uoi", "uou", "uya", "uyu", "uao", "ye", "uau",
];
const RHYMES_CLOSED: &[&str] =
    &["a", "e", "i", "o", "u", "y", "ie", "ye", "oa", "oe", "oo", "ua", "ue", "uo", "uy", "uye", "uya"];
const FINALS: &[&str] = &["ng", "nh", "ch", "c", "m", "n", "p", "t"];

/// Whether a word without marks, in lower case, is built like a Vietnamese syllable (`nguoi`, `duoc`, `truong`).
///
/// Used on texts typed without marks. Short words of every language pass (`to`, `man`), long ones seldom do.
pub(super) fn is_syllable(word: &[u8]) -> bool {
    let Ok(word) = std::str::from_utf8(word) else { return false };
    if word.len() > 7 {
        return false;
    }
    // `gi` may also be `g` with the vowel `i` (`giết`, `gìn`): every initial that fits is tried.
    std::iter::once("").chain(INITIALS.iter().copied()).filter_map(|initial| word.strip_prefix(initial)).any(is_rhyme)
}

fn is_rhyme(rhyme: &str) -> bool {
    RHYMES_OPEN.contains(&rhyme)
        || FINALS.iter().filter_map(|last| rhyme.strip_suffix(last)).any(|vowel| RHYMES_CLOSED.contains(&vowel))
}

#[cfg(test)]
mod tests {
    use super::is_syllable;

    #[test]
    fn syllables_without_marks() {
        for yes in ["nguoi", "duoc", "truong", "nghieng", "quyen", "khuya", "giet", "yeu", "xoay", "anh", "o", "thuyen"]
        {
            assert!(is_syllable(yes.as_bytes()), "{yes}");
        }
        for no in ["world", "street", "quelle", "les", "which", "sein", "wo", "jour", "ngth", "", "kl", "avec", "pour"]
        {
            assert!(!is_syllable(no.as_bytes()), "{no}");
        }
    }
}
