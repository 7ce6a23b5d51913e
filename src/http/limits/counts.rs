//! Where the state of each client's budget is kept: in a few maps beside one another, so that
//! workers rarely wait for one another, and in no more room than there is.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{Mutex, PoisonError},
};

use governor::{nanos::Nanos, state::StateStore};

/// How many maps there are.
const SHARDS: usize = 16;

/// How many clients one map holds at most.
const MOST: usize = 4_096;

/// One number for each client: the time at which its budget is whole again. One that lies in the
/// past says nothing, so clients that were quiet longest are the ones to forget.
#[derive(Debug)]
pub struct Counts<K> {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<K, Nanos>>>,
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { hasher: RandomState::new(), shards }
    }
}

impl<K: Eq + Hash + Copy> StateStore for Counts<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let of = usize::try_from(self.hasher.hash_one(key) % 16).unwrap_or_default();
        // There are as many shards as numbers that `of` can be.
        let Some(shard) = self.shards.get(of) else { return measure(None).map(|(said, _)| said) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let (said, state) = measure(shard.get(key).copied())?;
        if shard.insert(*key, state).is_none() && shard.len() > MOST {
            forget_half(&mut shard);
        }
        Ok(said)
    }
}

/// Forgets the half that was quiet longest: whoever asks most is remembered.
fn forget_half<K: Eq + Hash + Copy>(shard: &mut HashMap<K, Nanos>) {
    let mut states: Vec<u64> = shard.values().map(|state| state.as_u64()).collect();
    let middle = states.len() / 2;
    let (_, middle, _) = states.select_nth_unstable(middle);
    let middle = *middle;
    shard.retain(|_, state| state.as_u64() > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(counts: &Counts<u64>, key: u64, state: u64) -> Option<u64> {
        let put = |known: Option<Nanos>| {
            Ok::<_, ()>((known.map(|known| known.as_u64()), Nanos::from(state)))
        };
        counts.measure_and_replace(&key, put).unwrap()
    }

    #[test]
    fn however_many_clients_come_the_room_is_bounded_and_the_busiest_are_kept() {
        let counts = Counts::default();
        for busy in 0..100 {
            note(&counts, busy, u64::MAX - busy);
        }
        for key in 100..500_000 {
            note(&counts, key, key);
        }
        let kept: usize = counts.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(kept <= SHARDS * MOST, "{kept}");
        for busy in 0..100 {
            assert_eq!(note(&counts, busy, 1), Some(u64::MAX - busy));
        }
    }

    #[test]
    fn what_is_refused_is_not_noted() {
        let counts = Counts::default();
        note(&counts, 1, 7);
        let refused = counts.measure_and_replace(&1, Err::<((), Nanos), _>);
        assert_eq!(refused, Err(Some(Nanos::from(7))));
        assert_eq!(note(&counts, 1, 8), Some(7));
    }
}
