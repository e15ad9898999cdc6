//! Idempotency keys: claimed with the effect, answered the same for ever.

use tribune::domain::id::UserId;
use tribune::domain::kind::Kind;
use tribune::domain::refusal::Refusal;
use tribune::ports::directory::{Applied, Change};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{PersonRef, Reply, Submission};

use super::judge::REFUSED;
use super::world::{
    Home, World, act, changed, claim, done, everything, link, person, uuid, warn, with_claim,
};

fn refused(home: Home) -> Submission {
    act(home, person("ann"), Kind::Warn, None, REFUSED)
}

on_every_store! {
    /// A repeat gets the first answer and does nothing.
    async fn a_repeat_gets_the_first_answer(store) {
        let world = World::new(store).await;
        let call = with_claim(warn(world.home, "ann"), "k", 1);
        let answer = done(world.decide(call.clone()).await);
        for _ in 0..2 {
            assert_eq!(world.decide(call.clone()).await.unwrap(), Reply::Replayed(answer.clone()));
        }
        assert_eq!(world.cases(world.home).await.len(), 1);
        assert_eq!(world.events(world.home.tenant).await.len(), 3);
    }

    /// The key with another body is refused, whatever the body says.
    async fn another_body_is_refused(store) {
        let world = World::new(store).await;
        done(world.decide(with_claim(warn(world.home, "ann"), "k", 1)).await);
        let other = with_claim(warn(world.home, "bob"), "k", 2);
        assert_eq!(world.decide(other).await.unwrap(), Reply::KeyReused);
        assert_eq!(world.cases(world.home).await.len(), 1);
    }

    /// Keys belong to a tenant.
    async fn keys_of_tenants_are_apart(store) {
        let world = World::new(store).await;
        let other = world.another_home().await;
        let mine = done(world.decide(with_claim(warn(world.home, "ann"), "k", 1)).await);
        let theirs = done(world.decide(with_claim(warn(other, "ann"), "k", 2)).await);
        assert_ne!(mine, theirs);
    }

    /// What was refused, or named what does not exist, may be corrected under the same key.
    async fn what_was_not_done_gives_the_key_back(store) {
        let world = World::new(store).await;
        let refusal = with_claim(refused(world.home), "k", 1);
        assert_eq!(world.decide(refusal).await.unwrap(), Reply::Refused(Refusal::OneSelf));
        let nobody = PersonRef::User(UserId(uuid()));
        let absent = with_claim(act(world.home, nobody, Kind::Warn, None, "x"), "k", 2);
        assert!(matches!(world.decide(absent).await, Err(StoreError::NotFound("user"))));
        done(world.decide(with_claim(warn(world.home, "ann"), "k", 3)).await);
    }

    /// The same, when a neighbour in the batch is accepted and the transaction commits.
    async fn a_refusal_beside_an_act_gives_its_key_back(store) {
        let world = World::new(store).await;
        let nobody = PersonRef::User(UserId(uuid()));
        let batch = [
            with_claim(refused(world.home), "refused", 1),
            with_claim(warn(world.home, "ann"), "done", 2),
            with_claim(act(world.home, nobody, Kind::Warn, None, "x"), "absent", 3),
        ];
        let replies = world.decide_all(&batch).await;
        assert_eq!(replies[0].as_ref().unwrap(), &Reply::Refused(Refusal::OneSelf));
        assert!(matches!(replies[1], Ok(Reply::Done(_))));
        assert!(matches!(replies[2], Err(StoreError::NotFound("user"))));
        done(world.decide(with_claim(warn(world.home, "ann"), "refused", 8)).await);
        done(world.decide(with_claim(warn(world.home, "ann"), "absent", 9)).await);
        let again = world.decide(with_claim(warn(world.home, "ann"), "done", 2)).await;
        assert!(matches!(again, Ok(Reply::Replayed(_))), "{again:?}");
    }

    /// Equal keys in one batch: the first that is done answers for all.
    async fn equal_keys_in_a_batch(store) {
        let world = World::new(store).await;
        let batch = [
            with_claim(refused(world.home), "k", 1),
            with_claim(warn(world.home, "ann"), "k", 2),
            with_claim(warn(world.home, "ann"), "k", 2),
            with_claim(warn(world.home, "bob"), "k", 3),
        ];
        let mut replies = world.decide_all(&batch).await.into_iter().map(Result::unwrap);
        assert_eq!(replies.next().unwrap(), Reply::Refused(Refusal::OneSelf));
        let Some(Reply::Done(answer)) = replies.next() else { panic!("the second is done") };
        assert_eq!(replies.next().unwrap(), Reply::Replayed(answer.clone()));
        assert_eq!(replies.next().unwrap(), Reply::KeyReused);
        let again = with_claim(warn(world.home, "ann"), "k", 2);
        assert_eq!(world.decide(again).await.unwrap(), Reply::Replayed(answer));
        assert_eq!(world.cases(world.home).await.len(), 1);
    }

    /// The same key at the same time, from many callers: one does it, all get its answer.
    async fn one_of_many_at_once_does_it(store) {
        let world = World::new(store).await;
        let call = with_claim(warn(world.home, "ann"), "k", 1);
        let calls = (0..8).map(|_| world.decide(call.clone()));
        let replies = futures_util::future::join_all(calls).await;
        let mut answers = replies.iter().map(|reply| match reply {
            Ok(Reply::Done(answer) | Reply::Replayed(answer)) => answer,
            other => panic!("{other:?}"),
        });
        let first = answers.next().unwrap();
        assert!(answers.all(|answer| answer == first));
        let firsts = replies.iter().filter(|reply| matches!(reply, Ok(Reply::Done(_)))).count();
        assert_eq!((firsts, world.cases(world.home).await.len()), (1, 1));
    }

    /// Changes of the directory keep the same rules.
    async fn changes_are_claimed_too(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let add = |space| Change::AddLink { community: world.home.community, link: link(space) };
        let answer = changed(world.order(tenant, add("a"), Some(claim("k", 1))).await);
        let again = world.order(tenant, add("a"), Some(claim("k", 1))).await.unwrap();
        assert_eq!(again, Applied::Replayed(answer));
        let reused = world.order(tenant, add("b"), Some(claim("k", 2))).await.unwrap();
        assert_eq!(reused, Applied::KeyReused);

        let conflict = world.order(tenant, add("a"), Some(claim("l", 1))).await.unwrap();
        assert!(matches!(conflict, Applied::Conflict(_)));
        changed(world.order(tenant, add("b"), Some(claim("l", 2))).await);
        let absent = Change::UpdateUser { id: UserId(uuid()), name: Some(None), language: None };
        assert!(world.order(tenant, absent, Some(claim("m", 1))).await.is_err());
        changed(world.order(tenant, add("c"), Some(claim("m", 2))).await);
    }

    /// Acts and changes claim the same keys.
    async fn acts_and_changes_share_keys(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let add = Change::AddLink { community: world.home.community, link: link("a") };
        let answer = changed(world.order(tenant, add.clone(), Some(claim("k", 1))).await);
        let act = with_claim(warn(world.home, "ann"), "k", 2);
        assert_eq!(world.decide(act).await.unwrap(), Reply::KeyReused);
        // With the same fingerprint it would be the same call: the answer is given whatever it was of.
        let act = with_claim(warn(world.home, "ann"), "k", 1);
        assert_eq!(world.decide(act).await.unwrap(), Reply::Replayed(answer));

        let done = done(world.decide(with_claim(warn(world.home, "ann"), "l", 1)).await);
        assert_eq!(world.order(tenant, add.clone(), Some(claim("l", 1))).await.unwrap(), Applied::Replayed(done));
        assert_eq!(world.order(tenant, add, Some(claim("l", 2))).await.unwrap(), Applied::KeyReused);
    }

    /// A refused act by somebody unknown leaves nobody behind.
    async fn a_refusal_makes_nobody(store) {
        let world = World::new(store).await;
        let mut submission = act(world.home, person("ann"), Kind::Warn, None, REFUSED);
        submission.actor = crate::store::world::human(world.home, "stranger");
        world.decide(submission.clone()).await.unwrap();
        let users = async || world.store.users(world.home.tenant, everything()).await.unwrap().len();
        assert_eq!(users().await, 0);
        world.decide_all(&[submission, warn(world.home, "bob")]).await;
        assert_eq!(users().await, 1, "only bob");
    }
}
