//! What is looked at after each step of a random history.

use super::Play;
use crate::store::retold::{Book, Told, alike};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tribune::domain::case::Case;
use tribune::domain::id::{CommunityId, UserId};
use tribune::domain::standing::standing;
use tribune::domain::time::Instant;
use tribune::ports::record::{CaseFilter, EventFilter};
use tribune::service::{After, PersonRef};

/// The communities of an answer. Sanctions that only this made, or would make, are without their ids there, which are drawn anew each time.
pub(super) fn communities(answer: &Value, before: &[Book]) -> Value {
    let started = |book: &Book| -> Vec<String> {
        let cases = book.cases.values();
        cases
            .filter_map(|(case, _)| case.started.as_ref())
            .map(|sanction| sanction.id.to_string())
            .collect()
    };
    let known: BTreeSet<String> = before.iter().flat_map(started).collect();
    let mut communities = answer["communities"].clone();
    for member in communities.as_array_mut().unwrap() {
        for side in ["into", "from", "merged"] {
            let sanctions = member[side]["sanctions"].as_array_mut().unwrap().iter_mut();
            for sanction in sanctions.filter(|s| !known.contains(s["id"].as_str().unwrap())) {
                sanction["id"] = Value::Null;
            }
        }
    }
    communities
}

impl Play {
    pub(super) async fn nothing_happened(&self, books: &[Book]) {
        for before in books {
            assert_eq!(*before, self.book(before.community).await, "after a dry run");
        }
    }

