//! Tests of what members are told, on values.

use super::*;
use crate::domain::actor::Rule;
use crate::domain::appeal::{About, Decision, Outcome, State};
use crate::domain::case::Particulars;
use crate::domain::id::{AppealId, CommunityId, KeyId, SanctionId, UserId};
use crate::domain::kind::Restriction;
use crate::domain::name::Name;
use crate::domain::time::{Instant, Span};
use chrono::DateTime;
use uuid::Uuid;

fn audience(language: Option<Language>, spoken: Option<Language>) -> Audience {
    Audience {
        community: CommunityId(Uuid::nil()),
        name: "Rust Cologne".into(),
        spoken,
        language,
    }
}

fn person() -> Actor {
    Actor::Human {
        user: UserId(Uuid::nil()),
        identity: None,
        key: None,
        asserted: None,
    }
}

fn case(kind: Kind, actor: Actor, hours: Option<i64>) -> Case {
    let at = Instant::from_utc(DateTime::from_timestamp(1_795_867_200, 0).unwrap()).unwrap();
    let duration = hours.map(|hours| Span::new(hours * 3_600).unwrap());
    let started = kind.restricts().map(|restriction| Sanction {
        id: SanctionId(Uuid::nil()),
        kind,
        restriction,
        start: at,
        end: duration.map(|span| at.after(span)),
        version: 1,
        case: 12,
        named: None,
        capabilities: if restriction == Restriction::Restrict {
            [Name::new("links").unwrap(), Name::new("media").unwrap()].into()
        } else {
            [].into()
        },
        while_above: None,
        over: false,
    });
    Case {
        number: 12,
        user: UserId(Uuid::nil()),
        kind,
        actor,
        at,
        recorded_at: at.to_utc(),
        points: Points::from_millis(2_500),
        policy_version: 1,
        causes: vec![],
        duration,
        capabilities: [].into(),
        started,
        ended: vec![],
        rungs: vec![],
        particulars: Particulars {
            reason: Some("Posted <b>links</b> @everyone".into()),
            ..Particulars::default()
        },
        revision: 0,
        voided: None,
        reduced: None,
        released: None,
        origin: None,
        upheld: false,
        replaces: None,
    }
}

#[test]
fn a_ban_for_a_time_is_told_with_its_facts() {
    let said = act(
        &audience(None, None),
        &case(Kind::Tempban, person(), Some(36)),
        None,
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "You have been banned from Rust Cologne for a time.",
            "It lasts 1 day, 12 hours, until 30 November 2026, 00:00 UTC.",
            "Reason: Posted <b>links</b> @everyone",
            "A person decided this.",
            "It adds 2.5 points.",
            "If you think that this is wrong, you can appeal: ask the moderators of Rust Cologne to look at case #12 again.",
        ]
    );
}

#[test]
fn it_is_told_in_the_language_of_the_member_or_else_of_the_community() {
    let ban = case(Kind::Ban, person(), None);
    let first = |audience: &Audience| act(audience, &ban, None).lines().next().unwrap().to_owned();
    assert_eq!(
        first(&audience(Some(Language::De), Some(Language::Fr))),
        "Du wurdest aus Rust Cologne ausgeschlossen."
    );
    assert_eq!(
        first(&audience(None, Some(Language::Fr))),
        "Vous avez été banni de Rust Cologne."
    );
    assert_eq!(
        first(&audience(Some(Language::Es), None)),
        "Se te ha bloqueado en Rust Cologne."
    );
}

#[test]
fn automation_is_named() {
    let automod = Actor::Automod {
        rule: Rule::new("no-links").unwrap(),
        version: 3,
        key: KeyId(Uuid::nil()),
    };
    let by = |actor, causes: &[i64]| {
        let mut muted = case(Kind::Mute, actor, Some(1));
        muted.causes = causes.to_vec();
        act(&audience(None, None), &muted, None)
    };
    assert!(by(automod, &[]).contains("This was decided automatically, by the rule no-links."));
    let escalated = by(
        Actor::Escalation {
            rung: "mute-1h".into(),
        },
        &[10, 11],
    );
    assert!(escalated.contains("This follows automatically from case #11, by the community's rules."));
    assert!(
        !escalated.contains("Reason"),
        "what a rung says of itself is English: {escalated}"
    );
    assert!(
        by(
            Actor::Key {
                key: KeyId(Uuid::nil())
            },
            &[]
        )
        .contains("a tool of the community")
    );
}

#[test]
fn a_restriction_says_what_it_takes_away_and_what_a_community_says_of_appeals_is_told() {
    let restricted = case(Kind::Restrict, person(), None);
    let said = act(
        &audience(None, None),
        &restricted,
        Some("Write to appeals@example.com"),
    );
    assert!(said.starts_with(
        "You have been restricted in Rust Cologne. This is taken away: links, media.\nIt has no end date."
    ));
    assert!(said.ends_with("Case #12. Write to appeals@example.com"), "{said}");
}

#[test]
fn what_holds_while_points_are_high_says_so() {
    let mut muted = case(Kind::Mute, person(), None);
    if let Some(sanction) = &mut muted.started {
        sanction.while_above = Some(Points::from_millis(3_000));
    }
    assert!(
        act(&audience(None, None), &muted, None).contains("It lasts as long as you have 3 points or more.")
    );
}

#[test]
fn every_kind_is_told_in_every_language() {
    for language in Language::ALL {
        let to = audience(Some(language), None);
        let kinds = Kind::BUILT_IN
            .into_iter()
            .chain([Kind::named("voice_kick").unwrap()]);
        for kind in kinds {
            let said = act(&to, &case(kind, person(), None), None);
            assert!(
                !said.contains("notice-") && said.contains("Rust Cologne"),
                "{said}"
            );
        }
    }
}

#[test]
fn a_long_reason_is_cut_between_letters() {
    let mut warned = case(Kind::Warn, person(), None);
    warned.particulars.reason = Some("ä".repeat(2_000));
    let said = act(&audience(None, None), &warned, None);
    assert_eq!(said.matches('ä').count(), LONGEST_REASON);
    assert!(said.contains("ä…\n") && said.chars().count() < 1_500);
}

#[test]
fn a_decision_is_told_with_its_reason() {
    let mut appeal = Appeal {
        id: AppealId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        case: 1_234,
        user: UserId(Uuid::nil()),
        stored: State::Closed,
        created_at: DateTime::UNIX_EPOCH,
        ended_at: None,
        lifted_at: None,
        about: About::default(),
    };
    assert_eq!(decision(&audience(None, None), &appeal), None);
    for (outcome, said) in [
        (Outcome::Uphold, "the case stands"),
        (Outcome::Reduce, "the case counts less from now on"),
        (Outcome::Replace, "a milder act takes the place of the case"),
        (Outcome::Void, "the case no longer counts"),
    ] {
        appeal.about.decision = Some(Decision {
            outcome,
            by: person(),
            at: DateTime::UNIX_EPOCH,
            reason: "The log shows it".into(),
            exception: false,
        });
        let told = decision(&audience(None, None), &appeal).unwrap();
        let whole = format!(
            "Your appeal of case #1234 in Rust Cologne has been decided: {said}.\nReason: The log shows it"
        );
        assert_eq!(told, whole);
    }
}
