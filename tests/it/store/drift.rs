//! What was observed on platforms: judged in a batch, kept, listed where it differs, and missed in snapshots.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use tribune::domain::act::{Command, Situation};
use tribune::domain::directive::{Effect, Wanted, Wish};
use tribune::domain::drift::{Difference, Observation, Open, Seen, Sight, Spot};
use tribune::domain::id::DriftId;
use tribune::domain::identity::NativeId;
use tribune::domain::kind::Kind;
use tribune::domain::refusal::Refusal;
use tribune::ports::answer::Answer;
use tribune::ports::clock::Clock as _;
use tribune::ports::directives::{Announce, DirectiveFilter};
use tribune::ports::directory::{Change, Link};
use tribune::ports::drift::{Differing, DriftFilter, Looked, Snapshot};
use tribune::ports::ledger::{Judge, Noted, Ruling, Submission, Watched};

use super::judge::{Announcer, Simple};
use super::world::{
    World, act, changed, command, done, everything, link, mute, not_found, page, person, uuid,
};
use crate::support::store::TestStore;

/// What is present differs; what somebody did is healed, and what is ours is adopted. What is older than what is known does nothing.
struct Watching;

impl Judge for Watching {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        Simple.judge(situation, submission)
    }

    fn observe(&self, situation: &Situation<'_>, watched: Watched<'_>, submission: &Submission) -> Noted {
        let Command::Observe(observation) = &submission.command else {
            panic!("{submission:?} is no observation")
        };
        let Observation { spot, sight, .. } = &**observation;
        let is_old = watched.seen.is_some_and(|seen| sight.at < seen.sight.at);
        let seen = Seen {
            spot: spot.clone(),
            sight: sight.clone(),
            sources: observation.source.clone().into_iter().collect(),
            by: observation.by.clone(),
            ours: observation.ours,
            heals: 1,
            healed_at: Some(situation.now),
            drift: sight.present.then(|| Open {
                id: DriftId(uuid()),
                difference: Difference::Imposed,
                since: situation.now,
            }),
        };
        let heal = observation.by.is_some().then_some(Wish {
            effect: spot.effect,
            wanted: Wanted::Lifted,
            case: None,
        });
        let adopted = observation.ours.then(|| {
            let home = super::world::Home {
                tenant: submission.tenant,
                community: submission.community,
                key: observation.key,
            };
            let ban = act(home, submission.member.clone(), Kind::Ban, None, "adopted");
            Simple.judge(situation, &ban).unwrap()
        });
        let said = [
            (is_old, "old"),
            (watched.unknown, "unknown"),
            (watched.said.is_some(), "said"),
        ];
        let words: Vec<_> = said.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        Noted {
            seen: (!is_old).then_some(seen),
            heal: heal.filter(|_| !is_old),
            adopted: adopted.filter(|_| !is_old),
            events: Vec::new(),
            answer: Answer {
                body: String::new(),
                tag: words.join(" "),
            },
        }
    }
}

/// A community with two spaces.
async fn linked(store: TestStore) -> World {
    let world = World::new(store).await;
    for space in ["annex", "guild"] {
        let add = Change::AddLink {
            community: world.home.community,
            link: link(space),
        };
        changed(world.apply(world.home.tenant, add).await);
    }
    world
}

impl World {
    /// An observation in the guild, by the clock.
    fn saw(&self, name: &str, effect: Effect, present: bool) -> Observation {
        let Link { platform, space } = link("guild");
        Observation {
            spot: Spot {
                platform,
                space,
                effect,
                member: NativeId::parse(name).unwrap(),
            },
            sight: Sight {
                present,
                until: None,
                capabilities: BTreeSet::new(),
                at: self.clock.now(),
            },
            source: Some("event".to_owned()),
            by: None,
            ours: false,
            key: self.home.key,
        }
    }

    /// Hands observations in as one batch; says the tags of what came of them.
    async fn observe(&self, all: Vec<Observation>) -> Vec<String> {
        let batch: Vec<_> = all
            .into_iter()
            .map(|one| {
                let member = person(one.spot.member.as_str());
                command(self.home, member, Command::Observe(Box::new(one)))
            })
            .collect();
        let replies = self.store.decide(&batch, &Watching).await;
        replies.into_iter().map(|reply| done(reply).tag).collect()
    }

    async fn drifts(&self, filter: &DriftFilter) -> Vec<Differing> {
        let (tenant, community) = (self.home.tenant, self.home.community);
        let found = self.store.drifts(tenant, community, filter, everything()).await;
        found.unwrap()
    }

    /// Where there are directives, and whether they hold.
    async fn said(&self) -> Vec<(String, bool)> {
        let filter = DirectiveFilter::default();
        let all = self
            .store
            .directives(self.home.tenant, &filter, everything())
            .await;
        let brief = |d: tribune::domain::directive::Directive| {
            (d.space.as_str().to_owned(), d.wish.wanted != Wanted::Lifted)
        };
        all.unwrap().into_iter().map(brief).collect()
    }

    /// All who are missing in a snapshot of bans, looked for one at a time.
    async fn missing(&self, at: DateTime<Utc>) -> Vec<String> {
        let Link { platform, space } = link("guild");
        let snapshot = Snapshot {
            platform,
            space,
            effect: Effect::Ban,
            at,
        };
        let home = (self.home.tenant, self.home.community);
        let (mut names, mut from) = (BTreeSet::new(), Some(Looked::Seen(None)));
        while let Some(looked) = from {
            let (found, next) = self.store.missing(home, &snapshot, looked, 1).await.unwrap();
            names.extend(found.into_iter().map(|id| id.as_str().to_owned()));
            from = next;
        }
        names.into_iter().collect()
    }
}