    /// What a merge or a split says that somebody has in each community is what they have.
    pub(super) async fn check_holdings(&self, answer: &Value, side: &str, user: UserId) {
        for member in answer["communities"].as_array().unwrap() {
            let community = CommunityId::parse(member["community"].as_str().unwrap()).unwrap();
            let person = PersonRef::User(user);
            let has = self
                .service
                .standing(&self.caller, community, &person, None)
                .await
                .unwrap();
            let told = &member[side];
            assert_eq!(
                told["exact_units"], has.exact_units,
                "the points that are told of {side}"
            );
            let told: BTreeSet<&str> = told["sanctions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s["id"].as_str().unwrap())
                .collect();
            let has: BTreeSet<&str> = has.sanctions.iter().map(|s| s.id.as_str()).collect();
            assert_eq!(told, has, "the sanctions that are told of {side}");
        }
    }

    /// Everybody has what they had, and the record is what it was.
    pub(super) async fn is_as_it_was(&self, before: &Book) {
        let after = self.book(before.community).await;
        let cases =
            |book: &Book| -> Vec<Case> { book.cases.values().map(|(case, _)| case.clone()).collect() };
        assert_eq!(
            cases(&after),
            cases(before),
            "the cases after a merge and its undoing"
        );
        for user in self.people.everybody() {
            let past = Told::of(before, &self.people, user).past;
            let settled = [before, &after].map(|book| {
                let mut member = book.member(user);
                if member.ledger.as_of.is_some() {
                    member.settle(&book.timeline, &past, self.now());
                }
                member
            });
            alike(
                &settled[1],
                &settled[0],
                self.now(),
                &format!("of {user}, merged and parted"),
            );
        }
    }

    /// Of the cases that counted before a split, only escalations have fallen, and only those that it tells of.
    pub(super) async fn only_what_was_caused_fell(&self, before: &Book, told: &Value) {
        let after = self.book(before.community).await;
        let community = before.community.to_string();
        let members = told["communities"].as_array().unwrap().iter();
        let told: BTreeSet<i64> = members
            .filter(|member| member["community"] == community.as_str())
            .flat_map(|member| {
                member["voided"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_i64().unwrap())
            })
            .collect();
        let mut fell = BTreeSet::new();
        for (number, (was, _)) in &before.cases {
            let is = &after.cases[number].0;
            assert!(is.points <= was.points);
            if is.voided.is_some() && was.voided.is_none() {
                assert!(!was.causes.is_empty(), "case {number} is nobody's escalation");
                fell.insert(*number);
            }
        }
        assert_eq!(fell, told, "the cases that fell");
    }

    /// Every record is what it comes to, and one of them reads so by whatever name it is asked for.
    pub(super) async fn check(&mut self) {
        let books = self.books().await;
        for book in &books {
            book.check(&self.people, self.now());
        }
        let book = &books[1 + self.dice.below(2)];
        self.check_lists(book).await;
        for user in self.people.everybody() {
            self.check_standing(book, user).await;
        }
    }

    /// The cases of somebody, by whatever name, read a few at a time, are all theirs and only theirs.
    async fn check_lists(&mut self, book: &Book) {
        for user in self.people.known.values() {
            let filter = CaseFilter {
                user: Some(*user),
                ..CaseFilter::default()
            };
            let (limit, mut after, mut listed) =
                (1 + u32::try_from(self.dice.below(9)).unwrap(), None, Vec::new());
            loop {
                let page = After { after, limit };
                let cases = self
                    .store
                    .cases(self.caller.tenant, book.community, &filter, page)
                    .await
                    .unwrap();
                let Some(last) = cases.last() else { break };
                after = Some(last.number);
                listed.extend(cases.iter().map(|case| (case.at, case.number)));
            }
            let one = self.people.present(*user);
            let theirs = book.cases.values().map(|(case, _)| case);
            let theirs = theirs.filter(|case| self.people.present(case.user) == one);
            let mut theirs: Vec<_> = theirs.map(|case| (case.at, case.number)).collect();
            theirs.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(listed, theirs, "the cases of {user}");
        }
    }

    /// Somebody's standing at moments to come and gone is that of their history as told, and the explanation adds up to it.
    async fn check_standing(&mut self, book: &Book, user: UserId) {
        let person = PersonRef::User(user);
        let ahead = i64::try_from(self.dice.below(20 * 86_400)).unwrap();
        let last = book.member(user).ledger.as_of;
        let at = last
            .map_or(self.now(), |last| last.max(self.now()))
            .shifted(ahead);
        let told = Told::of(book, &self.people, user);
        let shown = self
            .service
            .standing(&self.caller, book.community, &person, Some(at))
            .await
            .unwrap();
        let expected = standing(&book.timeline, &told.member, &told.past, at);
        let drops: Vec<_> = shown
            .drops
            .iter()
            .map(|d| d.at.map(|at| at.0.timestamp()))
            .collect();
        let due: Vec<_> = expected
            .drops
            .iter()
            .map(|d| d.at.map(Instant::seconds))
            .collect();
        assert_eq!(
            shown.exact_units,
            expected.exact.units().to_string(),
            "points of {user} in {ahead} s"
        );
        assert_eq!(drops, due, "drops of {user} in {ahead} s");
        let clear = (
            shown.clear_at.map(|at| at.0.timestamp()),
            expected.clear_at.map(Instant::seconds),
        );
        assert_eq!(clear.0, clear.1, "when {user} is clear");
        let explained = self
            .service
            .explanation(&self.caller, book.community, &person, Some(at))
            .await
            .unwrap();
        let units = |text: &str| text.parse::<i64>().unwrap();
        let terms: i64 = explained.terms.iter().map(|term| units(&term.left_units)).sum();
        let carried = explained.carried.map_or(0, |carried| units(&carried.left_units));
        assert!(explained.complete);
        assert_eq!(
            terms + carried,
            expected.exact.units(),
            "the explanation for {user} in {ahead} s"
        );
    }

    /// Time goes by until nothing is due any more: every sanction with an end is over on record then, whoever it went with.
    pub(super) async fn end(&mut self) {
        self.clock.advance(400 * 86_400);
        loop {
            let due = self.store.lease_due(100, Duration::ZERO).await.unwrap();
            if due.is_empty() {
                break;
            }
            for timer in due {
                self.service.expire(&timer).await.unwrap();
            }
        }
        self.check().await;
        for book in self.books().await {
            for user in self.people.everybody() {
                let held = book.member(user).sanctions.into_iter();
                let ended = held
                    .filter(|sanction| !sanction.over && sanction.end.is_some_and(|end| end <= self.now()));
                assert_eq!(
                    ended.collect::<Vec<_>>(),
                    [],
                    "the sanctions of {user} whose end nobody wrote down"
                );
            }
        }
        self.check_log().await;
    }

    /// The log has no gaps, and each case once.
    async fn check_log(&self) {
        let (mut positions, mut created) = (Vec::new(), BTreeMap::new());
        loop {
            let page = After {
                after: positions.last().copied(),
                limit: 500,
            };
            let log = self
                .store
                .events(self.caller.tenant, &EventFilter::default(), page)
                .await
                .unwrap();
            if log.events.is_empty() {
                break;
            }
            for event in log.events {
                positions.push(event.position);
                if event.kind == wire::event::types::CASE_CREATED {
                    let data: Value = serde_json::from_str(&event.data).unwrap();
                    let place = (event.community.unwrap(), data["case"]["number"].as_i64().unwrap());
                    *created.entry(place).or_insert(0) += 1;
                }
            }
        }
        let all: Vec<i64> = (1..=i64::try_from(positions.len()).unwrap()).collect();
        assert_eq!(positions, all, "positions of the log");
        let books = self.books().await;
        let cases = books
            .iter()
            .flat_map(|book| book.cases.keys().map(|number| ((book.community, *number), 1)));
        assert_eq!(created, cases.collect(), "cases in the log");
    }
}
