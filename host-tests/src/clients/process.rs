//! What the system says of a process.

use super::Failure;

/// Seconds of processor time that this process has used, of all its threads, user and system together.
///
/// # Errors
/// On other systems than Unix.
#[cfg(unix)]
pub fn cpu_seconds() -> Result<f64, Failure> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

/// Nothing is known there.
#[cfg(not(unix))]
pub fn cpu_seconds() -> Result<f64, Failure> {
    Err("the processor time of a process is not known on this system".into())
}

/// The most memory that a process has had, in bytes: a number of its own, or `self`.
///
/// # Errors
/// Where the system has no `/proc`, and when the process is gone.
pub fn peak_memory(process: &str) -> Result<u64, Failure> {
    let path = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    high_water(&status).ok_or_else(|| format!("{path} has no VmHWM").into())
}

/// `VmHWM:     1234 kB`, in bytes.
fn high_water(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(high_water("VmPeak:\t    9 kB\nVmHWM:\t  1234 kB\nVmRSS:\t 1 kB\n"), Some(1_263_616));
        for other in ["", "VmRSS:\t 1 kB", "VmHWM:\t 1 MB", "VmHWM:\t x kB"] {
            assert_eq!(high_water(other), None, "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn work_costs_processor_time() {
        let before = cpu_seconds().expect("a time");
        let sum = (0..1_000_000_u64).fold(0_u64, |sum, number| std::hint::black_box(sum ^ number));
        assert!(cpu_seconds().expect("a time") > before, "{sum}");
    }
}
