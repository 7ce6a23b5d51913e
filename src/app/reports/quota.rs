//! How often one network may report: a few times a day, so that nobody buries those who work
//! on reports. Counted in memory, by network and not by address, and forgotten with the day.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, NaiveDate, Utc};

/// Reports a day from one network.
pub const A_DAY: u32 = 5;

/// What was counted.
#[derive(Debug, Default)]
pub struct Quota(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    day: Option<NaiveDate>,
    by_network: HashMap<IpAddr, u32>,
}

/// A network has reported as often as it may today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Seconds until the next day.
    pub retry_after_s: u16,
}

impl Quota {
    /// Counts a report from an address. Whoever runs the service on the same machine is not
    /// counted.
    ///
    /// # Errors
    /// [`Spent`], and then nothing was counted.
    pub fn take(&self, from: IpAddr, now: DateTime<Utc>) -> Result<(), Spent> {
        let from = from.to_canonical();
        if from.is_loopback() {
            return Ok(());
        }
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = now.date_naive();
        if counted.day != Some(today) {
            *counted = Counted { day: Some(today), by_network: HashMap::new() };
        }
        let count = counted.by_network.entry(network(from)).or_default();
        if *count >= A_DAY {
            let tomorrow = today.succ_opt().unwrap_or(today).and_time(chrono::NaiveTime::MIN);
            let left = (tomorrow.and_utc() - now).num_seconds();
            return Err(Spent { retry_after_s: u16::try_from(left).unwrap_or(u16::MAX).max(1) });
        }
        *count += 1;
        Ok(())
    }
}

/// The network that an address stands for: a household has one IPv4 address, and a /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_reports_five_times_a_day() {
        let quota = Quota::default();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let noon = at("2026-11-21T12:00:00Z");
        for n in 1..=5 {
            assert_eq!(quota.take(address(&format!("2001:db8::{n}")), noon), Ok(()));
        }
        let spent = quota.take(address("2001:db8::9"), noon);
        assert_eq!(spent, Err(Spent { retry_after_s: 43_200 }));
        assert_eq!(quota.take(address("2001:db8:1::9"), noon), Ok(()));
        assert_eq!(quota.take(address("192.0.2.1"), noon), Ok(()));
        assert_eq!(quota.take(address("2001:db8::9"), at("2026-11-22T00:00:00Z")), Ok(()));
        for _ in 0..9 {
            assert_eq!(quota.take(address("127.0.0.1"), noon), Ok(()));
            assert_eq!(quota.take(address("::ffff:127.0.0.1"), noon), Ok(()));
        }
    }
}
