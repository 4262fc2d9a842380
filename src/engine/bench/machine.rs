//! What the system says about the machine and the process. Linux says it in files; elsewhere it is unknown.

use std::fs;

/// Memory of the process that lies in RAM, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// The most since the process began.
    pub peak: u64,
}

/// The memory of this process.
pub fn memory() -> Option<Memory> {
    memory_of(&fs::read_to_string("/proc/self/status").ok()?)
}

fn memory_of(status: &str) -> Option<Memory> {
    let kilobytes = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    let resident = kilobytes("VmRSS")? << 10;
    // Some sandboxes keep no peak.
    Some(Memory { resident, peak: kilobytes("VmHWM").map_or(resident, |peak| peak << 10) })
}

/// The processor's name.
pub fn cpu_model() -> Option<String> {
    cpu_model_of(&fs::read_to_string("/proc/cpuinfo").ok()?)
}

fn cpu_model_of(cpuinfo: &str) -> Option<String> {
    let value = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

/// How many threads of the whole machine ran or waited for a core, on average over the last minute.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_understood() {
        let status = "Name:\tgazetier\nVmPeak:\t  9000 kB\nVmHWM:\t   640 kB\nVmRSS:\t    64 kB\n";
        assert_eq!(memory_of(status), Some(Memory { resident: 64 << 10, peak: 640 << 10 }));
        assert_eq!(memory_of("VmRSS:\t64 kB\n"), Some(Memory { resident: 64 << 10, peak: 64 << 10 }));
        assert_eq!(memory_of("Name:\tgazetier\n"), None);
        assert_eq!(cpu_model_of("processor\t: 0\nmodel name\t: A B\n").as_deref(), Some("A B"));
        assert_eq!(cpu_model_of("processor\t: 0\n"), None);
    }
}
