//! What becomes of a member's points if nothing else happens: a line to draw, and the moments at which they are down to each whole number.

use super::kind::Kind;
use super::member::{Member, Paused};
use super::past::Past;
use super::points::{Points, UNITS_PER_POINT};
use super::standing::{Standing, foreseen};
use super::time::{Instant, Span};
use super::timeline::Timeline;

/// How many pieces the line has, but for its bends.
const PIECES: i64 = 48;
/// How far ahead to look where the points never end.
const OPEN_END: i64 = 30 * 86_400;
/// How many whole numbers of points are told at most; of more, every second, third and so on.
const MOST_STEPS: i64 = 12;

/// What is to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Moments, each with the exact points then, the present first. Between two of them the points fall evenly.
    pub line: Vec<(Instant, Points)>,
    /// When the points are down to something, the first first.
    pub falls: Vec<Fall>,
}

/// A moment from which on the points are lower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fall {
    /// When.
    pub at: Instant,
    /// The shown points then.
    pub points: Points,
    /// The consequences whose levels they are below from then on, the strongest first.
    pub below: Vec<Consequence>,
}

/// What a level of the ladder does, and for how long.
pub type Consequence = (Kind, Option<Span>);

impl Outlook {
    /// What is to come for a member who stands so.
    #[must_use]
    pub fn of(timeline: &Timeline, state: &Member, past: &Past, standing: &Standing) -> Self {
        let mut member = state.clone();
        member.settle(timeline, past, standing.at);
        if standing.exact == Points::ZERO {
            return Self::default();
        }
        let falls = falls(timeline, &member, past, standing);
        let end = standing.clear_at.unwrap_or_else(|| standing.at.shifted(OPEN_END));
        let mut moments: Vec<Instant> = (0..=PIECES)
            .map(|piece| {
                let length = end.seconds() - standing.at.seconds();
                standing.at.shifted(length * piece / PIECES)
            })
            .collect();
        // Where points lapse at once, the line stays level until the second before.
        moments.extend(falls.iter().flat_map(|fall| [fall.at.shifted(-1), fall.at]));
        if let Some(Paused::Until(until)) = standing.paused {
            moments.push(until);
        }
        moments.retain(|at| (standing.at..=end).contains(at));
        moments.sort_unstable();
        moments.dedup();
        let line = moments.into_iter().map(|at| {
            member.settle(timeline, past, at);
            (at, member.ledger.balance)
        });
        Self {
            line: line.collect(),
            falls,
        }
    }
}

/// The falls of a settled member.
fn falls(timeline: &Timeline, member: &Member, past: &Past, standing: &Standing) -> Vec<Fall> {
    let ladder = &timeline.in_force(standing.at).policy.ladder;
    let mut moments: Vec<(Instant, Vec<Consequence>)> = Vec::new();
    for drop in &standing.drops {
        let rung = ladder.iter().find(|rung| rung.id == drop.rung);
        if let (Some(at), Some(rung)) = (drop.at, rung) {
            moments.push((at, vec![(rung.remedy.action, rung.remedy.duration)]));
        }
    }
    for level in levels(standing.points) {
        let falls_to = foreseen(timeline, member, past, |member, policy| {
            member.falls_to(policy, past, level)
        });
        moments.extend(falls_to.map(|at| (at, Vec::new())));
    }
    moments.sort_by_key(|(at, _)| *at);
    let mut falls: Vec<Fall> = Vec::new();
    let mut then = member.clone();
    for (at, below) in moments {
        if let Some(last) = falls.last_mut().filter(|last| last.at == at) {
            last.below.extend(below);
            continue;
        }
        then.settle(timeline, past, at);
        let points = timeline.in_force(at).policy.shown(then.ledger.balance);
        falls.push(Fall { at, points, below });
    }
    falls
}

/// The whole numbers of points below an amount that are told, down to nothing.
fn levels(points: Points) -> Vec<Points> {
    let whole = points.minus(Points::from_units(1)).units() / UNITS_PER_POINT;
    let step = (whole / MOST_STEPS + 1).max(1);
    let numbers = (0..=whole).filter(|number| number % step == 0);
    numbers
        .map(|number| Points::from_millis(number * 1_000))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::policy::{Decay, Policy};
    use super::super::scene::{Scene, at, points};
    use super::super::standing::standing;
    use super::*;

    const DAY: i64 = 86_400;

    fn outlook(scene: &Scene, now: i64) -> Outlook {
        let (state, past) = (&scene.member, scene.past());
        let standing = standing(&scene.timeline, state, &past, at(now));
        Outlook::of(&scene.timeline, state, &past, &standing)
    }

    #[test]
    fn falls_are_told_to_the_second_with_what_they_end() {
        let mut scene = Scene::plain();
        for _ in 0..4 {
            scene.act(Kind::Warn, None);
        }
        let outlook = outlook(&scene, 0);
        let told: Vec<_> = outlook
            .falls
            .iter()
            .map(|fall| (fall.at, fall.points, fall.below.len()))
            .collect();
        let expected = [
            (at(10 * DAY), points(3_000), 0),
            // Three points are 3.0 for as long as any of the last tenth is left.
            (at(11 * DAY), points(2_900), 1),
            (at(20 * DAY), points(2_000), 0),
            (at(30 * DAY), points(1_000), 0),
            (at(40 * DAY), Points::ZERO, 0),
        ];
        assert_eq!(told, expected);
        assert_eq!(outlook.falls[1].below[0].0, Kind::Mute);
        let (first, last) = (outlook.line[0], *outlook.line.last().unwrap());
        assert_eq!(
            (first, last),
            ((at(0), points(4_000)), (at(40 * DAY), Points::ZERO))
        );
        assert!(
            outlook
                .line
                .windows(2)
                .all(|two| two[0].0 < two[1].0 && two[0].1 >= two[1].1)
        );
    }

    #[test]
    fn what_lapses_at_once_falls_at_once() {
        let mut scene = Scene::new(Policy {
            decay: Decay::Expiry { after: 10 * DAY },
            duplicate_window: 0,
            ..Policy::default()
        });
        scene.act(Kind::Warn, None);
        scene.wait(DAY).act(Kind::Mute, Some(60));
        let outlook = outlook(&scene, 2 * DAY);
        let told: Vec<_> = outlook.falls.iter().map(|fall| (fall.at, fall.points)).collect();
        assert!(told.contains(&(at(10 * DAY), points(2_000))), "{told:?}");
        assert_eq!(told.last(), Some(&(at(11 * DAY), Points::ZERO)));
        assert!(outlook.line.contains(&(at(10 * DAY - 1), points(3_000))));
        assert!(outlook.line.contains(&(at(10 * DAY), points(2_000))));
    }

    #[test]
    fn nothing_is_told_where_nothing_is_or_falls() {
        assert_eq!(outlook(&Scene::plain(), 5), Outlook::default());
        let mut scene = Scene::new(Policy {
            decay: Decay::None {},
            duplicate_window: 0,
            ..Policy::default()
        });
        scene.act(Kind::Warn, None);
        let outlook = outlook(&scene, 0);
        assert_eq!(outlook.falls, []);
        assert!(outlook.line.iter().all(|(_, left)| *left == points(1_000)));
    }

    #[test]
    fn of_many_points_only_some_are_told() {
        let told = levels(Points::from_millis(10_000_000));
        assert!(told.len() <= 13 && told[0] == Points::ZERO, "{}", told.len());
        let some = levels(points(2_000));
        assert_eq!(some, [Points::ZERO, points(1_000)]);
        assert_eq!(levels(points(500)), [Points::ZERO]);
    }
}
