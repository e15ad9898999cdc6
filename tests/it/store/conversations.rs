//! Flows and conversations: versions written once, one that runs in a place, time that leads on once, rows that go with whoever they are about.

use std::collections::BTreeMap;

use tribune::domain::conversation::{Flow, FlowName, Session, Shipped, shipped};
use tribune::domain::id::{AppealId, ConversationId, MergeId, UserId};
use tribune::domain::name::Name;
use tribune::ports::clock::Clock as _;
use tribune::ports::conversations::{
    ConversationChange, ConversationFilter, ConversationStep, Fresh, MOST_FLOWS, NewFlow, Starting,
};
use tribune::ports::directory::{Applied, Change, Conflict};
use tribune::ports::error::StoreError;

use super::world::{Home, World, changed, everything, not_found, page, person, uuid};

/// A shipped flow that waits for words, as it is, and as a tenant's own.
fn enter_code() -> Flow {
    let name = FlowName::parse(Shipped::EnterCode.name()).unwrap();
    shipped(&name).unwrap().clone()
}

impl World {
    async fn begin(
        &self,
        home: Home,
        name: &str,
        channel: &str,
    ) -> (ConversationId, Result<Applied, StoreError>) {
        let id = ConversationId(uuid());
        let starting = Starting {
            id,
            flow: enter_code(),
            person: person(name),
            channel: channel.to_owned(),
            data: BTreeMap::new(),
            questions: Vec::new(),
            fresh: Fresh {
                user: UserId(uuid()),
                appeal: AppealId(uuid()),
                merge: MergeId(uuid()),
                code: [1; 32],
                entered: None,
                key: home.key,
            },
        };
        let what = ConversationStep::Start(Box::new(starting));
        (id, self.say(home, what).await)
    }

    async fn say(&self, home: Home, what: ConversationStep) -> Result<Applied, StoreError> {
        let community = home.community;
        let change = Change::Conversation(Box::new(ConversationChange { community, what }));
        self.apply(home.tenant, change).await
    }

    async fn talks(&self, filter: ConversationFilter) -> Vec<ConversationId> {
        let (tenant, community) = (self.home.tenant, self.home.community);
        let found = self
            .store
            .conversations(tenant, community, filter, everything())
            .await;
        found.unwrap().iter().map(|(session, _)| session.id).collect()
    }

    async fn standing_in(&self, id: ConversationId) -> Session {
        let found = self
            .store
            .conversation(self.home.tenant, self.home.community, id)
            .await;
        found.unwrap().0
    }
}