fn names(all: &[Differing]) -> Vec<&str> {
    all.iter().map(|one| one.seen.spot.member.as_str()).collect()
}

on_every_store! {
    /// The latest is kept, and what differs is listed with what is on record; nobody is made known for it.
    async fn what_differs_is_listed(store) {
        let world = linked(store).await;
        world.case(mute(world.home, "ann", 60)).await;
        let saw = |name: &str, effect| world.saw(name, effect, true);
        let all = vec![saw("ann", Effect::Mute), saw("bob", Effect::Ban), saw("cat", Effect::Ban)];
        assert_eq!(world.observe(all.clone()).await, ["said", "unknown", "unknown"]);
        let nobody = world.store.user(world.home.tenant, &person("bob")).await;
        not_found(nobody, "user");
        let listed = world.drifts(&DriftFilter::default()).await;
        assert_eq!(names(&listed), ["cat", "bob", "ann"]);
        let (cat, ann) = (&listed[0], &listed[2]);
        assert_eq!((cat.user, cat.sanctions.len(), &cat.said), (None, 0, &None));
        assert!(ann.user.is_some() && ann.sanctions.len() == 1 && ann.said.is_some());
        assert_eq!((&ann.seen.sight, &ann.seen.sources[..], ann.seen.heals), (&all[0].sight, &["event".to_owned()][..], 1));
        let bans = DriftFilter { effect: Some(Effect::Ban), space: Some(NativeId::parse("guild").unwrap()), ..DriftFilter::default() };
        assert_eq!(names(&world.drifts(&bans).await), ["cat", "bob"]);
        let elsewhere = DriftFilter { space: Some(NativeId::parse("annex").unwrap()), ..DriftFilter::default() };
        assert_eq!(names(&world.drifts(&elsewhere).await), Vec::<&str>::new());
        let home = world.home;
        let first = world.store.drifts(home.tenant, home.community, &bans, page(None, 1)).await.unwrap();
        let after = first[0].seen.drift.unwrap().id;
        let second = world.store.drifts(home.tenant, home.community, &bans, page(Some(after), 1)).await.unwrap();
        assert_eq!((names(&first), names(&second)), (vec!["cat"], vec!["bob"]));
        world.observe(vec![world.saw("cat", Effect::Ban, false)]).await;
        assert_eq!(names(&world.drifts(&bans).await), ["bob"]);
        let other = world.another_home().await;
        not_found(world.store.drifts(other.tenant, home.community, &bans, everything()).await, "community");
    }

    /// Within a batch each sees what those before it left, and the same is so after it.
    async fn each_observation_sees_the_ones_before(store) {
        let world = linked(store).await;
        let new = world.saw("ann", Effect::Ban, true);
        let mut old = world.saw("ann", Effect::Ban, false);
        old.sight.at -= TimeDelta::seconds(1);
        assert_eq!(world.observe(vec![new.clone(), old.clone()]).await, ["unknown", "old unknown"]);
        assert_eq!(world.observe(vec![old]).await, ["old unknown"]);
        let listed = world.drifts(&DriftFilter::default()).await;
        assert_eq!((names(&listed), &listed[0].seen.sight), (vec!["ann"], &new.sight));
    }

    /// What is said once more is said there alone; what is adopted, everywhere else.
    async fn directives_go_where_they_are_needed(store) {
        let world = linked(store).await;
        let mut undone = world.saw("ann", Effect::Ban, true);
        undone.by = Some(NativeId::parse("9").unwrap());
        world.observe(vec![undone]).await;
        assert_eq!(world.said().await, [("guild".to_owned(), false)]);
        assert!(world.store.user(world.home.tenant, &person("ann")).await.is_ok(), "something is done about them");
        let mut adopted = world.saw("bob", Effect::Ban, true);
        adopted.ours = true;
        world.observe(vec![adopted]).await;
        assert_eq!(world.said().await, [("annex".to_owned(), true), ("guild".to_owned(), false)]);
        assert_eq!(world.cases(world.home).await.len(), 1);
    }

    /// Missing is who was seen, or is to be banned, and was not seen since.
    async fn who_is_missing_is_found(store) {
        let world = linked(store).await;
        for name in ["ann", "bob"] {
            world.case(act(world.home, person(name), Kind::Ban, None, name)).await;
        }
        world.case(mute(world.home, "dot", 60)).await;
        world.observe(vec![world.saw("cat", Effect::Ban, true), world.saw("eve", Effect::Ban, false), world.saw("fox", Effect::Mute, true)]).await;
        world.clock.advance(60);
        let at = world.clock.now();
        assert_eq!(world.missing(at).await, ["ann", "bob", "cat"]);
        world.observe(vec![world.saw("ann", Effect::Ban, true), world.saw("cat", Effect::Ban, false)]).await;
        assert_eq!(world.missing(at).await, ["bob"]);
        let drop = Change::RemoveLink { community: world.home.community, link: link("guild") };
        changed(world.apply(world.home.tenant, drop).await);
        assert_eq!(names(&world.drifts(&DriftFilter::default()).await), Vec::<&str>::new(), "what was observed goes with the link");
    }
}
