//! From wishes to directives: what is wanted of a member, for each of their names in each of the spaces that the community is linked to.

use super::{Home, MemberKey};
use crate::domain::directive::{Directive, Effect, State, Wanted, Wish};
use crate::domain::drift::Spot;
use crate::domain::id::DirectiveId;
use crate::domain::identity::{NativeId, Platform};
use crate::domain::notice;
use crate::ports::error::StoreError;
use crate::ports::ledger::InHand;
use crate::storage::codec::json;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};
use uuid::{ContextV7, Timestamp, Uuid};

/// Something wanted of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WishRow {
    pub(crate) member: MemberKey,
    pub(crate) wish: Wish,
    /// The reason of its case.
    pub(crate) reason: Option<String>,
    pub(crate) in_hand: Option<InHand>,
    /// Only there is it said: it is said once more.
    pub(crate) only: Option<Spot>,
    /// There it is so already, by somebody's own hand.
    pub(crate) spared: Option<Spot>,
}

/// All that is wanted, in order. Of what lasts the latest wish counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    rows: Vec<Option<WishRow>>,
    lasting: BTreeMap<(MemberKey, Effect), Vec<usize>>,
}

/// A name of a member in a space that their community is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Which wish it is for.
    pub(crate) place: usize,
    pub(crate) platform: Platform,
    pub(crate) space: NativeId,
    pub(crate) native: NativeId,
}

impl Wishes {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn add(&mut self, row: WishRow) {
        if row.wish.effect.lasts() {
            let places = self.lasting.entry((row.member, row.wish.effect)).or_default();
            if row.only.is_none() {
                for place in places.drain(..) {
                    self.rows[place] = None;
                }
            }
            places.push(self.rows.len());
        }
        self.rows.push(Some(row));
    }

    /// Whether something is being said of a lasting state in one place.
    pub(crate) fn is_wished(&self, member: MemberKey, spot: &Spot) -> bool {
        let places = self.lasting.get(&(member, spot.effect)).into_iter().flatten();
        let mut rows = places.filter_map(|place| self.rows.get(*place)?.as_ref());
        rows.any(|row| row.spared.as_ref() != Some(spot) && row.only.as_ref().is_none_or(|only| only == spot))
    }

    /// Leaves one place alone, where it has come about natively.
    pub(crate) fn spare(&mut self, member: MemberKey, spot: &Spot) {
        let places = self.lasting.get(&(member, spot.effect)).into_iter().flatten();
        for place in places {
            if let Some(Some(row)) = self.rows.get_mut(*place) {
                row.spared = Some(spot.clone());
            }
        }
    }

    /// Whom they are about, each with its place.
    pub(crate) fn members(&self) -> Vec<(usize, MemberKey)> {
        let rows = self.rows.iter().enumerate();
        rows.filter_map(|(place, row)| Some((place, row.as_ref()?.member)))
            .collect()
    }

    /// One directive for each target of each wish; applied where it is so already, which is not issued. Each name is told a thing once, however many
    /// spaces it is in.
    pub(crate) fn directives(&self, targets: Vec<Target>, now: DateTime<Utc>) -> Vec<(Home, Directive)> {
        let mut told = BTreeSet::new();
        let issued = targets.into_iter().filter_map(|target| {
            let row = self.rows.get(target.place)?.as_ref()?;
            let name = (target.place, target.platform.clone(), target.native.clone());
            if row.wish.effect == Effect::Notify && !told.insert(name) {
                return None;
            }
            let mine = row
                .in_hand
                .as_ref()
                .filter(|hand| hand.platform == target.platform);
            let mut directive = target.directive(row.member, row.wish.clone(), now);
            if row.only.as_ref().is_some_and(|only| *only != directive.spot()) {
                return None;
            }
            if row
                .spared
                .as_ref()
                .is_some_and(|spared| *spared == directive.spot())
            {
                directive.state = State::Applied;
            }
            directive.reason.clone_from(&row.reason);
            if let Some(hand) = mine {
                directive.attempts = 1;
                directive.due_at = Some(now + hand.time);
                directive.lease = Some(hand.lease);
            }
            Some((row.member.home(), directive))
        });
        let (homes, mut issued): (Vec<Home>, Vec<Directive>) = issued.unzip();
        notice::order(&mut issued);
        homes.into_iter().zip(issued).collect()
    }
}

impl Target {
    /// A directive for it, to be handed out at once.
    pub(crate) fn directive(&self, member: MemberKey, wish: Wish, now: DateTime<Utc>) -> Directive {
        Directive {
            id: fresh(now),
            community: member.community,
            platform: self.platform.clone(),
            space: self.space.clone(),
            member: self.native.clone(),
            user: member.user,
            wish,
            reason: None,
            state: State::Open,
            attempts: 0,
            failures: 0,
            created_at: now,
            due_at: Some(now),
            lease: None,
            follows: None,
            settled_at: None,
            receipt: None,
        }
    }
}

/// In the order of time, and of being made in this process.
fn fresh(now: DateTime<Utc>) -> DirectiveId {
    static ORDER: LazyLock<Mutex<ContextV7>> = LazyLock::new(Mutex::default);
    let order = ORDER.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let moment = Timestamp::from_unix(&*order, seconds, now.timestamp_subsec_nanos());
    DirectiveId(Uuid::new_v7(moment))
}

/// How it is wanted, as a column has it.
pub(crate) fn wanted(wanted: &Wanted) -> Result<String, StoreError> {
    json(wanted)
}