on_every_store! {
    /// One runs in a place; what is read is what was written; lists narrow down and go on from where they were.
    async fn one_conversation_runs_in_a_place(store) {
        let world = World::new(store).await;
        let home = world.home;
        let (first, begun) = world.begin(home, "ann", "a").await;
        changed(begun);
        let (_, again) = world.begin(home, "ann", "a").await;
        assert!(matches!(again, Ok(Applied::Conflict(Conflict::ConversationRunning(id))) if id == first), "{again:?}");
        let (second, begun) = world.begin(home, "ann", "b").await;
        changed(begun);
        let (third, begun) = world.begin(home, "bob", "a").await;
        changed(begun);
        let read = world.standing_in(first).await;
        assert_eq!((read.state.as_str(), read.step, read.channel.as_str(), read.created_at), ("enter", 1, "a", world.clock.now()));
        assert_eq!(read.link.named.as_deref(), Some("discord:ann"));
        assert_eq!(world.talks(ConversationFilter::default()).await, [third, second, first]);
        let of_ann = ConversationFilter { user: Some(read.user), running: None };
        assert_eq!(world.talks(of_ann).await, [second, first]);
        changed(world.say(home, ConversationStep::Cancel(second)).await);
        let running = ConversationFilter { running: Some(true), ..of_ann };
        assert_eq!(world.talks(running).await, [first]);
        let over = ConversationFilter { running: Some(false), user: None };
        assert_eq!(world.talks(over).await, [second]);
        let rest = world.store.conversations(home.tenant, home.community, ConversationFilter::default(), page(Some(third), 1)).await;
        assert_eq!(rest.unwrap().iter().map(|(session, _)| session.id).collect::<Vec<_>>(), [second]);
        let other = world.another_home().await;
        not_found(world.store.conversation(other.tenant, home.community, first).await, "conversation");
        not_found(world.say(other, ConversationStep::Cancel(first)).await, "conversation");
        not_found(world.begin(Home { community: home.community, ..other }, "ann", "a").await.1, "community");
    }

    /// Time leads on once, whoever writes it down, and what is due comes in the order of its time.
    async fn time_leads_a_conversation_on_once(store) {
        let world = World::new(store).await;
        assert_eq!(world.store.next_conversation().await.unwrap(), None);
        let (first, begun) = world.begin(world.home, "ann", "a").await;
        changed(begun);
        world.clock.advance(5);
        let (second, begun) = world.begin(world.home, "bob", "a").await;
        changed(begun);
        assert_eq!(world.store.next_conversation().await.unwrap(), world.standing_in(first).await.due_at());
        world.clock.advance(600);
        let due = world.store.due_conversations(10).await.unwrap();
        assert_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [first, second]);
        let both = tokio::join!(world.say(world.home, ConversationStep::Pass(first)), world.say(world.home, ConversationStep::Pass(first)));
        changed(both.0);
        changed(both.1);
        let over = world.standing_in(first).await;
        assert_eq!((over.state.as_str(), over.ended.map(|ended| ended.at)), ("late", Some(over.created_at + chrono::TimeDelta::seconds(600))));
        assert_eq!(world.store.due_conversations(10).await.unwrap().len(), 1);
    }

    /// A person who is erased takes their conversations along.
    async fn an_erasure_takes_conversations_along(store) {
        let world = World::new(store).await;
        for name in ["ann", "bob"] {
            changed(world.begin(world.home, name, "a").await.1);
        }
        let all = world.talks(ConversationFilter::default()).await;
        let ann = world.standing_in(all[1]).await.user;
        changed(world.apply(world.home.tenant, Change::EraseUser(ann)).await);
        assert_eq!(world.talks(ConversationFilter::default()).await, all[..1]);
    }

    /// Versions of a flow are written once, each after the one that was seen, and a tenant has so many flows.
    async fn versions_of_flows_are_written_once(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let put = async |name: &str, expected| {
            let name = Name::new(name).unwrap();
            let mut draft = enter_code().draft().clone();
            draft.states.retain(|state| state.name.as_str() == "late");
            draft.start = Name::new("late").unwrap();
            draft.forgets.clear();
            let flow = tribune::domain::conversation::check(name.into(), draft).unwrap();
            let new = NewFlow { name, expected, flow, comment: Some("why".to_owned()) };
            world.apply(tenant, Change::PutFlow(Box::new(new))).await
        };
        not_found(put("a", Some(1)).await, "flow");
        changed(put("a", None).await);
        assert!(matches!(put("a", None).await, Ok(Applied::Conflict(Conflict::Unseen(1)))));
        let both = tokio::join!(put("a", Some(1)), put("a", Some(1)));
        let lost = [both.0, both.1].into_iter().filter(|put| matches!(put, Ok(Applied::Conflict(Conflict::Stale(2))))).count();
        assert_eq!(lost, 1);
        let name = FlowName::parse("a").unwrap();
        let newest = world.store.flow(tenant, &name, None).await.unwrap();
        assert_eq!((newest.flow.version(), newest.comment.as_deref()), (2, Some("why")));
        assert_eq!(world.store.flow(tenant, &name, Some(1)).await.unwrap().flow.version(), 1);
        not_found(world.store.flow(tenant, &name, Some(3)).await, "flow");
        let versions = world.store.flow_versions(tenant, &name, page(Some(2), 5)).await.unwrap();
        assert_eq!(versions.iter().map(|record| record.flow.version()).collect::<Vec<_>>(), [1]);
        for number in 1..MOST_FLOWS {
            changed(put(&format!("f{number:03}"), None).await);
        }
        assert!(matches!(put("b", None).await, Ok(Applied::Conflict(Conflict::TooManyFlows))));
        let names = world.store.flows(tenant, page(Some(name), 2)).await.unwrap();
        assert_eq!(names.iter().map(|record| record.flow.name().to_string()).collect::<Vec<_>>(), ["f001", "f002"]);
        let other = world.another_home().await;
        assert!(world.store.flows(other.tenant, everything()).await.unwrap().is_empty());
    }
}
