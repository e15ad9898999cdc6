//! Tests of what members are told, on values.

use super::*;
use crate::domain::actor::Rule;
use crate::domain::appeal::{About, Barred, Decision, Outcome, Rules, State};
use crate::domain::case::Particulars;
use crate::domain::id::{AppealId, CommunityId, KeyId, SanctionId, UserId};
use crate::domain::kind::Restriction;
use crate::domain::name::Name;
use crate::domain::standing::Standing;
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

/// What is said of a case that may be appealed.
fn said(audience: &Audience, case: &Case, own_words: Option<&str>) -> String {
    let eligibility = Eligibility {
        barrier: None,
        until: None,
        left: 3,
    };
    let appealing = Appealing {
        eligibility: &eligibility,
        own_words,
        has_page: false,
    };
    act(audience, case, &appealing)
}

#[test]
fn a_ban_for_a_time_is_told_with_its_facts() {
    let said = said(
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
    let first = |audience: &Audience| said(audience, &ban, None).lines().next().unwrap().to_owned();
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
        said(&audience(None, None), &muted, None)
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
    let told = said(
        &audience(None, None),
        &restricted,
        Some("Write to appeals@example.com"),
    );
    assert!(told.starts_with(
        "You have been restricted in Rust Cologne. This is taken away: links, media.\nIt has no end date."
    ));
    assert!(told.ends_with("Case #12. Write to appeals@example.com"), "{told}");
}

#[test]
fn what_holds_while_points_are_high_says_so() {
    let mut muted = case(Kind::Mute, person(), None);
    if let Some(sanction) = &mut muted.started {
        sanction.while_above = Some(Points::from_millis(3_000));
    }
    assert!(
        said(&audience(None, None), &muted, None).contains("It lasts as long as you have 3 points or more.")
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
            let told = said(&to, &case(kind, person(), None), None);
            assert!(
                !told.contains("notice-") && told.contains("Rust Cologne"),
                "{told}"
            );
        }
    }
}

#[test]
fn a_long_reason_is_cut_between_letters() {
    let mut warned = case(Kind::Warn, person(), None);
    warned.particulars.reason = Some("ä".repeat(2_000));
    let told = said(&audience(None, None), &warned, None);
    assert_eq!(told.matches('ä').count(), LONGEST_REASON);
    assert!(told.contains("ä…\n") && told.chars().count() < 1_500);
}

#[test]
fn what_cannot_be_appealed_is_said_to_be_so() {
    let rules = Rules {
        wait: 3_600,
        window: Some(86_400),
        except_kinds: [Kind::Warn].into(),
        ..Rules::default()
    };
    let last = |kind: Kind, language: Language| {
        let case = case(kind, person(), None);
        let eligibility = Eligibility::of(&rules, &case, &[], case.recorded_at);
        let appealing = Appealing {
            eligibility: &eligibility,
            own_words: None,
            has_page: true,
        };
        let told = act(&audience(Some(language), None), &case, &appealing);
        told.split_once("It adds 2.5 points.\n")
            .map_or_else(|| told.clone(), |(_, last)| last.to_owned())
    };
    assert_eq!(
        last(Kind::Warn, Language::En),
        "By the rules of Rust Cologne case #12 cannot be appealed."
    );
    assert_eq!(
        last(Kind::Ban, Language::En),
        "If you think that this is wrong, you can appeal on your page about case #12.\n\
         You can appeal from 28 November 2026, 13:00 UTC on.\nYou can appeal until 29 November 2026, 12:00 UTC."
    );
    assert!(!last(Kind::Unban, Language::En).contains("appeal"));
    for language in Language::ALL {
        for kind in [Kind::Warn, Kind::Ban] {
            let told = last(kind, language);
            assert!(told.contains("#12") && !told.contains("notice-"), "{told}");
        }
    }
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
    assert_eq!(super::appeal(&audience(None, None), (&appeal, None), None), None);
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
            split: false,
        });
        let told = super::appeal(&audience(None, None), (&appeal, None), None).unwrap();
        let whole = format!(
            "Your appeal of case #1234 in Rust Cologne has been decided: {said}.\nReason: The log shows it"
        );
        assert_eq!(told, whole);
    }
}

