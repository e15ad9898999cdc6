//! The latest stretch of a log, written out once for all who follow it.
//!
//! What the ring holds is bounded by bytes. Whoever has fallen behind it is told so, and nothing waits for them.

use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
use crate::ports::record::Event;
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// How many bytes of text a ring holds at most, but for the last round.
const MOST_BYTES: usize = 4 << 20;

/// What of a log somebody follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sieve {
    /// Only of these communities.
    pub(super) communities: Option<BTreeSet<CommunityId>>,
    /// Only of these types.
    pub(super) kinds: Option<BTreeSet<String>>,
    /// Only of communities that are linked to a space of this platform.
    pub(super) platform: Option<Platform>,
}

/// Events that were read at once.
#[derive(Debug)]
pub(super) struct Round {
    /// The position before its first one.
    after: i64,
    /// The position up to which the log was read.
    upto: i64,
    /// All of them, written out.
    text: Bytes,
    lines: Vec<Line>,
    /// To which platforms the communities of the events are linked, if anybody wanted to know.
    platforms: Option<BTreeMap<CommunityId, BTreeSet<Platform>>>,
}

/// Where an event is in a round, and by what it is let through.
#[derive(Debug)]
struct Line {
    position: i64,
    kind: String,
    community: Option<CommunityId>,
    place: Range<usize>,
}

/// The rounds that are kept.
#[derive(Debug, Default)]
pub(super) struct Ring {
    rounds: VecDeque<Arc<Round>>,
    bytes: usize,
    /// Up to where the log was read; `None` before it was.
    upto: Option<i64>,
}

/// What there is behind a position.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// What was let through, which may be nothing, and the position up to which it goes.
    Text(Bytes, i64),
    /// Nothing yet.
    Nothing,
    /// More than the ring holds.
    Missed,
}

impl Sieve {
    /// Whether everything passes.
    fn is_open(&self) -> bool {
        self.communities.is_none() && self.kinds.is_none() && self.platform.is_none()
    }

    fn lets(&self, line: &Line, platforms: Option<&BTreeMap<CommunityId, BTreeSet<Platform>>>) -> bool {
        let here =
            |communities: &BTreeSet<CommunityId>| line.community.is_some_and(|c| communities.contains(&c));
        let linked = |platform: &Platform| {
            let all = line.community.and_then(|community| platforms?.get(&community));
            all.is_some_and(|all| all.contains(platform))
        };
        self.communities.as_ref().is_none_or(here)
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&line.kind))
            && self.platform.as_ref().is_none_or(linked)
    }
}

impl Round {
    /// Events behind a position, up to another, each as `write` writes it out.
    pub(super) fn new(
        (after, upto): (i64, i64),
        events: Vec<Event>,
        platforms: Option<Vec<(CommunityId, Platform)>>,
        mut write: impl FnMut(Event, &mut BytesMut),
    ) -> Self {
        let mut text = BytesMut::new();
        let mut lines = Vec::with_capacity(events.len());
        for event in events {
            let begin = text.len();
            let (position, kind, community) = (event.position, event.kind.clone(), event.community);
            write(event, &mut text);
            lines.push(Line {
                position,
                kind,
                community,
                place: begin..text.len(),
            });
        }
        Self {
            after,
            upto,
            text: text.freeze(),
            lines,
            platforms: platforms.map(by_community),
        }
    }

    /// What of it comes behind a position and is let through. Where that is one piece it is not copied.
    fn behind(&self, after: i64, sieve: &Sieve) -> Bytes {
        if after <= self.after && sieve.is_open() {
            return self.text.clone();
        }
        let wanted = self.lines.iter().filter(|line| line.position > after);
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for line in wanted.filter(|line| sieve.lets(line, self.platforms.as_ref())) {
            match pieces.last_mut() {
                Some(last) if last.end == line.place.start => last.end = line.place.end,
                _ => pieces.push(line.place.clone()),
            }
        }
        match pieces.as_slice() {
            [] => Bytes::new(),
            [one] => self.text.slice(one.clone()),
            many => {
                let mut text = BytesMut::with_capacity(many.iter().map(ExactSizeIterator::len).sum());
                for piece in many {
                    text.extend_from_slice(self.text.get(piece.clone()).unwrap_or_default());
                }
                text.freeze()
            }
        }
    }
}

fn by_community(links: Vec<(CommunityId, Platform)>) -> BTreeMap<CommunityId, BTreeSet<Platform>> {
    let mut platforms: BTreeMap<CommunityId, BTreeSet<Platform>> = BTreeMap::new();
    for (community, platform) in links {
        platforms.entry(community).or_default().insert(platform);
    }
    platforms
}

impl Ring {
    /// Up to where the log was read.
    pub(super) fn upto(&self) -> Option<i64> {
        self.upto
    }

