//! Clocks and memory as the system counts them (Linux; memory reads zero elsewhere).

use std::fs;

/// CPU seconds of the calling thread.
pub fn thread_cpu() -> f64 {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU seconds of the process, all its threads together.
pub fn process_cpu() -> f64 {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn clock(id: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for one timespec for the whole call.
    let failed = unsafe { libc::clock_gettime(id, &mut time) };
    assert_eq!(failed, 0, "the system has no clock {id}");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Resident megabytes (10^6 bytes) after freed memory went back to the system, so that a difference is what lives.
pub fn resident_mb() -> f64 {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: no arguments but a number; may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
    status_mb("VmRSS:")
}

/// Forgets the peak of the resident memory.
pub fn reset_peak() {
    // Where it is not allowed the peak is that of the whole process so far.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of the resident memory since [`reset_peak`], in megabytes.
pub fn peak_mb() -> f64 {
    status_mb("VmHWM:")
}

fn status_mb(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}

/// The model of the processor.
pub fn cpu_model() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, model)| model.trim().to_owned())
}

/// How many processes wanted a core in the last minute: what the clock on the wall is worth.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or_default().to_owned()
}

/// How many cores there are.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a command prints, trimmed; empty if it cannot run.
pub fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
