//! Stand-ins for the domain: rulings and renderings simple enough to foresee.

use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeSet;
use tribune::domain::act::{Command, Entry, Recent, Situation};
use tribune::domain::actor::{Acting, Actor, Target};
use tribune::domain::appeal::Appeal;
use tribune::domain::case::{Case, Ended, Particulars};
use tribune::domain::directive::Directive;
use tribune::domain::id::{CommunityId, SanctionId};
use tribune::domain::kind::Kind;
use tribune::domain::member::Member;
use tribune::domain::notice::Notice;
use tribune::domain::points::Points;
use tribune::domain::policy::Policy;
use tribune::domain::rank::Rank;
use tribune::domain::refusal::Refusal;
use tribune::domain::sanction::{Ending, Sanction};
use tribune::domain::time::{Instant, Span};
use tribune::ports::answer::{Answer, NewEvent};
use tribune::ports::directives::Announce;
use tribune::ports::directory::{Changed, PolicyChange, PolicyNews, Render, Rendered};
use tribune::ports::ledger::{Judge, Ruling, Submission};

use super::world::{Home, sanction_of};

/// An act with this reason is refused.
pub(crate) const REFUSED: &str = "refuse this";
/// An act with this reason comes to rows that the database does not take: a second sanction with the id of the first case's.
pub(crate) const POISON: &str = "poison";

/// Points by the kind's weight, a sanction where the kind starts one, and no rule beyond.
pub(crate) struct Simple;

/// Says of a directive where it is and how it stands.
pub(crate) struct Announcer;

impl Announce for Announcer {
    fn announce(&self, directive: &Directive, now: DateTime<Utc>) -> NewEvent {
        NewEvent {
            kind: "directive",
            community: Some(directive.community),
            user: Some(directive.user),
            at: now,
            data: json!({"space": directive.space.as_str(), "state": directive.state.name()}).to_string(),
        }
    }

    fn notice(&self, notice: &Notice, now: DateTime<Utc>) -> NewEvent {
        NewEvent {
            kind: "notice",
            community: Some(notice.community),
            user: Some(notice.user),
            at: now,
            data: json!({"case": notice.case, "state": notice.state.name()}).to_string(),
        }
    }
}

impl Judge for Simple {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let home = Home {
            tenant: submission.tenant,
            community: submission.community,
            key: tribune::domain::id::KeyId(uuid::Uuid::nil()),
        };
        match &submission.command {
            Command::Act(act) => {
                let reason = act.particulars.reason.as_deref();
                if reason == Some(REFUSED) {
                    return Err(Refusal::OneSelf);
                }
                let mut case = blank(situation, act.kind(), act.particulars.clone());
                case.points = Points::from_millis(act.kind().default_weight_millis());
                case.duration = act.detail().duration;
                if let Some(restriction) = act.kind().restricts() {
                    let number = if reason == Some(POISON) { 1 } else { case.number };
                    case.started = Some(Sanction {
                        id: sanction_of(home, number),
                        kind: act.kind(),
                        restriction,
                        start: case.at,
                        end: act.detail().duration.map(|span: Span| case.at.after(span)),
                        version: 1,
                        case: case.number,
                        named: act.particulars.named.clone(),
                        capabilities: act.detail().capabilities.clone(),
                        while_above: None,
                        over: false,
                    });
                }
                if let Some(restriction) = act.kind().lifts() {
                    let open = situation.member.sanctions.iter();
                    let ids = open.filter(|s| s.restriction == restriction).map(|s| s.id);
                    case.ended = ended(&ids.collect::<Vec<_>>(), Ending::Lifted, case.at);
                }
                Ok(ruling(situation, submission, Some(case)))
            }
            Command::Lift {
                sanction,
                particulars,
            } => {
                let open = situation.member.sanctions.iter().find(|s| s.id == *sanction);
                let kind = open.ok_or(Refusal::SanctionNotActive)?.restriction.lifted_by();
                let mut case = blank(situation, kind, particulars.clone());
                case.ended = ended(&[*sanction], Ending::Lifted, case.at);
                Ok(ruling(situation, submission, Some(case)))
            }
            Command::Expire { sanction, version } => {
                let mut open = situation.member.sanctions.iter();
                let open = open.find(|s| s.id == *sanction && s.version == *version);
                let case = open.map(|open| {
                    let mut case = blank(situation, open.restriction.lifted_by(), Particulars::default());
                    case.ended = ended(&[*sanction], Ending::Expired, open.end.unwrap_or(case.at));
                    case
                });
                Ok(ruling(situation, submission, case))
            }
            _ => Ok(ruling(situation, submission, None)),
        }
    }
}

fn ended(ids: &[SanctionId], how: Ending, at: Instant) -> Vec<Ended> {
    ids.iter().map(|id| Ended { id: *id, how, at }).collect()
}

fn blank(situation: &Situation<'_>, kind: Kind, particulars: Particulars) -> Case {
    Case {
        number: situation.next_case,
        user: situation.target.user,
        kind,
        actor: situation.acting.actor.clone(),
        at: Instant::from_utc(situation.now).unwrap(),
        recorded_at: situation.now,
        points: Points::ZERO,
        policy_version: situation
            .timeline
            .in_force(Instant::from_utc(situation.now).unwrap())
            .version,
        causes: vec![],
        duration: None,
        capabilities: BTreeSet::new(),
        started: None,
        ended: vec![],
        rungs: vec![],
        particulars,
        revision: 0,
        voided: None,
        reduced: None,
        released: None,
        origin: None,
        upheld: false,
        replaces: None,
    }
}

