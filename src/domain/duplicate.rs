//! Two moderators at once: recognising that an act was just recorded already.

use super::act::{Act, Recent};
use super::actor::Actor;
use super::case::Particulars;
use super::kind::Kind;
use super::time::Instant;
use sha2::{Digest, Sha256};

/// How many of a member's last acts are compared. An act further back is no duplicate, even within the window.
pub const REMEMBERED: usize = 32;

/// The number of the earlier case that makes this act a duplicate: the same kind within the window, by another actor, or by
/// the same actor with the same evidence (without evidence: the same reason).
#[must_use]
pub fn winner(recent: &[Recent], act: &Act, actor: &Actor, at: Instant, window: i64) -> Option<i64> {
    if act.allow_duplicate || window == 0 || !can_repeat(act.kind()) {
        return None;
    }
    let (actor, likeness) = (actor.to_string(), likeness(&act.particulars));
    recent
        .iter()
        .filter(|r| r.kind == act.kind() && at.seconds() - r.at.seconds() < window)
        .find(|r| r.actor != actor || r.likeness == likeness)
        .map(|r| r.case)
}

/// Remembers an accepted act, and forgets the oldest beyond [`REMEMBERED`] as well as what has left the window.
#[must_use]
pub fn remember(
    recent: &[Recent],
    act: &Act,
    actor: &Actor,
    at: Instant,
    case: i64,
    window: i64,
) -> Vec<Recent> {
    let mut kept: Vec<Recent> = recent
        .iter()
        .filter(|r| at.seconds() - r.at.seconds() < window)
        .cloned()
        .collect();
    if can_repeat(act.kind()) {
        let likeness = likeness(&act.particulars);
        kept.push(Recent {
            kind: act.kind(),
            at,
            case,
            actor: actor.to_string(),
            likeness,
        });
    }
    let surplus = kept.len().saturating_sub(REMEMBERED);
    kept.split_off(surplus)
}

/// Whether a second act of this kind can be the first one once more. Remarks, lifts and deletions add up.
const fn can_repeat(kind: Kind) -> bool {
    !matches!(kind, Kind::Note | Kind::DeleteMessages) && kind.lifts().is_none()
}

/// A hash of the evidence, in any order, or of the reason when there is none.
fn likeness(particulars: &Particulars) -> u64 {
    let mut hasher = Sha256::new();
    let mut evidence: Vec<&str> = particulars.evidence.iter().map(String::as_str).collect();
    evidence.sort_unstable();
    for link in &evidence {
        hasher.update(link.as_bytes());
        hasher.update([0]);
    }
    if evidence.is_empty() {
        hasher.update([1]);
        hasher.update(particulars.reason.as_deref().unwrap_or_default().as_bytes());
    }
    let digest = hasher.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::act::Detail;
    use super::*;
    use crate::domain::id::{KeyId, UserId};
    use uuid::Uuid;

    fn moderator(n: u128) -> Actor {
        Actor::Human {
            user: UserId(Uuid::from_u128(n)),
            identity: None,
            key: Some(KeyId(Uuid::nil())),
            asserted: None,
        }
    }

    fn warn(reason: &str, evidence: &[&str]) -> Act {
        let evidence = evidence.iter().map(|s| (*s).to_owned()).collect();
        let particulars = Particulars {
            reason: Some(reason.into()),
            evidence,
            ..Particulars::default()
        };
        Act::new(Kind::Warn, Detail::default(), particulars).unwrap()
    }

    fn at(seconds: i64) -> Instant {
        Instant::new(1_000 + seconds).unwrap()
    }

    #[test]
    fn another_moderator_within_the_window_is_a_duplicate_whatever_the_reason() {
        let recent = remember(&[], &warn("spam", &[]), &moderator(1), at(0), 7, 30);
        assert_eq!(
            winner(&recent, &warn("ads", &[]), &moderator(2), at(29), 30),
            Some(7)
        );
        assert_eq!(
            winner(&recent, &warn("ads", &[]), &moderator(2), at(30), 30),
            None,
            "the window is over"
        );
        assert_eq!(
            winner(&recent, &warn("ads", &[]), &moderator(2), at(29), 0),
            None,
            "the check is off"
        );
    }

    #[test]
    fn the_same_moderator_repeats_only_with_the_same_evidence_or_reason() {
        let recent = remember(&[], &warn("spam", &["x", "y"]), &moderator(1), at(0), 7, 30);
        assert_eq!(
            winner(&recent, &warn("other", &["y", "x"]), &moderator(1), at(1), 30),
            Some(7)
        );
        assert_eq!(
            winner(&recent, &warn("spam", &["z"]), &moderator(1), at(1), 30),
            None
        );
        let plain = remember(&[], &warn("spam", &[]), &moderator(1), at(0), 7, 30);
        assert_eq!(
            winner(&plain, &warn("spam", &[]), &moderator(1), at(1), 30),
            Some(7)
        );
        assert_eq!(
            winner(&plain, &warn("flood", &[]), &moderator(1), at(1), 30),
            None
        );
    }

    #[test]
    fn notes_and_allowed_duplicates_pass() {
        let recent = remember(&[], &warn("spam", &[]), &moderator(1), at(0), 7, 30);
        let mut allowed = warn("spam", &[]);
        allowed.allow_duplicate = true;
        assert_eq!(winner(&recent, &allowed, &moderator(1), at(1), 30), None);
        for kind in [Kind::Note, Kind::Unmute, Kind::Unrestrict, Kind::Unban] {
            let act = Act::new(kind, Detail::default(), Particulars::default()).unwrap();
            assert!(
                remember(&[], &act, &moderator(1), at(0), 1, 30).is_empty(),
                "{kind:?}"
            );
        }
        let kick = Act::new(Kind::Kick, Detail::default(), Particulars::default()).unwrap();
        assert_eq!(
            winner(&recent, &kick, &moderator(2), at(1), 30),
            None,
            "another kind"
        );
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_latest() {
        let mut recent = Vec::new();
        for n in 0..40 {
            recent = remember(&recent, &warn(&n.to_string(), &[]), &moderator(1), at(0), n, 30);
        }
        assert_eq!(recent.len(), REMEMBERED);
        assert_eq!(recent.last().map(|r| r.case), Some(39));
    }
}