    /// Begins at a position.
    pub(super) fn begin(&mut self, at: i64) {
        self.upto.get_or_insert(at);
    }

    /// Adds what was read next, and lets go of the oldest.
    pub(super) fn push(&mut self, round: Round) {
        self.upto = Some(round.upto);
        self.bytes += round.text.len();
        self.rounds.push_back(Arc::new(round));
        while self.bytes > MOST_BYTES && self.rounds.len() > 1 {
            if let Some(oldest) = self.rounds.pop_front() {
                self.bytes -= oldest.text.len();
            }
        }
    }

    /// What comes behind a position, of one round.
    pub(super) fn behind(&self, after: i64, sieve: &Sieve) -> Behind {
        let Some(upto) = self.upto else {
            return Behind::Missed;
        };
        if after >= upto {
            return Behind::Nothing;
        }
        let next = self.rounds.partition_point(|round| round.upto <= after);
        match self.rounds.get(next) {
            // Read before anybody wanted to know about platforms.
            Some(round) if round.platforms.is_none() && sieve.platform.is_some() => Behind::Missed,
            Some(round) if round.after <= after => Behind::Text(round.behind(after, sieve), round.upto),
            _ => Behind::Missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn event(position: i64, kind: &str, community: u128) -> Event {
        Event {
            position,
            kind: kind.to_owned(),
            community: Some(CommunityId(Uuid::from_u128(community))),
            user: None,
            at: DateTime::UNIX_EPOCH,
            version: 1,
            data: String::new(),
        }
    }

    fn write(event: Event, text: &mut BytesMut) {
        text.extend_from_slice(format!("{} ", event.position).as_bytes());
    }

    fn round(positions: Range<i64>) -> Round {
        let events = positions.clone().map(|p| {
            event(
                p,
                if p % 2 == 0 { "even" } else { "odd" },
                p.unsigned_abs().into(),
            )
        });
        let discord = Platform::parse("discord").unwrap();
        let linked = Some(vec![(CommunityId(Uuid::from_u128(3)), discord)]);
        Round::new(
            (positions.start - 1, positions.end - 1),
            events.collect(),
            linked,
            write,
        )
    }

    fn text(found: Behind) -> (String, i64) {
        match found {
            Behind::Text(text, upto) => (String::from_utf8(text.to_vec()).unwrap(), upto),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reader_gets_what_is_behind_its_position_round_by_round() {
        let (mut ring, all) = (Ring::default(), Sieve::default());
        assert_eq!(ring.behind(0, &all), Behind::Missed, "nobody has read it yet");
        ring.begin(0);
        assert_eq!(ring.behind(0, &all), Behind::Nothing);
        ring.push(round(1..4));
        ring.push(round(4..6));
        assert_eq!(text(ring.behind(0, &all)), ("1 2 3 ".to_owned(), 3));
        assert_eq!(text(ring.behind(1, &all)), ("2 3 ".to_owned(), 3));
        assert_eq!(text(ring.behind(3, &all)), ("4 5 ".to_owned(), 5));
        assert_eq!(ring.behind(5, &all), Behind::Nothing);
    }

    #[test]
    fn a_sieve_lets_through_what_all_of_it_names() {
        let mut ring = Ring::default();
        ring.begin(0);
        ring.push(round(1..6));
        let odd = Sieve {
            kinds: Some(BTreeSet::from(["odd".to_owned()])),
            ..Sieve::default()
        };
        assert_eq!(text(ring.behind(0, &odd)).0, "1 3 5 ");
        let here = Sieve {
            communities: Some([2, 3].map(|c| CommunityId(Uuid::from_u128(c))).into()),
            ..Sieve::default()
        };
        assert_eq!(text(ring.behind(0, &here)).0, "2 3 ");
        let there = Sieve {
            platform: Platform::parse("discord").ok(),
            ..odd.clone()
        };
        assert_eq!(text(ring.behind(0, &there)).0, "3 ");
        let nothing = Sieve {
            communities: Some(BTreeSet::new()),
            ..odd
        };
        assert_eq!(text(ring.behind(0, &nothing)), (String::new(), 5));
    }

    #[test]
    fn whoever_is_behind_what_is_kept_has_missed_something() {
        let (mut ring, all) = (Ring::default(), Sieve::default());
        ring.begin(0);
        let long = |at: i64| {
            Round::new((at - 1, at), vec![event(at, "x", 1)], None, |_, text| {
                text.resize(MOST_BYTES / 2, b' ');
            })
        };
        (1..=4).for_each(|at| ring.push(long(at)));
        assert_eq!(ring.behind(1, &all), Behind::Missed);
        assert_eq!(text(ring.behind(2, &all)).1, 3);
        assert!(ring.bytes <= MOST_BYTES);
    }
}
