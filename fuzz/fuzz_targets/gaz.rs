//! `cargo +nightly fuzz run gaz --features libfuzzer`: compiled gazetteers that are anything at all.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gazetier_fuzz::gaz(bytes);
});
