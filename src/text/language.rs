//! The language of a document: the type, and how it is detected.

use super::lang;

/// A primary language subtag in lower case (`fr`, `vi`, `en`, `und` …), at most eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language([u8; 8]);

impl Language {
    /// Not known.
    pub const UND: Language = Language(*b"und\0\0\0\0\0");
    /// French.
    pub const FR: Language = Language(*b"fr\0\0\0\0\0\0");
    /// Vietnamese.
    pub const VI: Language = Language(*b"vi\0\0\0\0\0\0");
    /// English.
    pub const EN: Language = Language(*b"en\0\0\0\0\0\0");

    /// The primary subtag of a BCP 47 tag; `und` for an empty or malformed one.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or("");
        if !(2..=8).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Self::UND;
        }
        let mut bytes = [0; 8];
        bytes[..primary.len()].copy_from_slice(primary.as_bytes());
        bytes.make_ascii_lowercase();
        Self(bytes)
    }

    /// The subtag as text.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(8);
        std::str::from_utf8(&self.0[..len]).unwrap_or("und")
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::UND
    }
}

/// The language of a text: `fr`, `vi` or `en`, else `und`.
///
/// A mixed text has the language that most of its words are written in. At most about 1.5 kB are looked at (slices from
/// the start to the end of a long text), so the cost is bounded: some microseconds, whatever the length.
pub fn detect(text: &str) -> Language {
    lang::detect::detect(text)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// Sentences and headlines by language; `und` is every other one.
    const CASES: &[(&str, &[&str])] = &[
        (
            "fr",
            &[
                "Le gouvernement présente un nouveau plan pour les hôpitaux de la région.",
                "Grève à la SNCF : un train sur deux prévu demain",
                "Décès de l'ancien ministre à Lyon",
                "Où est passé le chat ?",
                "Il ne l'a jamais vu, dit-elle.",
                "Les prix de l'énergie vont encore augmenter cet hiver",
                "ÉLECTIONS : LA GAUCHE EN TÊTE DANS LES GRANDES VILLES",
                "LE PRESIDENT A RECU LES SYNDICATS A L'ELYSEE",
                "Aujourd’hui, j’ai rencontré le directeur du New York Times à Hanoï.",
            ],
        ),
        (
            "en",
            &[
                "The government presents a new plan for the hospitals of the region.",
                "Rail strike: half of all trains cancelled tomorrow",
                "Former minister dies at 84 in Lyon",
                "Where is the cat?",
                "He's never seen it, she said.",
                "ENERGY PRICES WILL RISE AGAIN THIS WINTER",
                "I met the editor of Le Monde in Hanoi and we talked about the café de Flore.",
                "UN envoy to visit Syria as talks with the US stall",
            ],
        ),
        (
            "vi",
            &[
                "Chính phủ trình bày kế hoạch mới cho các bệnh viện trong vùng.",
                "Giá xăng tăng mạnh từ chiều nay",
                "Con mèo ở đâu?",
                "TỔNG BÍ THƯ TÔ LÂM TIẾP THỦ TƯỚNG PHÁP",
                "Chinh phu trinh bay ke hoach moi cho cac benh vien trong vung",
                "THU TUONG TIEP DOAN DAI BIEU CUA NUOC BAN TAI HA NOI",
                "Công ty Apple và Microsoft ra mắt sản phẩm mới tại Việt Nam",
            ],
        ),
        (
            "und",
            &[
                "Die Regierung stellt einen neuen Plan für die Krankenhäuser vor.",
                "Bahnstreik: Morgen fällt jeder zweite Zug aus",
                "El gobierno presenta un nuevo plan para los hospitales de la región.",
                "Huelga de trenes: mañana solo circulará la mitad",
                "Il governo presenta un nuovo piano per gli ospedali della regione.",
                "Sciopero dei treni, domani uno su due non parte",
                "O governo apresenta um novo plano para os hospitais da região.",
                "Morreu ontem em Lisboa o antigo ministro das finanças",
                "De regering presenteert een nieuw plan voor de ziekenhuizen in de regio.",
                "Pemerintah menyampaikan rencana baru untuk rumah sakit di wilayah itu.",
                "Guvernul prezintă un nou plan pentru spitalele din regiune.",
                "El govern presenta un nou pla per als hospitals de la regió.",
                "Rząd przedstawia nowy plan dla szpitali w regionie.",
                "Regeringen presenterar en ny plan för sjukhusen i regionen.",
                "Regeringen præsenterer en ny plan for sygehusene i regionen.",
                "Vláda představila nový plán pro nemocnice v regionu.",
                "A kormány új tervet mutat be a régió kórházai számára.",
                "Hükümet bölgedeki hastaneler için yeni bir plan sunuyor.",
                "Правительство представляет новый план для больниц региона.",
                "政府提出地区医院的新计划。",
                "政府は地域の病院のための新しい計画を発表した。",
                "정부는 지역 병원을 위한 새로운 계획을 발표했다.",
                "تقدم الحكومة خطة جديدة للمستشفيات في المنطقة.",
                "Η κυβέρνηση παρουσιάζει ένα νέο σχέδιο για τα νοσοκομεία.",
                "รัฐบาลเสนอแผนใหม่สำหรับโรงพยาบาล",
                "",
                " \n\t ",
                "2025-10-28 12:30 +84 (0) 3.500.000",
                "??? !!! ... — « »",
                "qwrtz plkjh gfdsx bvnmc zxqwv",
                "Xyzzy",
            ],
        ),
    ];

    fn cases() -> impl Iterator<Item = (Language, &'static str)> {
        CASES.iter().flat_map(|(code, texts)| texts.iter().map(|text| (Language::of_tag(code), *text)))
    }

    #[test]
    fn tags() {
        for (tag, code) in [("fr", "fr"), ("fr-CA", "fr"), ("EN_us", "en"), ("", "und"), ("x", "und"), ("f1", "und")] {
            assert_eq!(Language::of_tag(tag).as_str(), code, "{tag}");
        }
        for data in lang::ALL {
            assert_eq!(Language::of_tag(data.code()), data.language);
        }
    }

    #[test]
    fn short_texts() {
        for (language, text) in cases() {
            assert_eq!(detect(text), language, "{text}");
        }
    }

    #[test]
    fn decomposed_and_capital_texts_are_detected_alike() {
        for (language, text) in cases() {
            assert_eq!(detect(&text.nfd().collect::<String>()), language, "NFD of {text}");
            assert_eq!(detect(&text.to_uppercase()), language, "capitals of {text}");
        }
        // `ố` is one letter in all its forms, not `ô` as well; and a mark that no letter takes is none.
        for text in [
            "\u{1D516} \u{16FF0} politique étrangère\u{301}\u{200B}ministère des transports du vietnam ɐɐ \u{1B170} an ninh quốc gia ",
            "quốc gia, hội nghị du de la",
        ] {
            let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
            assert_eq!(detect(&composed), detect(&decomposed), "{text}");
        }
    }

    #[test]
    fn long_texts() {
        for (code, texts) in CASES {
            for text in texts.iter().filter(|text| text.len() > 40) {
                let long = format!("{text}\n").repeat(60);
                assert_eq!(detect(&long).as_str(), *code, "{text}");
            }
        }
    }

    #[test]
    fn a_mixed_text_has_the_language_of_most_of_its_words() {
        let text = |code: &str| CASES.iter().find(|(listed, _)| *listed == code).expect("listed").1[0];
        let languages = ["fr", "en", "vi", "und"];
        for most in languages {
            for few in languages.iter().filter(|few| **few != most) {
                for separator in ["\n", "\n\n", " "] {
                    let mixed = [text(most), text(few), text(most), text(most)].join(separator);
                    assert_eq!(detect(&mixed).as_str(), most, "{mixed}");
                    assert_eq!(detect(&mixed.repeat(20)).as_str(), most, "{mixed}, long");
                }
            }
        }
    }

    /// On corpora that are not part of the package, where they are at hand.
    #[test]
    fn corpora() {
        let Ok(folder) = std::env::var("GAZETIER_CORPORA") else {
            return skip("`GAZETIER_CORPORA` is not set to a folder of `*.LANG.*.jsonl` files");
        };
        let Ok(entries) = std::fs::read_dir(&folder) else { return skip("cannot read `GAZETIER_CORPORA`") };
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let Some(data) = lang::ALL.iter().find(|data| name.split('.').any(|part| part == data.code())) else {
                continue;
            };
            let lines = std::fs::read_to_string(&path).expect("corpora are UTF-8");
            let texts: Vec<String> = lines
                .lines()
                .filter_map(|line| {
                    serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned)
                })
                .collect();
            let right = texts.iter().filter(|text| detect(text) == data.language).count();
            assert!(right * 100 >= texts.len() * 97, "{name}: {right} of {}", texts.len());
        }
    }

    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn skip(why: &str) {
        eprintln!("skipped: {why}");
    }
}
