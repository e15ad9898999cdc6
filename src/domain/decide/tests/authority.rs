//! Who may end what, and which acts are never the same one twice.

use super::super::super::actor::Acting;
use super::super::super::rank::{Authority, Rank};
use super::*;

fn with_rank(rank: Rank) -> Acting {
    Acting {
        authority: Authority::of(rank),
        ..moderator(1)
    }
}

/// A member with a mute, where mutes take a moderator and lifting them an admin.
fn muted() -> Scene {
    let mut policy = repeating(Policy::default());
    policy.least_rank.insert(Kind::Unmute, Rank::Admin);
    let mut scene = Scene::new(policy);
    scene.act(Kind::Mute, None);
    scene
}

#[test]
fn every_way_to_end_a_sanction_takes_the_rank_of_its_lift() {
    let id = muted().member.sanctions[0].id;
    let unmute = Act::new(Kind::Unmute, Detail::default(), Particulars::default()).unwrap();
    let shorter = Detail {
        duration: Span::new(60).ok(),
        supersedes: Some(id),
        ..Detail::default()
    };
    let shorter = Act::new(Kind::Mute, shorter, Particulars::default()).unwrap();
    let lift = Command::Lift {
        sanction: id,
        particulars: Particulars::default(),
    };
    for command in [Command::Act(unmute), Command::Act(shorter), lift] {
        let mut scene = muted();
        let refused = scene.submit(&with_rank(Rank::Moderator), &command).unwrap_err();
        let least = Rank::Admin;
        assert!(
            matches!(refused, Refusal::RankTooLow { kind: Kind::Unmute, least: l, .. } if l == least),
            "{command:?}: {refused:?}"
        );
        assert_eq!(scene.until(Restriction::Mute), Some(None));
        scene.submit(&with_rank(Rank::Admin), &command).unwrap();
        assert_ne!(scene.until(Restriction::Mute), Some(None));
    }
}

#[test]
fn a_lift_ends_all_of_its_kind_and_nothing_else() {
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(DAY));
    scene.act(Kind::Ban, None);
    scene.act(Kind::Mute, None);
    let links = Detail {
        capabilities: [Name::new("links").unwrap()].into(),
        ..Detail::default()
    };
    let restrict = Act::new(Kind::Restrict, links, Particulars::default()).unwrap();
    scene.submit(&moderator(1), &Command::Act(restrict)).unwrap();
    for (lift, ended, left) in [
        (Kind::Unban, 2, [None, Some(None), Some(None)]),
        (Kind::Unrestrict, 1, [None, Some(None), None]),
        (Kind::Unmute, 1, [None, None, None]),
    ] {
        assert_eq!(scene.act(lift, None), [lift]);
        assert_eq!(scene.history.last().map(|e| e.case.ended.len()), Some(ended));
        let now = [Restriction::Ban, Restriction::Mute, Restriction::Restrict].map(|r| scene.until(r));
        assert_eq!(now, left, "{lift:?}");
    }
}

#[test]
fn lifts_and_escalations_are_never_duplicates() {
    let mut scene = Scene::new(Policy::default());
    let by = |scene: &mut Scene, who: u128, kind: Kind, reason: &str| {
        let said = Particulars {
            reason: Some(reason.into()),
            ..Particulars::default()
        };
        let act = Act::new(kind, Detail::default(), said).unwrap();
        scene
            .submit(&moderator(who), &Command::Act(act))
            .map(|d| d.entries.len())
    };
    for (reason, cases) in [("a", 1), ("b", 1), ("c", 2)] {
        assert_eq!(by(&mut scene, 1, Kind::Warn, reason), Ok(cases));
    }
    assert_eq!(
        by(&mut scene, 2, Kind::Mute, "x"),
        Ok(1),
        "the rung's mute is nobody's"
    );
    assert_eq!(
        by(&mut scene, 3, Kind::Mute, "y"),
        Err(Refusal::Duplicate { winner: 5 })
    );
    scene.wait(20);
    assert_eq!(by(&mut scene, 3, Kind::Unmute, "z"), Ok(1));
    scene.wait(10);
    assert_eq!(by(&mut scene, 1, Kind::Mute, "x"), Ok(1), "the window is over");
    assert_eq!(
        by(&mut scene, 2, Kind::Unmute, "z"),
        Ok(1),
        "10 s after another moderator's"
    );
    // Within the window of 30 s a rung acts although a moderator just did the same.
    let mut scene = Scene::new(Policy::default());
    for reason in ["a", "b"] {
        by(&mut scene, 1, Kind::Warn, reason).unwrap();
    }
    let short = Act::new(
        Kind::Mute,
        Detail::lasting(Span::new(1).ok()),
        Particulars::default(),
    )
    .unwrap();
    scene.submit(&moderator(2), &Command::Act(short)).unwrap();
    assert_eq!(scene.history.last().map(|e| e.case.kind), Some(Kind::Mute));
    assert!(
        scene.history.last().is_some_and(|e| e.case.depth() == 1),
        "{:?}",
        marks(&scene)
    );
}
