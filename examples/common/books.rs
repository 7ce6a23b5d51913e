//! What a measurement reads from the kernel's books about a process, and how its numbers are
//! summed up.

use std::{collections::BTreeMap, ffi::OsString};

use anyhow::{Context as _, Result};

/// The books that the kernel keeps of a process's CPU time, in user and kernel mode.
pub struct CpuBooks {
    /// Nanoseconds of each living thread.
    threads: BTreeMap<OsString, u64>,
    /// Ticks of 10 ms of all threads, ended ones too.
    ticks: u64,
}

impl CpuBooks {
    /// Reads them.
    pub fn read(pid: u32) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for thread in std::fs::read_dir(format!("/proc/{pid}/task")).context("no such process")? {
            let thread = thread?;
            let text = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            if let Some(spent) = text.split(' ').next().and_then(|n| n.parse().ok()) {
                threads.insert(thread.file_name(), spent);
            }
        }
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let (_, after_name) = stat.rsplit_once(") ").context("a stat line without a name")?;
        let mut fields = after_name.split(' ').skip(11).map(str::parse::<u64>);
        let user = fields.next().context("no user time")??;
        let kernel = fields.next().context("no kernel time")??;
        Ok(Self { threads, ticks: user + kernel })
    }

    /// CPU seconds from then to now: to the nanosecond where no thread has ended in between,
    /// since an ended thread takes its fine books with it.
    pub fn since(&self, then: &Self) -> f64 {
        let all_live = then.threads.keys().all(|thread| self.threads.contains_key(thread));
        if all_live && !then.threads.is_empty() {
            let sum = |books: &Self| books.threads.values().sum::<u64>();
            return sum(self).saturating_sub(sum(then)) as f64 / 1e9;
        }
        self.ticks.saturating_sub(then.ticks) as f64 / 100.0
    }
}

/// The value below which so many hundredths of the values lie; the values are sorted.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len().saturating_sub(1)) as f64 * share).round();
    sorted.get(at as usize).copied().unwrap_or(f64::NAN)
}

/// The same values in order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The server's resident memory in millions of bytes.
pub fn resident_mb(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1_024 / 1_000_000)
}
