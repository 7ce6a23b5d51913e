//! Tables of one make in three sizes: a large one, one with what changed since that was made,
//! and a small one with the last few changes.
//!
//! A change makes the smallest table anew and marks what it replaces in the others, so that its
//! price depends on the last few changes alone. When the smallest is full it becomes part of the
//! middle one; a rebuild puts everything into the large one.

use std::sync::Arc;

use uuid::Uuid;

/// From so many on the smallest table's content moves on.
const NEWEST: usize = 64;

/// A table that never changes, whose things are found by their ids.
pub(super) trait Table: Default + std::fmt::Debug {
    /// What comes into a table.
    type New<'a>;
    /// The slots of a table that newer tables replace.
    type Dead: Clone + Default + std::fmt::Debug;

    /// A table of some slots of older ones and of what is new.
    fn merged(older: &[Kept<'_, Self>], new: Vec<Self::New<'_>>) -> Self;
    /// How many things there are.
    fn len(&self) -> usize;
    /// The slot of a thing.
    fn slot_by_id(&self, id: Uuid) -> Option<u32>;
    /// The thing in a slot.
    fn id(&self, slot: u32) -> Option<Uuid>;
    /// Marks a slot as replaced.
    fn bury(&self, slot: u32, dead: &mut Self::Dead);
    /// Whether a slot is replaced.
    fn is_buried(dead: &Self::Dead, slot: u32) -> bool;
}

/// An older table, and which of its slots stay.
pub(super) type Kept<'a, T> = (&'a T, &'a dyn Fn(u32) -> bool);

/// A table and what newer ones replace in it.
#[derive(Debug)]
pub(super) struct Layer<T: Table> {
    pub(super) table: Arc<T>,
    pub(super) dead: Arc<T::Dead>,
}

impl<T: Table> Clone for Layer<T> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), dead: Arc::clone(&self.dead) }
    }
}

impl<T: Table> Default for Layer<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Table> Layer<T> {
    fn new(table: T) -> Self {
        Self { table: Arc::new(table), dead: Arc::default() }
    }

    fn bury(&mut self, ids: &[Uuid]) {
        for slot in ids.iter().filter_map(|id| self.table.slot_by_id(*id)) {
            self.table.bury(slot, Arc::make_mut(&mut self.dead));
        }
    }

    /// Whether a slot holds the newest of its thing.
    pub(super) fn lives(&self, slot: u32) -> bool {
        !T::is_buried(&self.dead, slot)
    }
}

/// The three tables.
#[derive(Debug)]
pub(super) struct Layers<T: Table> {
    base: Layer<T>,
    recent: Layer<T>,
    newest: Layer<T>,
}

impl<T: Table> Clone for Layers<T> {
    fn clone(&self) -> Self {
        Self { base: self.base.clone(), recent: self.recent.clone(), newest: self.newest.clone() }
    }
}

impl<T: Table> Layers<T> {
    /// Everything in the large table.
    pub(super) fn new(table: T) -> Self {
        Self { base: Layer::new(table), recent: Layer::default(), newest: Layer::default() }
    }

    /// The large table.
    pub(super) fn base(&self) -> &T {
        &self.base.table
    }

    /// The tables that hold anything, the large one first and always.
    pub(super) fn each(&self) -> impl Iterator<Item = &Layer<T>> {
        let small = [&self.recent, &self.newest].into_iter();
        std::iter::once(&self.base).chain(small.filter(|layer| layer.table.len() > 0))
    }

    /// Where a thing is, by whatever finds its slot in a table.
    pub(super) fn find(&self, slot_in: impl Fn(&T) -> Option<u32>) -> Option<(&T, u32)> {
        self.each().find_map(|layer| {
            let slot = slot_in(&layer.table).filter(|slot| layer.lives(*slot))?;
            Some((&*layer.table, slot))
        })
    }

    /// The same without what `ids` name, and with what is new.
    pub(super) fn patched(&self, ids: &[Uuid], new: Vec<T::New<'_>>) -> Self {
        let mut layers = self.clone();
        if ids.is_empty() {
            return layers;
        }
        for layer in [&mut layers.base, &mut layers.recent, &mut layers.newest] {
            layer.bury(ids);
        }
        let newest = |slot| layers.newest.lives(slot);
        let newest: Kept<'_, T> = (&layers.newest.table, &newest);
        if newest.0.len().saturating_add(new.len()) <= NEWEST {
            let merged = T::merged(&[newest], new);
            layers.newest = Layer::new(merged);
        } else {
            let recent = |slot| layers.recent.lives(slot);
            let merged = T::merged(&[(&layers.recent.table, &recent), newest], new);
            layers.recent = Layer::new(merged);
            layers.newest = Layer::default();
        }
        layers
    }

    /// Everything in the large table.
    pub(super) fn rebuilt(&self) -> Self {
        let [base, recent, newest] = [&self.base, &self.recent, &self.newest]
            .map(|layer| (&layer.table, move |slot| layer.lives(slot)));
        Self::new(T::merged(
            &[(base.0, &base.1), (recent.0, &recent.1), (newest.0, &newest.1)],
            Vec::new(),
        ))
    }

    /// The same content on a large table of a forerunner: what has `changed` since comes from
    /// the smaller tables.
    pub(super) fn rebased_on(&self, rebuilt: &Self, changed: &[Uuid]) -> Self {
        let mut base = rebuilt.base.clone();
        base.bury(changed);
        let since = |layer: &Layer<T>, slot| {
            let id = layer.table.id(slot).filter(|_| layer.lives(slot));
            id.is_some_and(|id| changed.binary_search(&id).is_ok())
        };
        let recent = |slot| since(&self.recent, slot);
        let newest = |slot| since(&self.newest, slot);
        let small: [Kept<'_, T>; 2] =
            [(&self.recent.table, &recent), (&self.newest.table, &newest)];
        let recent = Layer::new(T::merged(&small, Vec::new()));
        Self { base, recent, newest: Layer::default() }
    }
}
