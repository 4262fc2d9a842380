//! When figures are not to be trusted.

use super::{Measured, Samples};

/// A stage or run whose measurements lie farther apart than this share of their median is noisy.
pub const MAX_SPREAD: f64 = 0.15;
/// Stages with a smaller share of the total are not looked at: their noise changes nothing.
pub const MIN_SHARE: f64 = 0.05;
/// One thread that waits for a core for more than this share of the time is noisy.
pub const MAX_IDLE: f64 = 0.10;
/// A corpus that goes through all stages in less time, in milliseconds, is too small for good figures.
pub const MIN_PASS_MS: f64 = 50.0;

impl Measured {
    /// The median of a stage as a share of the total.
    pub fn share(&self, time: &Samples) -> f64 {
        let total = self.total.median();
        if total > 0.0 { time.median() / total } else { 0.0 }
    }

    /// Why the figures are not to be trusted; nothing where they are. `load` is the load average before the
    /// measurement, `cores` the number of cores.
    pub fn noise(&self, load: Option<f64>, cores: usize) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some(load) = load.filter(|load| *load > cores as f64) {
            reasons.push(format!("the machine was busy before: a load of {load:.1} on {cores} cores"));
        }
        if self.total.median() < MIN_PASS_MS {
            let total = self.total.median();
            reasons.push(format!("the corpus is small: {total:.1} ms for all stages, {MIN_PASS_MS} ms are wanted"));
        }
        if self.idle.median() > MAX_IDLE {
            reasons.push(format!("the stages had to wait for a core {} of the time", percent(self.idle.median())));
        }
        let stages = self.stages.iter().filter(|stage| self.share(&stage.time) >= MIN_SHARE);
        let stages = stages.map(|stage| (stage.stage.name().to_owned(), stage.time.spread()));
        reasons.extend(spread("stages", stages));
        let runs = self.runs.iter().map(|run| (run.threads.to_string(), run.wall.spread()));
        reasons.extend(spread("runs by threads", runs));
        if let Some(run) = self.runs.iter().find(|run| run.threads == 1 && !run.cpu.is_empty()) {
            let idle = 1.0 - run.cpu.median() / run.wall.median().max(f64::MIN_POSITIVE);
            if idle > MAX_IDLE {
                reasons.push(format!("the runs on 1 thread had to wait {} of the time", percent(idle)));
            }
        }
        reasons
    }
}

/// One reason for all things of a sort whose measurements lie too far apart.
fn spread(sort: &str, all: impl Iterator<Item = (String, f64)>) -> Option<String> {
    let wide: Vec<String> = all
        .filter(|(_, spread)| *spread > MAX_SPREAD)
        .map(|(name, spread)| format!("{name} ({})", percent(spread)))
        .collect();
    let reason = || format!("measurements spread over more than {} of their median: {sort} ", percent(MAX_SPREAD));
    (!wide.is_empty()).then(|| reason() + &wide.join(", "))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::bench::{RunSamples, Stage, StageSamples};
    use crate::engine::run::Counts;

    fn samples(values: &[f64]) -> Samples {
        let mut samples = Samples::default();
        values.iter().for_each(|value| samples.push_value(*value));
        samples
    }

    fn calm() -> Measured {
        Measured {
            counts: Counts::default(),
            input_bytes: 0,
            cut: false,
            runs_read_files: true,
            cpu_time: true,
            stages: vec![
                StageSamples { stage: Stage::Read, time: samples(&[2.0, 4.0]) },
                StageSamples { stage: Stage::Words, time: samples(&[100.0, 101.0]) },
            ],
            total: samples(&[102.0, 105.0]),
            runs: vec![RunSamples { threads: 1, wall: samples(&[110.0, 111.0]), cpu: samples(&[109.0]) }],
            idle: samples(&[0.01]),
            memory_of_runs: None,
            memory_of_corpus: None,
        }
    }

    #[test]
    fn noise_has_reasons() {
        assert!(calm().noise(Some(1.5), 2).is_empty(), "{:?}", calm().noise(Some(1.5), 2));
        type Case = (&'static str, fn(&mut Measured));
        let cases: [Case; 5] = [
            ("corpus is small", |m| m.total = samples(&[40.0])),
            ("wait for a core 30 %", |m| m.idle = samples(&[0.3])),
            ("stages words (29 %)", |m| m.stages[1].time = samples(&[90.0, 120.0])),
            ("runs by threads 1 (24 %)", |m| m.runs[0].wall = samples(&[110.0, 140.0])),
            ("runs on 1 thread had to wait", |m| m.runs[0].cpu = samples(&[60.0])),
        ];
        for (says, disturb) in cases {
            let mut measured = calm();
            disturb(&mut measured);
            let reasons = measured.noise(None, 2).join("\n");
            assert!(reasons.contains(says), "{says}: {reasons}");
        }
        assert!(calm().noise(Some(2.5), 2)[0].contains("load of 2.5 on 2 cores"));
    }
}
