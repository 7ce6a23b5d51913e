//! Slowing down whoever guesses passwords, without locking out whom they belong to.
//!
//! Guesses are counted by account and by network. An account takes a few an hour from strangers;
//! whoever has signed in to it before is no stranger and is counted apart, so that nobody can
//! keep the owner out by failing on purpose. The counts are this process's own and are gone when
//! it ends: what they protect is the hashing queue and a password's odds, and a few processes
//! beside one another raise those odds by no more than their number.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::auth::digest;

/// At most this many keys in one count; the one that was quiet longest makes room.
const KEYS: usize = 20_000;

/// How many are let through in a time.
#[derive(Debug, Clone, Copy)]
struct Rate {
    most: usize,
    within: TimeDelta,
}

/// Guesses at one account by strangers, and by each known device.
const ACCOUNT: Rate = Rate { most: 20, within: TimeDelta::hours(1) };

/// Guesses from one network, at whatever account.
const NETWORK: Rate = Rate { most: 10, within: TimeDelta::minutes(1) };

/// Who guesses at what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// SHA-256 of the account's name, whether or not there is one.
    pub account: [u8; 32],
    /// The network that it comes from, where that is known.
    pub network: Option<IpAddr>,
    /// SHA-256 of the device's token, where the account knows the device.
    pub device: Option<[u8; 32]>,
}

impl Guess {
    /// A guess by somebody who is signed in, at a secret of theirs.
    #[must_use]
    pub fn of(what: &str) -> Self {
        Self { account: digest(what), network: None, device: None }
    }
}

/// Counts guesses.
#[derive(Debug)]
pub struct Throttle {
    accounts: Mutex<Counts<[u8; 32]>>,
    devices: Mutex<Counts<[u8; 32]>>,
    networks: Mutex<Counts<IpAddr>>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            accounts: Mutex::new(Counts::new(ACCOUNT)),
            devices: Mutex::new(Counts::new(ACCOUNT)),
            networks: Mutex::new(Counts::new(NETWORK)),
        }
    }
}

impl Throttle {
    /// Takes other numbers than those that ship: guesses from one network a minute, and at one
    /// account an hour.
    pub fn allow(&self, of_network: usize, at_account: usize) {
        lock(&self.networks).rate.most = of_network;
        lock(&self.accounts).rate.most = at_account;
        lock(&self.devices).rate.most = at_account;
    }

    /// Counts a guess before it is checked.
    ///
    /// # Errors
    /// In how many seconds to come back, where there were too many.
    pub fn admit(&self, guess: &Guess, now: DateTime<Utc>) -> Result<(), i64> {
        if let Some(device) = &guess.device {
            return lock(&self.devices).admit(*device, now);
        }
        if let Some(network) = guess.network {
            lock(&self.networks).admit(network, now)?;
        }
        lock(&self.accounts).admit(guess.account, now)
    }

    /// Takes a guess back that was right: whoever knows the password is not guessing.
    pub fn forgive(&self, guess: &Guess) {
        if let Some(device) = &guess.device {
            return lock(&self.devices).forgive(device);
        }
        if let Some(network) = &guess.network {
            lock(&self.networks).forgive(network);
        }
        lock(&self.accounts).forgive(&guess.account);
    }
}

fn lock<K>(counts: &Mutex<Counts<K>>) -> std::sync::MutexGuard<'_, Counts<K>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct Counts<K> {
    rate: Rate,
    /// The times of each key's last guesses, the oldest first.
    seen: HashMap<K, VecDeque<DateTime<Utc>>>,
}

impl<K: Eq + Hash + Copy> Counts<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, seen: HashMap::new() }
    }

    fn admit(&mut self, key: K, now: DateTime<Utc>) -> Result<(), i64> {
        if self.seen.len() >= KEYS && !self.seen.contains_key(&key) {
            self.make_room(now);
        }
        let Rate { most, within } = self.rate;
        let times = self.seen.entry(key).or_default();
        // A clock that was set back would otherwise leave times that never pass.
        times.retain(|at| *at <= now && *at + within > now);
        match times.front() {
            Some(first) if times.len() >= most => Err((*first + within - now).num_seconds().max(1)),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }

    fn forgive(&mut self, key: &K) {
        if let Some(times) = self.seen.get_mut(key) {
            times.pop_back();
            if times.is_empty() {
                self.seen.remove(key);
            }
        }
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        let within = self.rate.within;
        self.seen.retain(|_, times| times.back().is_some_and(|last| *last + within > now));
        if self.seen.len() >= KEYS {
            let quietest = self.seen.iter().min_by_key(|(_, times)| times.back().copied());
            if let Some(key) = quietest.map(|(key, _)| *key) {
                self.seen.remove(&key);
            }
        }
    }
}

/// The network that an address belongs to, for counting: one customer has many IPv6 addresses.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap_or_default()
    }

    fn guess(account: u8, network: u8, device: Option<u8>) -> Guess {
        Guess {
            account: [account; 32],
            network: Some(IpAddr::from([192, 0, 2, network])),
            device: device.map(|device| [device; 32]),
        }
    }

    #[test]
    fn strangers_have_twenty_guesses_an_hour_and_the_owner_is_not_kept_out() {
        let throttle = Throttle::default();
        let taken = (0..1_000)
            .filter(|n: &i64| {
                let network = u8::try_from(n % 100).unwrap_or_default();
                throttle.admit(&guess(1, network, None), at(*n)).is_ok()
            })
            .count();
        assert_eq!(taken, 20);
        assert!(throttle.admit(&guess(1, 200, None), at(1_000)).is_err());
        assert_eq!(throttle.admit(&guess(1, 200, Some(1)), at(1_000)), Ok(()));
        assert_eq!(throttle.admit(&guess(2, 201, None), at(1_000)), Ok(()), "another account");
        assert_eq!(throttle.admit(&guess(1, 202, None), at(3_600)), Ok(()), "an hour later");
    }

    #[test]
    fn a_network_has_ten_guesses_a_minute_and_a_right_one_is_none() {
        let throttle = Throttle::default();
        for n in 0..10 {
            assert_eq!(throttle.admit(&guess(n, 1, None), at(0)), Ok(()));
        }
        assert_eq!(throttle.admit(&guess(20, 1, None), at(1)), Err(59));
        throttle.forgive(&guess(9, 1, None));
        assert_eq!(throttle.admit(&guess(20, 1, None), at(1)), Ok(()));
        assert!(throttle.admit(&guess(21, 1, None), at(1)).is_err());
        assert_eq!(throttle.admit(&guess(21, 1, None), at(60)), Ok(()));
        // A clock that was set back.
        assert_eq!(throttle.admit(&guess(22, 1, None), at(-10_000)), Ok(()));
    }

    #[test]
    fn addresses_of_one_customer_are_one_network() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
