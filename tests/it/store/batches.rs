//! What a batch is: its commands in order, each over what the earlier ones left, and nothing else.

use tribune::domain::act::Command;
use tribune::domain::case::{Case, Particulars};
use tribune::domain::id::{CommunityId, SanctionId, UserId};
use tribune::domain::kind::Kind;
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{PersonRef, Reply, Submission};
use tribune::ports::record::{SanctionFilter, SanctionRecord};
use uuid::Uuid;

use super::judge::REFUSED;
use super::world::{
    Home, World, act, command, done, everything, human, mute, person, sanction_of, uuid, warn, with_claim,
};

fn field(reply: Result<Reply, StoreError>, name: &str) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(&done(reply).body).unwrap();
    body[name].clone()
}

/// A mixture in which order matters: members, communities, refusals, repeats, and sanctions that start and end.
fn mixture(homes: [Home; 2]) -> Vec<Submission> {
    let mut batch = vec![];
    for round in 0..10_i64 {
        let home = homes[usize::from(round % 3 == 1)];
        let name = ["ann", "bob", "cid"][usize::try_from(round % 3).unwrap()];
        batch.push(warn(home, name));
        batch.push(mute(home, name, 60 + round));
        batch.push(with_claim(warn(home, "ann"), &format!("key {}", round / 2), 1));
        batch.push(act(home, person("new"), Kind::Ban, None, REFUSED));
        if round % 4 == 3 {
            batch.push(act(home, person(name), Kind::Unmute, None, "enough"));
        }
        if round == 6 {
            let lift = Command::Lift {
                sanction: sanction_of(home, 2),
                particulars: Particulars::default(),
            };
            batch.push(command(home, person("ann"), lift));
            batch.push(act(
                home,
                PersonRef::User(UserId(Uuid::nil())),
                Kind::Warn,
                None,
                "nobody",
            ));
        }
        let mut by_human = warn(home, name);
        by_human.actor = human(home, "moderator");
        batch.push(by_human);
    }
    batch
}

/// Everything that a batch leaves, a row a line, with names instead of identifiers.
async fn remains(world: &World, homes: [Home; 2]) -> Vec<String> {
    let mut users = world.store.users(world.home.tenant, everything()).await.unwrap();
    // Their ids are random when they are made at the same time.
    users.sort_by(|a, b| a.identities.cmp(&b.identities));
    let mut names: Vec<_> = users
        .iter()
        .map(|user| (user.id.to_string(), user.identities[0].to_string()))
        .collect();
    let mut lines = vec![format!("{:?}", world.store.next_due().await.unwrap())];
    for (place, home) in homes.into_iter().enumerate() {
        names.push((home.community.to_string(), format!("home {place}")));
        names.push((home.key.to_string(), "key".to_owned()));
        let cases: Vec<Case> = world.cases(home).await;
        for sanction in cases.iter().filter_map(|case| case.started.as_ref()) {
            names.push((sanction.id.to_string(), format!("sanction of {place}")));
        }
        lines.extend(cases.iter().map(|case| format!("{case:?}")));
        let filter = SanctionFilter::default();
        let sanctions = world
            .store
            .sanctions(home.tenant, home.community, &filter, everything())
            .await;
        let sanctions: Vec<SanctionRecord> = sanctions.unwrap();
        lines.extend(sanctions.iter().map(|sanction| format!("{sanction:?}")));
        for user in &users {
            let who = PersonRef::User(user.id);
            let seen = world.store.look(home.tenant, home.community, &who).await.unwrap();
            lines.push(format!("{:?} {:?} {}", seen.member, seen.recent, seen.next_case));
        }
    }
    lines.extend(
        world
            .events(world.home.tenant)
            .await
            .iter()
            .map(|event| format!("{event:?}")),
    );
    for line in &mut lines {
        for (id, name) in &names {
            *line = line.replace(id, name);
        }
    }
    lines
}

async fn run(world: &World, batch_size: usize) -> (Vec<String>, Vec<String>) {
    // A tenant of its own for each way of cutting, so that all start alike.
    let first = world.another_home().await;
    let second = Home {
        community: CommunityId(uuid()),
        ..first
    };
    let world = World {
        store: std::sync::Arc::clone(&world.store),
        clock: std::sync::Arc::clone(&world.clock),
        home: first,
        database: crate::support::store::TestStore::sqlite().await,
    };
    world.make_community(second).await;
    let homes = [first, second];
    let mut replies = vec![];
    for part in mixture(homes).chunks(batch_size) {
        for reply in world.decide_all(part).await {
            replies.push(match reply {
                Ok(Reply::Done(answer)) => format!("done {}", answer.tag),
                Ok(Reply::Replayed(answer)) => format!("replayed {}", answer.tag),
                other => format!("{other:?}"),
            });
        }
    }
    (replies, remains(&world, homes).await)
}