#[test]
fn a_decision_says_what_it_comes_to() {
    let mut appeal = Appeal {
        id: AppealId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        case: 12,
        user: UserId(Uuid::nil()),
        stored: State::Closed,
        created_at: DateTime::UNIX_EPOCH,
        ended_at: None,
        lifted_at: None,
        about: About::default(),
    };
    let decision = |outcome, split| Decision {
        outcome,
        by: person(),
        at: DateTime::UNIX_EPOCH,
        reason: "Too long".into(),
        exception: false,
        split,
    };
    let mut standing = Standing {
        at: Instant::from_utc(DateTime::UNIX_EPOCH).unwrap(),
        policy_version: 1,
        points: Points::ZERO,
        exact: Points::ZERO,
        paused: None,
        clear_at: None,
        drops: vec![],
        latched: vec![],
        restrictions: vec![],
        sanctions: vec![],
    };
    let told = |appeal: &Appeal, reduced: Option<&Case>, standing: &Standing| {
        let came_to = CameTo { reduced, standing };
        let told = super::appeal(&audience(None, None), (appeal, Some(&came_to)), None).unwrap();
        told.split_once('\n').unwrap().1.to_owned()
    };
    appeal.about.decision = Some(decision(Outcome::Reduce, false));
    let case = case(Kind::Tempban, person(), Some(24));
    assert_eq!(
        told(&appeal, Some(&case), &standing),
        "Its restriction is over.\nIt counts 2.5 points now.\nReason: Too long"
    );
    standing.sanctions.extend(case.started.clone());
    assert_eq!(
        told(&appeal, Some(&case), &standing),
        "It lasts 1 day, until 29 November 2026, 12:00 UTC.\nIt counts 2.5 points now.\nReason: Too long"
    );
    appeal.about.decision = Some(decision(Outcome::Void, false));
    standing.sanctions[0].case = 9;
    assert_eq!(
        told(&appeal, None, &standing),
        "What follows from other cases goes on.\nReason: Too long"
    );
    standing.sanctions.clear();
    appeal.about.decision = Some(decision(Outcome::Uphold, true));
    assert_eq!(
        told(&appeal, None, &standing),
        "The reviewers did not agree on a change."
    );
}

#[test]
fn what_a_reviewer_asks_or_refuses_is_told_in_every_language() {
    let mut about = Appeal {
        id: AppealId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        case: 12,
        user: UserId(Uuid::nil()),
        stored: State::NeedsInfo,
        created_at: DateTime::UNIX_EPOCH,
        ended_at: None,
        lifted_at: None,
        about: About::default(),
    };
    let asked = Asked {
        at: DateTime::UNIX_EPOCH,
        by: person(),
        text: "Who else was there?".into(),
        until: DateTime::from_timestamp(1_795_867_200, 0).unwrap(),
        answered_at: None,
    };
    assert_eq!(
        super::appeal(&audience(None, None), (&about, None), Some(&asked)).unwrap(),
        "Whoever reviews your appeal of case #12 in Rust Cologne asks you something. You can answer until 28 November 2026, 12:00 UTC.\n\
         Question: Who else was there?"
    );
    for language in Language::ALL {
        let told = super::appeal(&audience(Some(language), None), (&about, None), Some(&asked)).unwrap();
        assert!(
            told.ends_with("Who else was there?") && !told.contains("notice-"),
            "{told}"
        );
    }
    about.about.barred = Some(Barred {
        at: DateTime::UNIX_EPOCH,
        by: person(),
        reason: "The fifth one".into(),
    });
    for language in Language::ALL {
        let told = super::appeal(&audience(Some(language), None), (&about, None), None).unwrap();
        assert!(
            told.contains("#12") && told.ends_with("The fifth one") && !told.contains("notice-"),
            "{told}"
        );
    }
}
