//! All levels against the definition.

use super::*;
use proptest::prelude::*;

/// Bits of a text by the definition: word, odd, wide.
fn plain(text: &str) -> (Vec<bool>, bool, bool) {
    let mut bits = Vec::new();
    let (mut odd, mut wide) = (false, false);
    for c in text.chars() {
        let word = match fold::sort(u32::from(c)) {
            _ if c.is_ascii() => c.is_ascii_alphanumeric() || c == '_',
            Sort::Gap => false,
            Sort::Word => true,
            Sort::Ignored | Sort::Mixed => {
                odd = true;
                true
            }
        };
        wide |= is_wide(u32::from(c));
        bits.extend(std::iter::repeat_n(word, c.len_utf8()));
    }
    (bits, odd, wide)
}

fn check(text: &str) {
    let (bits, odd, wide) = plain(text);
    let starts: Vec<usize> = (0..bits.len()).filter(|i| bits[*i] && (*i == 0 || !bits[*i - 1])).collect();
    let mut set = Beginnings::NONE;
    for (first, second) in [(b'a', Some(b'z')), (b'x', None), (b'c', Some(b'a')), (b'b', Some(0x7F))] {
        set.insert_letters(first, second);
    }
    for level in Level::available() {
        let mut masks = Masks::with_level(level);
        // What was read before leaves nothing behind.
        masks.read("½ 東 a b c d", &Beginnings::ALL);
        masks.read(text, &set);
        if let Some(at) = (0..text.len()).find(|at| masks.is_word(*at) != bits[*at]) {
            let c = (0..=at).rev().find_map(|from| text.get(from..)?.chars().next());
            panic!("{level:?} byte {at} {c:?}, {:x?}", c.map(|c| c.to_string().into_bytes()));
        }
        let found = (masks.odd(), masks.wide(), masks.count());
        assert_eq!(found, (odd, wide, starts.len() as u64), "{level:?} {}", text.escape_unicode());
        let firsts: Vec<usize> = (0..text.len()).filter(|i| masks.first[i / 64] >> (i % 64) & 1 != 0).collect();
        let second = |i: usize| text.as_bytes().get(i + 1).copied().unwrap_or(b' ');
        let held = |i: &usize| set.may_hold(text.as_bytes()[*i], second(*i));
        let expected: Vec<usize> = starts.iter().copied().filter(held).collect();
        assert!(firsts == expected, "{level:?} {}", text.escape_unicode());
        let mut at = 0;
        let mut words = Vec::new();
        while masks.next_word(at) < text.len() {
            let start = masks.next_word(at);
            at = masks.word_end(start);
            words.push(start);
            assert_eq!(masks.word_before(at + 1).map(|w| w.0), Some(start));
        }
        assert!(words == starts, "{level:?} {}", text.escape_unicode());
    }
}

#[test]
fn every_character_is_sorted_at_every_place_of_a_block() {
    // All characters one after the other stand at all places; each also alone between spaces and letters.
    for shift in 0..5 {
        let mut text = "x".repeat(shift);
        for c in (0..=0x10_FFFFu32).filter_map(char::from_u32) {
            text.push(c);
            if u32::from(c) % 7 == 0 {
                text.push_str(" a");
            }
            if text.len() > 1 << 12 {
                check(&text);
                text.clear();
            }
        }
        check(&text);
    }
}

/// A word that begins without a capital can only be a name in lower case if its first character says so.
#[test]
fn caseless_letters_are_written_with_caseless_leads() {
    let lead = |c: char| c.to_string().as_bytes()[0];
    let mut folded = fold::Folded::default();
    for c in ('\u{80}'..=char::MAX).filter(|c| *c != '\u{FFFD}') {
        folded.read(c.encode_utf8(&mut [0; 4]), 0);
        let Some(letter) = folded.letters.first() else { continue };
        if is_caseless(letter.key) {
            assert!(is_caseless_lead(lead(c)), "{c:?} {:?}", letter.key);
        }
    }
}

#[test]
fn beginnings_hold_what_was_inserted() {
    let letters = || b'a'..=b'z';
    for first in letters() {
        let mut one = Beginnings::NONE;
        one.insert_letters(first, None);
        for second in (0..=255u8).filter(|b| !b.is_ascii_alphanumeric() && *b != b'_') {
            assert!(one.may_hold(first, second), "{first} {second}");
        }
        for second in letters().chain([b'7', 0x7F]) {
            let mut two = Beginnings::NONE;
            two.insert_letters(first, Some(second));
            let written = if second == 0x7F { b'_' } else { second };
            for written in [written, written.to_ascii_uppercase(), 0x80, 0xC3, 0xFF] {
                assert!(two.may_hold(first, written), "{first} {second}");
            }
            let strangers = letters().flat_map(|a| letters().map(move |b| (a, b)));
            assert!(strangers.filter(|(a, b)| two.may_hold(*a, *b)).count() <= 2);
            assert_eq!(Beginnings::from_bytes(&two.to_bytes()), two);
            let mut both = one;
            both.join(&two);
            assert!(both.may_hold(first, written) && both.may_hold(first, b' '));
        }
    }
    let mut others = Beginnings::NONE;
    others.insert_others();
    for first in [b'A', b'Z', b'_', b'0', b'9', 0xC2, 0xE1, 0xF4] {
        assert!((0..=255).all(|second| others.may_hold(first, second)));
    }
    assert!(!others.may_hold(b'a', b'b') && !others.may_hold(b'z', 0xC3));
}

proptest! {
    #[test]
    fn all_levels_see_the_same(text in "(?s)[a-zA-Z_0 .\u{A0}«»é×÷đ’—…“”\u{200B}\u{2028}€Ḁộ½東あ한\u{AD}\u{301}ÿ‿⁄]{0,200}|\\PC{0,200}") {
        check(&text);
    }
}
