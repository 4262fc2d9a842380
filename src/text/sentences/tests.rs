//! Tables of cases: `|` stands where a sentence begins.

use super::*;

/// The text with `|` at the start of each sentence but the first.
fn cut(text: &str, language: Language) -> String {
    let mut sentences = Sentences::default();
    sentences.find(text, language);
    let parts: Vec<&str> = (0..sentences.len()).map(|index| sentences.span(index).of(text)).collect();
    assert_eq!(parts.concat(), text, "sentences cover the text");
    for (index, span) in (0..sentences.len()).map(|index| (index, sentences.span(index))) {
        assert_eq!(sentences.index_of(span.start) as usize, index);
        assert_eq!(sentences.index_of(span.end - 1) as usize, index);
    }
    parts.join("|")
}

fn check(language: Language, cases: &[&str]) {
    for case in cases {
        assert_eq!(&cut(&case.replace('|', ""), language), case);
        let windows = case.replace('\n', "\r\n");
        assert_eq!(cut(&windows.replace('|', ""), language), windows, "with CR LF");
    }
}

#[test]
fn english() {
    check(
        Language::EN,
        &[
            "He left. |She stayed. |Why? |No one knows! |In 1999 it ended.",
            "Prices rose 3.5 percent. |Then they fell to $1.2bn. |$3 was left.",
            "Mr. Smith met Dr. J. F. Kennedy Jr. of St. Louis. |They talked.",
            "He works for Apple Inc. and lives in the U.S. with her.",
            "He works for Apple Inc. |The firm is in the U.S. |It is large.",
            "U.S. President Bush met U.N. Secretary General Annan at 5 p.m. Tuesday.",
            "See No. 5, fig. 3 and vol. 2. |No. |That is all.",
            "He said \"Go.\" |She went. |\"Now?\" he asked.",
            "He said: “It is over.” |“No,” she said.",
            "It ended (they say.) |Then it began [again.] |End",
            "Wait... what? |Wait... |What? |Well… |Maybe… but no.",
            "Look at www.example.com/a.b?c=d and read v2.0.1 now. |Good.",
            "It was found in 1705.[6] |It was lost later.[7][8] |End.",
            "Plan B. |The next one. |J. A. Smith wrote it.",
            "She is an M.D. from Washington, D.C. |He is not.",
            "Jan. 5 and Sept. 11 are dates. |E.g. Paris is a city, i.e. Rome too.",
            "1. Introduction. |2. Method. |3. Results were 12. |The end.",
            "Yes! |- No! |— Well. |(Perhaps.) |End.",
            "The iPhone. iOS is small.",
            "",
            "One",
            "   ",
            "Stop.",
            "Stop.\n",
        ],
    );
}

#[test]
fn french() {
    check(
        Language::FR,
        &[
            "Il part. |Elle reste. |Où\u{A0}? |Là\u{202F}! |Personne ne sait.",
            "M. Dupont et Mme. Durand voient le Dr. Martin. |Ils parlent.",
            "Me. J.-C. Martin, av. Foch, parle. |Il dit non.",
            "Il a dit : « Je pars. » |Puis il est parti.",
            "« Quoi ! » dit-il. |« Rien ? ! » |Elle rit.",
            "Il y a des pommes, des poires, etc. |Paris est loin.",
            "Selon l'art. 5 et la p. 12 du vol. 3, oui. |Non.",
            "Le taux est de 3.5 % soit 1.000 euros. |À Paris, non.",
            "Né en 52 av. J.-C. en Gaule. |Il est mort en 12 apr. J.-C. |Il était vieux.",
            "Pourquoi... parce que. |Ah… |Bon… alors.",
            "L'O.N.U. |C'est loin. |L'O.N.U. New York et la S.N.C.F. Mobilités.",
            "J. Le Carré et V. Hugo. |Écrivains.",
            "Il fait 20 °C. |Demain aussi.",
        ],
    );
}

#[test]
fn vietnamese() {
    check(
        Language::VI,
        &[
            "Ông ấy đi. |Bà ấy ở lại. |Vì sao? |Không ai biết!",
            "Tôi sống ở TP. Hồ Chí Minh và TP. HCM. |Đường Lê Lợi, Q. 1, P. Bến Nghé. |Nhà số 5.",
            "GS.TS. Nguyễn Văn A và PGS.TS Trần B gặp ThS. Lê C. |Họ nói chuyện.",
            "Anh mua táo, lê, v.v. |Sau đó anh về... |Rồi sao… nữa?",
            "Giá tăng 3.500 đồng, tức 2,5%. |Đó là nhiều.",
            "“Đi thôi.” |Anh nói.",
        ],
    );
}

