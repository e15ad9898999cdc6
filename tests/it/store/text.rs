//! Whatever people write comes back as they wrote it, and numbers keep every digit.

use tribune::domain::act::Situation;
use tribune::domain::kind::Kind;
use tribune::domain::points::Points;
use tribune::domain::refusal::Refusal;
use tribune::domain::time::Instant;
use tribune::ports::answer::{Answer, NewEvent};
use tribune::ports::directives::Announce;
use tribune::ports::directory::Change;
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{Judge, PersonRef, Reply, Ruling, Submission};

use super::judge::{Announcer, Simple};
use super::world::{World, act, changed, claim, person, uuid, warn};

const TEXTS: &[&str] = &[
    "",
    " ",
    "'; DROP TABLE cases; --",
    "\"\\\"\\u0041\\",
    "a\nb\tc\r\u{1}\u{7f}",
    "ä ß ﬁ e\u{301}",
    "日本語 العربية",
    "👩‍👩‍👧 🏴‍☠️ \u{1f595}",
    "𝕿𝖗𝖎𝖇𝖚𝖓𝖊 \u{10ffff}",
    "\u{202e}txt.exe",
    "{\"a\": [null, 1e400]}",
    "%s %00 \\0 \\x00",
];

/// Rulings with the largest and smallest numbers that rows can hold.
struct Extreme;

impl Judge for Extreme {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let mut ruling = Simple.judge(situation, submission)?;
        let entry = &mut ruling.entries[0];
        entry.case.points = Points::from_units(i64::MAX);
        entry.case.at = Instant::new(i64::MAX).unwrap_or(Instant::new(0).unwrap().shifted(i64::MAX));
        entry.case.policy_version = i32::MAX;
        entry.case.causes = vec![i64::MIN, i64::MAX];
        ruling.member.ledger.balance = Points::from_units(i64::MAX);
        ruling.member.ledger.clock = i64::MIN;
        entry.after = Some(ruling.member.clone());
        Ok(ruling)
    }
}

/// Answers and events with text in every place that takes some.
struct Wordy(&'static str);

impl Judge for Wordy {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let mut ruling = Simple.judge(situation, submission)?;
        let data = serde_json::json!({"text": self.0}).to_string();
        ruling.events.push(NewEvent {
            kind: "text",
            community: None,
            user: None,
            at: situation.now,
            data,
        });
        ruling.answer = Answer {
            body: self.0.to_owned(),
            tag: self.0.to_owned(),
        };
        Ok(ruling)
    }
}

on_every_store! {
    /// Reasons, names, keys, answers and events.
    async fn text_comes_back_as_written(store) {
        let world = World::new(store).await;
        let home = world.home;
        for text in TEXTS {
            let number = world.case(act(home, person("ann"), Kind::Warn, None, text)).await;
            let case = world.store.case(home.tenant, home.community, number).await.unwrap();
            assert_eq!(case.particulars.reason.as_deref(), Some(*text));
            let ann = world.user("ann").await;
            let rename = Change::UpdateUser { id: ann, name: Some(Some((*text).to_owned())), language: None };
            changed(world.apply(home.tenant, rename).await);
            let user = world.store.user(home.tenant, &PersonRef::User(ann)).await.unwrap();
            assert_eq!(user.name.as_deref(), Some(*text));
            let reason = Change::ChangeReason {
                community: home.community, number, expected: 0, reason: Some((*text).to_owned()),
            };
            changed(world.apply(home.tenant, reason).await);
            let kept = world.store.revisions(home.tenant, home.community, number).await.unwrap();
            assert_eq!(kept[0].reason.as_deref(), Some(*text));

            let mut submission = warn(home, "ann");
            submission.claim = Some(claim(&format!("key {text} {}", uuid()), 255));
            let mut first = world.store.decide(std::slice::from_ref(&submission), &Wordy(text)).await;
            let Reply::Done(answer) = first.remove(0).unwrap() else { panic!("it is done") };
            let again = world.decide(submission).await.unwrap();
            assert_eq!(again, Reply::Replayed(answer.clone()));
            assert_eq!((answer.body.as_str(), answer.tag.as_str()), (*text, *text));
            let events = world.events(home.tenant).await;
            let event = events.iter().rev().find(|event| event.kind == "text").unwrap();
            let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
            assert_eq!(data["text"], *text);
        }
    }

    /// Points, clocks and versions at the ends of their types.
    async fn numbers_keep_every_digit(store) {
        let world = World::new(store).await;
        let home = world.home;
        let reply = world.store.decide(&[warn(home, "ann")], &Extreme).await.remove(0);
        assert!(matches!(reply, Ok(Reply::Done(_))), "{reply:?}");
        let case = &world.cases(home).await[0];
        assert_eq!(case.points.units(), i64::MAX);
        assert_eq!((case.policy_version, case.causes.as_slice()), (i32::MAX, &[i64::MIN, i64::MAX][..]));
        assert_eq!(case.at, Instant::new(0).unwrap().shifted(i64::MAX));
        let seen = world.store.look(home.tenant, home.community, &person("ann")).await.unwrap();
        assert_eq!(seen.member.ledger.balance.units(), i64::MAX);
        assert_eq!(seen.member.ledger.clock, i64::MIN);
        let state = world.store.state_at(home.tenant, home.community, world.user("ann").await, case.at).await;
        assert_eq!(state.unwrap(), seen.member);
        let terms = world.store.terms(home.tenant, home.community, case.user, case.at, None, 5).await.unwrap();
        assert_eq!(terms.len(), 1);
    }

    /// Microseconds are kept, and nothing finer is invented.
    async fn times_keep_their_microseconds(store) {
        let world = World::new(store).await;
        world.clock.set_micros(1_767_225_600_123_457);
        world.case(warn(world.home, "ann")).await;
        let now = tribune::ports::clock::Clock::now(&*world.clock);
        assert_eq!(world.events(world.home.tenant).await[2].at, now);
        assert_eq!(world.cases(world.home).await[0].recorded_at, now);
        let user = world.store.user(world.home.tenant, &person("ann")).await;
        assert_eq!(user.unwrap().created_at, now);
    }

    /// A page that begins where no page can begin is empty, not an error.
    async fn extreme_cursors_are_harmless(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        let filter = tribune::ports::record::CaseFilter::default();
        for (after, count) in [(i64::MIN, 0), (1, 0), (2, 1), (i64::MAX, 1)] {
            let page = crate::store::world::page(Some(after), 5);
            let found = world.store.cases(home.tenant, home.community, &filter, page).await.unwrap();
            assert_eq!(found.len(), count, "{after}");
        }
        let filter = tribune::ports::record::EventFilter::default();
        let page = crate::store::world::page(Some(i64::MAX), 5);
        let events: Result<_, StoreError> = world.store.events(home.tenant, &filter, page).await;
        assert!(events.unwrap().events.is_empty());
    }
}
