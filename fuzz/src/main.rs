//! Fuzzing without a fuzzer, for toolchains that have none: changes a sound file at random, so many times as asked for.
//!
//! `cargo run --release --manifest-path fuzz/Cargo.toml -- 1000000 [SEED]`

use std::io::Write;

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as usize % end.max(1)
    }
}

/// Changes a few places: bits, bytes, numbers that mean much, pieces copied from elsewhere, the end cut off.
fn change(sound: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=random.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => {
                let number = [0u32, 1, 0x7F, 0xFF, 0xFFFF, 0x1FFF_FFFF, 0x7FFF_FFFF, u32::MAX][random.below(8)];
                let end = bytes.len().min(at + 4);
                bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
            }
            3 => {
                let length = random.below(64).min(bytes.len() - at);
                let from = random.below(bytes.len() - length + 1);
                bytes.copy_within(from..from + length, at);
            }
            4 => {
                let end = bytes.len().min(at + random.below(32));
                bytes[at..end].fill([0, 0xFF][random.below(2)]);
            }
            // Seldom, since little is left to look at.
            _ if random.below(20) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let count = arguments.next().unwrap_or(10_000);
    let seed = arguments.next().unwrap_or(1);
    let sound = gazetier_fuzz::sound();
    let expected = gazetier_fuzz::gaz(&sound).unwrap_or(0);
    assert!(expected >= 10, "the sound file gives only {expected} mentions");
    let (mut opened, mut fewer) = (0u64, 0u64);
    for number in 0..count {
        let mut random = Random((seed << 40 | number).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let bytes = change(&sound, &mut random);
        match std::panic::catch_unwind(|| gazetier_fuzz::gaz(&bytes)) {
            Ok(Some(mentions)) => {
                opened += 1;
                fewer += u64::from(mentions < expected);
            }
            Ok(None) => {}
            Err(_) => {
                std::fs::write("panics.gaz", &bytes)?;
                writeln!(std::io::stderr(), "file {number} of seed {seed} panics; it is in panics.gaz")?;
                std::process::exit(1);
            }
        }
    }
    writeln!(
        std::io::stdout(),
        "{count} files: {opened} opened, {fewer} of these gave fewer mentions than the sound one"
    )
}
