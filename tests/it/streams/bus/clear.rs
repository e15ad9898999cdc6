//! What goes: what names an erased person, and what belongs to a deleted community.

use tribune::domain::id::{CommunityId, UserId};
use tribune::ports::bus::{Bus as _, Clears};
use uuid::Uuid;

use super::{Streams, entries, nobody};

#[tokio::test]
async fn what_names_a_person_goes_and_groups_are_told_of_what_they_had_not_acknowledged() {
    let (streams, tenant) = (Streams::private(), nobody());
    let (bus, key) = (streams.bus(), streams.key(&tenant.to_string()));
    let (user, moderator) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let mut all = entries(1..=1_200);
    all[9].user = Some(user);
    all[19].event = format!("{{\"actor\":\"{user}\"}}");
    all[1_099].user = Some(user);
    all[29].user = Some(moderator);
    bus.append(tenant, 0, &all).await.unwrap();
    for group in ["done", "reading", "new"] {
        streams
            .call::<()>(&["XGROUP", "CREATE", &key, group, "0"])
            .unwrap();
    }
    streams
        .call::<()>(&["XGROUP", "SETID", &key, "done", "$"])
        .unwrap();
    streams.take(&key, "reading", "a", 15);
    assert_eq!(bus.clear(tenant, Clears::User(user)).await.unwrap(), 3);
    assert_eq!(bus.clear(tenant, Clears::User(user)).await.unwrap(), 0);
    assert_eq!(streams.ids(&key).len(), 1_197);
    let dead = streams.entries(&streams.dead_key(&tenant.to_string()));
    let mut told: Vec<_> = dead
        .iter()
        .map(|entry| entry.values(["reason", "group", "first", "last", "count"]))
        .collect();
    told.sort_unstable();
    // A page at a time.
    let expected = [
        ["erased", "new", "10-0", "20-0", "2"],
        ["erased", "new", "1100-0", "1100-0", "1"],
        ["erased", "reading", "10-0", "20-0", "2"],
        ["erased", "reading", "1100-0", "1100-0", "1"],
    ];
    assert_eq!(told, expected);
    let pending: Vec<::redis::Value> = streams.call(&["XPENDING", &key, "reading"]).unwrap();
    assert_eq!(
        pending[0],
        ::redis::Value::Int(14),
        "nobody waits for what is gone"
    );
}

#[tokio::test]
async fn what_belongs_to_a_community_goes() {
    let (streams, tenant) = (Streams::private(), nobody());
    let (bus, key) = (streams.bus(), streams.key(&tenant.to_string()));
    let community = CommunityId(Uuid::from_u128(1));
    let mut all = entries(1..=30);
    for entry in all.iter_mut().step_by(3) {
        entry.community = Some(community);
    }
    bus.append(tenant, 0, &all).await.unwrap();
    assert_eq!(bus.clear(tenant, Clears::Community(community)).await.unwrap(), 10);
    assert_eq!(streams.ids(&key).len(), 20);
    assert_eq!(bus.tip(tenant).await.unwrap().last, 30);
}