fn ruling(situation: &Situation<'_>, submission: &Submission, case: Option<Case>) -> Ruling {
    let mut member = situation.member.clone();
    let mut recent = situation.recent.to_vec();
    let mut entries = vec![];
    let mut events = vec![];
    let mut tag = String::new();
    if let Some(case) = case {
        add(&mut member, &case);
        recent.push(Recent {
            kind: case.kind,
            at: case.at,
            case: case.number,
            actor: case.actor.to_string(),
            likeness: 0,
        });
        recent.drain(..recent.len().saturating_sub(3));
        events.push(NewEvent {
            kind: "case.created",
            community: Some(submission.community),
            user: Some(case.user),
            at: case.recorded_at,
            data: json!({"number": case.number}).to_string(),
        });
        tag = case.number.to_string();
        entries.push(Entry {
            // A note is a case that changes nothing in the ledger.
            after: (case.kind != Kind::Note).then(|| member.clone()),
            case,
        });
    }
    let body = json!({
        "tag": tag,
        "user": situation.target.user.to_string(),
        "actor": situation.acting.actor.to_string(),
        "balance": member.ledger.balance.units(),
        "rank": situation.acting.authority.rank.name(),
        "protected": situation.target.protected,
    });
    Ruling {
        moved: vec![],
        entries,
        member,
        recent,
        events,
        held: None,
        answer: Answer {
            body: body.to_string(),
            tag,
        },
    }
}

/// What a case does to a member here: its points add up, `clock` counts cases, sanctions come and go.
pub(crate) fn add(member: &mut Member, case: &Case) {
    if case.kind == Kind::Note {
        return;
    }
    member.ledger.as_of = Some(case.at);
    member.ledger.clock += 1;
    member.ledger.balance = member.ledger.balance.plus(case.points);
    member.sanctions.extend(case.started.clone());
    let gone: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
    member.remove(&gone);
}

/// What is answered with where it is.
fn stands(
    kind: &'static str,
    community: CommunityId,
    state: &str,
) -> (&'static str, Option<CommunityId>, String) {
    (kind, Some(community), state.to_owned())
}

/// Says where an appeal is.
pub(crate) fn tell_appeal(appeal: &Appeal, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        kind: "appeal.moot",
        community: Some(appeal.community),
        user: Some(appeal.user),
        at: now,
        data: "{}".to_owned(),
    }
}

/// Answers with the debug text of what was changed, one event each; a case's reason takes a moderator.
pub(crate) struct Plain;

/// What has become of a policy.
fn policy_news(change: &PolicyChange) -> &'static str {
    match change.news.last() {
        Some((PolicyNews::Scheduled, _)) => "policy.scheduled",
        Some((PolicyNews::Withdrawn, _)) => "policy.withdrawn",
        Some((PolicyNews::Activated, _)) => "policy.activated",
        None => "policy.unchanged",
    }
}

impl Render for Plain {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn render(&self, changed: &Changed, by: &Actor, now: DateTime<Utc>) -> Rendered {
        let (kind, community, tag) = match changed {
            Changed::Tenant(tenant, _) => ("tenant.created", None, tenant.id.to_string()),
            Changed::OtherTenant(tenant) => ("tenant.changed", None, tenant.id.to_string()),
            Changed::Key(key) => ("key.changed", None, key.id.to_string()),
            Changed::Community(community) => {
                ("community.changed", Some(community.id), community.id.to_string())
            }
            Changed::Policy(change) => (
                policy_news(change),
                Some(change.community),
                change.record.version.version.to_string(),
            ),
            Changed::Limit(record) => ("limit.changed", record.community, record.version.to_string()),
            Changed::User(user) => ("user.changed", None, user.id.to_string()),
            Changed::Member(community, profile) => {
                ("member.changed", Some(*community), profile.user.id.to_string())
            }
            Changed::Case(community, case) => ("case.changed", Some(*community), case.revision.to_string()),
            Changed::Notice(read) => ("notice.changed", Some(read.0.community), read.0.id.to_string()),
            Changed::Directive(directive) | Changed::Observed(directive, _) | Changed::Told(directive, _) => {
                (
                    "directive.changed",
                    Some(directive.community),
                    directive.state.name().to_owned(),
                )
            }
            Changed::Schedule(schedule) => {
                stands("schedule.changed", schedule.community, schedule.state.name())
            }
            Changed::Appeal(appeal) | Changed::AppealMoved(appeal, _) => {
                stands("appeal.changed", appeal.community, appeal.stored.name())
            }
            Changed::AppealLink(link) => ("appeal_link.changed", Some(link.community), link.id.to_string()),
            Changed::Flow(record) => ("flow.changed", None, record.flow.version().to_string()),
            Changed::Conversation(talked) => {
                let session = &talked.session;
                stands("conversation.changed", session.community, session.state.as_str())
            }
            Changed::Webhook(changed) => ("webhook.changed", None, changed.webhook.id.to_string()),
            Changed::Merged(merged) => ("user.merged", None, merged.merge.id.to_string()),
            Changed::Parted(parted) => ("user.split", None, parted.merge.id.to_string()),
            Changed::Same(there) => {
                let mut same = self.render(there, by, now);
                same.events.clear();
                return same;
            }
        };
        Rendered {
            answer: Answer {
                body: json!({"changed": format!("{changed:?}"), "by": by.to_string()}).to_string(),
                tag,
            },
            events: vec![NewEvent {
                kind,
                community,
                user: None,
                at: now,
                data: "{}".into(),
            }],
        }
    }

    fn may_edit(&self, case: &Case, target: &Target, acting: &Acting, _: &Policy) -> Result<(), Refusal> {
        assert_eq!(case.user, target.user);
        if acting.authority.rank >= Rank::Moderator {
            Ok(())
        } else {
            Err(Refusal::RankTooLow {
                kind: case.kind,
                least: Rank::Moderator,
                rank: acting.authority.rank,
            })
        }
    }
}