on_every_store! {
    /// How batches are cut changes nothing: answers, cases, sanctions, states and events are the same.
    async fn cutting_changes_nothing(store) {
        let world = World::new(store).await;
        let (replies, left) = run(&world, 1).await;
        assert!(replies.iter().any(|reply| reply.starts_with("replayed")), "{replies:?}");
        for size in [7, 1_000] {
            let (other_replies, other_left) = run(&world, size).await;
            assert_eq!(replies, other_replies, "in batches of {size}");
            assert_eq!(left.len(), other_left.len(), "in batches of {size}");
            for (one, other) in left.iter().zip(&other_left) {
                assert_eq!(one, other, "in batches of {size}");
            }
        }
    }

    /// Each command sees what the earlier ones of its batch left.
    async fn later_commands_see_earlier_ones(store) {
        let world = World::new(store).await;
        let batch: Vec<_> = (0..5).map(|_| warn(world.home, "ann")).collect();
        let replies = world.decide_all(&batch).await;
        let balances: Vec<_> = replies.into_iter().map(|reply| field(reply, "balance")).collect();
        let expected: Vec<_> = (1..=5_i64).map(|n| serde_json::json!(n * 86_400_000)).collect();
        assert_eq!(balances, expected);
    }

    /// A person without a user gets one, and one only, however often and in whatever part the batch names them.
    async fn unknown_persons_are_made_once(store) {
        let world = World::new(store).await;
        let elsewhere = world.another_community().await;
        let mut by_ann = warn(world.home, "bob");
        by_ann.actor = human(world.home, "ann");
        let batch = [warn(world.home, "ann"), by_ann, warn(elsewhere, "ann"), warn(world.home, "ann")];
        let replies = world.decide_all(&batch).await;
        let ann = world.user("ann").await;
        let replies: Vec<_> = replies.into_iter().map(|reply| field(reply, "user")).collect();
        assert_eq!(replies[0], ann.to_string());
        assert_eq!(replies[2], replies[0]);
        assert_eq!(replies[3], replies[0]);
        assert_eq!(world.cases(world.home).await[1].actor.user(), Some(ann));
        assert_eq!(world.store.users(world.home.tenant, everything()).await.unwrap().len(), 2);
        assert!(!ann.0.is_nil() && ann.0.get_version_num() == 7);
    }

    /// By id and by identity it is the same member.
    async fn a_person_by_either_name_is_one_member(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        let ann = PersonRef::User(world.user("ann").await);
        let batch = [act(world.home, ann.clone(), Kind::Warn, None, "x"), warn(world.home, "ann"),
            act(world.home, ann, Kind::Warn, None, "x")];
        let last = world.decide_all(&batch).await.pop().unwrap();
        assert_eq!(field(last, "balance"), 4 * 86_400_000);
    }

    /// What does not exist is not found, for that submission alone.
    async fn absent_things_fail_alone(store) {
        let world = World::new(store).await;
        let nowhere = Home { community: CommunityId(uuid()), ..world.home };
        let nobody = PersonRef::User(UserId(uuid()));
        let mut by_nobody = warn(world.home, "ann");
        by_nobody.actor = tribune::ports::ledger::ActorRef::Human {
            person: nobody.clone(), asserted: None, key: world.home.key,
        };
        let batch = [
            warn(world.home, "ann"), warn(nowhere, "ann"), act(world.home, nobody, Kind::Warn, None, "x"),
            by_nobody, warn(world.home, "bob"),
        ];
        let replies = world.decide_all(&batch).await;
        let said: Vec<_> = replies.iter().map(|reply| match reply {
            Ok(Reply::Done(_)) => "done",
            Err(StoreError::NotFound(what)) => what,
            other => panic!("{other:?}"),
        }).collect();
        assert_eq!(said, ["done", "community", "user", "user", "done"]);
        assert_eq!(world.cases(world.home).await.len(), 2);
    }

    /// A lift of a sanction that the member does not have is the domain's to refuse.
    async fn a_refusal_writes_nothing(store) {
        let world = World::new(store).await;
        let before = world.events(world.home.tenant).await;
        let lift = Command::Lift { sanction: SanctionId(uuid()), particulars: Particulars::default() };
        let reply = world.decide(command(world.home, person("ann"), lift)).await.unwrap();
        assert!(matches!(reply, Reply::Refused(_)));
        assert_eq!(world.events(world.home.tenant).await, before);
        assert!(world.cases(world.home).await.is_empty());
    }

    /// Nothing in, nothing out.
    async fn an_empty_batch_is_answered(store) {
        let world = World::new(store).await;
        assert!(world.decide_all(&[]).await.is_empty());
    }

    /// A human who acts is judged by the rank that the community has stored.
    async fn actors_have_their_stored_rank(store) {
        let world = World::new(store).await;
        let rank = crate::store::members::rank(world.home, "mod", tribune::domain::rank::Rank::Moderator, 1);
        crate::store::world::changed(world.apply(world.home.tenant, rank).await);
        let mut known = warn(world.home, "ann");
        known.actor = human(world.home, "mod");
        let mut stranger = warn(world.home, "ann");
        stranger.actor = human(world.home, "stranger");
        let mut replies = world.decide_all(&[known, stranger]).await.into_iter();
        assert_eq!(field(replies.next().unwrap(), "rank"), "moderator");
        assert_eq!(field(replies.next().unwrap(), "rank"), "member");
    }
}
