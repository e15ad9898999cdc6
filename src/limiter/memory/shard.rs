//! One shard: keys in a list, and a table of their places in it, so that a key is kept once and the list can be walked piecewise.

use crate::domain::limit::adaptive::{Adaptive, Tightness};
use crate::domain::limit::{Algorithm, State};
use hashbrown::HashTable;

/// How many keys are looked at for each one that is added: so idle ones go faster than new ones come.
const LOOKED_AT: usize = 4;
/// Among how many keys the one is chosen that is forgotten before its time.
const CANDIDATES: usize = 16;
/// How many entries of a log count as a key.
const ENTRIES: usize = 8;

/// What is kept under a key.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// What was spent.
    Spent(State),
    /// How tight a limit is.
    Tight(Box<Tightness>),
}

impl Kept {
    pub(super) fn tight(tightness: Tightness) -> Self {
        Self::Tight(Box::new(tightness))
    }

    /// What was spent; nothing, if something else was kept here.
    pub(super) fn into_spent(self, algorithm: Algorithm) -> State {
        match self {
            Self::Spent(state) => state,
            Self::Tight(_) => State::new(algorithm),
        }
    }

    /// How tight it is; not at all, if something else was kept here.
    pub(super) fn into_tightness(self, adaptive: &Adaptive, now: u64) -> Tightness {
        match self {
            Self::Tight(tightness) => *tightness,
            Self::Spent(_) => Tightness::new(adaptive, now),
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Spent(state) => 1 + state.entries() / ENTRIES,
            Self::Tight(_) => 1,
        }
    }
}

struct Entry {
    hash: u64,
    key: Box<str>,
    kept: Kept,
    /// When it is as good as new.
    gone_at: u64,
}

pub(super) struct Shard {
    places: HashTable<u32>,
    entries: Vec<Entry>,
    /// What all entries weigh, and what they may.
    weight: usize,
    most: usize,
    /// The next entry to look at.
    hand: usize,
    evicted: u64,
}

impl Shard {
    /// For so many keys.
    pub(super) fn new(most: usize) -> Self {
        Self {
            places: HashTable::new(),
            entries: Vec::new(),
            weight: 0,
            most,
            hand: 0,
            evicted: 0,
        }
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.entries.len()
    }

    /// How many were forgotten before their time since this was last asked.
    pub(super) fn evicted(&mut self) -> u64 {
        std::mem::take(&mut self.evicted)
    }

    /// What is kept under a key.
    pub(super) fn read(&self, hash: u64, key: &str) -> Option<&Kept> {
        let index = self.find(hash, key)?;
        self.entries.get(index).map(|entry| &entry.kept)
    }

    /// What is kept under a key, to be changed in place; `None` when there is nothing.
    pub(super) fn edit(&mut self, hash: u64, key: &str, change: impl FnOnce(&mut Kept) -> u64) -> Option<()> {
        let index = self.find(hash, key)?;
        let entry = self.entries.get_mut(index)?;
        self.weight -= entry.kept.weight();
        entry.gone_at = change(&mut entry.kept);
        self.weight += entry.kept.weight();
        // A log may have grown.
        self.make_room();
        Some(())
    }

    /// Keeps something under a key until it is idle. What is idle already is not worth a new entry.
    pub(super) fn write(&mut self, hash: u64, key: &str, kept: Kept, now: u64, idle_after: u64) {
        let gone_at = now + idle_after;
        let mut kept = Some(kept);
        let edited = self.edit(hash, key, |there| {
            if let Some(kept) = kept.take() {
                *there = kept;
            }
            gone_at
        });
        if let (None, Some(kept)) = (edited, kept)
            && idle_after > 0
        {
            self.add(hash, key, kept, gone_at);
            self.sweep(now, LOOKED_AT);
            self.make_room();
        }
    }

    /// Forgets a key.
    pub(super) fn forget(&mut self, hash: u64, key: &str) {
        if let Some(index) = self.find(hash, key) {
            self.remove(index);
        }
    }

    /// Looks at some of the entries, and forgets those whose time is over. How many it looked at.
    pub(super) fn sweep(&mut self, now: u64, portion: usize) -> usize {
        let looks = portion.min(self.entries.len());
        for _ in 0..looks {
            let index = if self.hand < self.entries.len() {
                self.hand
            } else {
                0
            };
            match self.entries.get(index) {
                // Another one takes its place, and is looked at next.
                Some(entry) if entry.gone_at <= now => self.remove(index),
                _ => self.hand = index + 1,
            }
        }
        looks
    }

    /// Gives back room that is not needed any more.
    pub(super) fn shrink(&mut self) {
        if self.entries.capacity() / 4 > self.entries.len() {
            self.entries.shrink_to(self.entries.len() * 2);
            self.places
                .shrink_to(self.entries.len() * 2, hash_of(&self.entries));
        }
    }

    fn find(&self, hash: u64, key: &str) -> Option<usize> {
        let entries = &self.entries;
        let is_it = |place: &u32| {
            entries
                .get(*place as usize)
                .is_some_and(|entry| &*entry.key == key)
        };
        self.places.find(hash, is_it).map(|place| *place as usize)
    }

    fn add(&mut self, hash: u64, key: &str, kept: Kept, gone_at: u64) {
        // A shard has room for fewer; beyond it there is nothing to lose but this key.
        let Ok(place) = u32::try_from(self.entries.len()) else {
            return;
        };
        self.weight += kept.weight();
        self.entries.push(Entry {
            hash,
            key: key.into(),
            kept,
            gone_at,
        });
        self.places.insert_unique(hash, place, hash_of(&self.entries));
    }

    /// Takes an entry out; the last one moves to its place.
    fn remove(&mut self, index: usize) {
        if index >= self.entries.len() {
            return;
        }
        let last = self.entries.len() - 1;
        let gone = self.entries.swap_remove(index);
        self.weight -= gone.kept.weight();
        if let Ok(found) = self
            .places
            .find_entry(gone.hash, |place| *place as usize == index)
        {
            found.remove();
        }
        if let Some(moved) = self.entries.get(index)
            && let Some(place) = self.places.find_mut(moved.hash, |place| *place as usize == last)
        {
            *place = u32::try_from(index).unwrap_or(*place);
        }
    }

    /// Forgets, while there is too much, the one of some entries that would be idle soonest.
    fn make_room(&mut self) {
        while self.weight > self.most && self.entries.len() > 1 {
            let count = self.entries.len();
            let soonest = (0..CANDIDATES.min(count))
                .map(|step| (self.hand + step) % count)
                .min_by_key(|index| self.entries.get(*index).map(|entry| entry.gone_at));
            self.hand = (self.hand + CANDIDATES) % count;
            self.remove(soonest.unwrap_or(0));
            self.evicted += 1;
        }
    }
}

fn hash_of(entries: &[Entry]) -> impl Fn(&u32) -> u64 {
    |place| entries.get(*place as usize).map_or(0, |entry| entry.hash)
}