#[test]
fn unknown_and_other_languages_know_all_abbreviations() {
    for language in [Language::UND, Language::of_tag("de")] {
        check(
            language,
            &["Mme. Durand, Mr. Smith, TP. Huế. |Ende.", "这是一。|这是二！|「三？」|四", "これ。 |それ！？|あれ"],
        );
    }
}

#[test]
fn line_breaks() {
    let wide = format!("X{}", "x".repeat(130));
    check(
        Language::EN,
        &[
            "A headline\n\n|The text of it\n \n\t\n|goes on",
            // The title is shorter than the paragraph under it.
            "Bush visits Paris\n|President George Bush arrived in Paris yesterday evening to meet Chirac.",
            // Hard-wrapped prose is not cut, not even before a name.
            "The president of the United States arrived in the city of\nParis yesterday evening, where he met the foreign \
             minister and\nJacques Chirac, the president of the republic, \nfor a long talk that went on.",
            "The president of the United States arrived yesterday with Mr.\nSmith and others. |He left in the evening on a \
             plane.\n|They stayed.",
            // Lists.
            "Shopping:\n|- apples from the garden of my old grandmother\n|- pears\n|- plums",
            "He said that the red line\n- if it is one - is long, and that it goes on for many miles.",
            "Paris\n|London\n|Rome\nrome",
            "• one\n|• two",
            "The Fall of the House of Usher in Six Parts\n|The Murders in the Rue Morgue and Other Tales\n|The Mystery of \
             Marie Roget, a Sequel to it",
            format!("{wide}\n|Next paragraph in a line\n|{wide}").as_str(),
            format!("{wide}\nnext one").as_str(),
            "\n\n|Text",
        ],
    );
}

#[test]
fn steady_state_reuses_the_buffer() {
    let mut sentences = Sentences::default();
    let text = "A b. C d. E f.";
    sentences.find(text, Language::EN);
    assert!(sentences.len() == 3 && !sentences.is_empty());
    let capacity = sentences.starts.capacity();
    for _ in 0..10 {
        sentences.find(text, Language::UND);
    }
    assert_eq!(sentences.starts.capacity(), capacity);
    sentences.find("", Language::EN);
    assert!(sentences.is_empty() && sentences.index_of(5) == 0);
}

proptest::proptest! {
    #[test]
    fn any_text_is_covered_by_its_sentences(text in "[A-Za-zéĐ .!?…»«。\n\r\u{A0}\"\\-1)(\\[]{0,80}") {
        let _ = cut(&text, Language::UND);
    }

    /// Lines longer than the window that is looked at may begin anywhere, also after a character of many bytes.
    #[test]
    fn long_lines_are_covered_by_their_sentences(
        parts in proptest::collection::vec(("[ûa€Đ ]{100,300}", "[A-Zûa .!\n\r]{0,6}"), 1..6),
    ) {
        let text: String = parts.into_iter().map(|(long, short)| long + &short + "\nA").collect();
        let _ = cut(&text, Language::UND);
    }

    /// What is known of the first part of a text is what is known of all of it.
    #[test]
    fn sentences_are_told_without_looking_further(text in "[A-Za-zéĐ .!?…»«。\n\r\u{A0}\"\\-1)(\\[]{0,80}", last in 0..100usize) {
        let (mut all, mut some) = (Sentences::default(), Sentences::default());
        all.find(&text, Language::UND);
        some.find_up_to(&text, Language::UND, last);
        for byte in 0..=last as u32 {
            assert_eq!(some.index_of(byte), all.index_of(byte));
            assert_eq!(all.index_from(all.index_of(byte / 2), byte), all.index_of(byte));
            assert_eq!(all.index_from(all.index_of(byte), byte / 2), all.index_of(byte / 2));
        }
    }

    /// A glance before a full stop decides what reading the word decides.
    #[test]
    fn words_that_end_plainly_are_no_abbreviations(
        text in "[A-Z]?[a-z .]{0,12}[ .](mr|Mme|sté|SỐ|Déc|sđd|×|[a-zA-Z]{0,4})[a-zéÉốẞİđ.0-9-]{0,3}",
        next in proptest::sample::select(&["The", "Paris", "5", "Il"][..]),
    ) {
        let whole = format!("{text}. {next}");
        for language in [Language::FR, Language::VI, Language::EN, Language::UND] {
            let finder = Finder { text: &whole, bytes: whole.as_bytes(), starts: &mut Vec::new(), roles: Roles::of(language), start: 0 };
            let start = sentence_start(&whole, text.len() + 2).1;
            if ends_plainly(text.as_bytes(), &finder.roles) {
                assert!(!finder.is_known_abbreviation(text.len(), text.len() + 2, start), "{}", whole);
            }
        }
    }
}
