//! Two users turn out to be one person, and two again.

use serde_json::{Value, json};

use super::world::{Api, Community, problem};

const DAY: i64 = 86_400;

async fn user(api: &Api, person: &str) -> Value {
    api.admin.get(&format!("/v1/users/{person}")).await.expect(200)
}

fn id(user: &Value) -> &str {
    user["id"].as_str().unwrap()
}

async fn merge(api: &Api, into: &str, from: &str) -> Value {
    let body = json!({"from": from, "reason": "one person"});
    api.admin
        .post(&format!("/v1/users/{into}/merge"), &body)
        .await
        .expect(200)
}

fn undo_path(merge: &Value) -> String {
    let merge = &merge["merge"];
    format!(
        "/v1/users/{}/merges/{}/undo",
        merge["into"].as_str().unwrap(),
        merge["id"].as_str().unwrap()
    )
}

async fn undo(api: &Api, merge: &Value) -> Value {
    api.admin.post(&undo_path(merge), &json!({})).await.expect(200)
}

async fn identities(api: &Api, person: &str) -> Vec<String> {
    let user = user(api, person).await;
    let all = user["identities"].as_array().unwrap().iter();
    all.map(|one| {
        format!(
            "{}:{}",
            one["platform"].as_str().unwrap(),
            one["id"].as_str().unwrap()
        )
    })
    .collect()
}

/// What events happened, with the user that each is about.
async fn events(api: &Api, kinds: &str) -> Vec<(String, Value)> {
    let page = api
        .admin
        .get(&format!("/v1/events?type={kinds}&limit=500"))
        .await
        .expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|event| (event["type"].as_str().unwrap().to_owned(), event["user"].clone()))
        .collect()
}

async fn two(api: &Api) -> (Community, String, String) {
    let community = api.community().await;
    community.warn("discord:1", "a").await;
    community.warn("telegram:2", "b").await;
    community
        .act(json!({"kind": "mute", "member": "telegram:2", "duration": "PT2H", "reason": "c"}))
        .await
        .expect(201);
    let into = id(&user(api, "discord:1").await).to_owned();
    let from = id(&user(api, "telegram:2").await).to_owned();
    (community, into, from)
}

on_every_store! {
    /// Identities move, cases are one list, sanctions hold, points are one sum, and nothing fires.
    async fn two_users_become_one_person(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let told = merge(&api, &into, &from).await;
        assert_eq!(told["communities"][0]["into"]["points"], json!(1));
        assert_eq!(told["communities"][0]["from"]["points"], json!(3));
        assert_eq!(told["communities"][0]["merged"]["points"], json!(4));
        assert_eq!(told["communities"][0]["merged"]["sanctions"].as_array().unwrap().len(), 1);
        assert_eq!(identities(&api, "telegram:2").await, ["discord:1", "telegram:2"]);
        assert_eq!(user(&api, &from).await["merged_into"], json!(into));
        for name in [into.as_str(), from.as_str(), "discord:1", "telegram:2"] {
            let standing = community.standing(name).await;
            assert_eq!((&standing["user"], &standing["points"]), (&json!(into), &json!(4)));
            assert_eq!(standing["sanctions"].as_array().unwrap().len(), 1);
            assert_eq!(community.cases(&format!("?member={name}")).await, [3, 2, 1]);
        }
        let act = community.warn(&from, "d").await;
        assert_eq!(act["case"]["member"]["user"], json!(into));
        assert_eq!(act["escalations"][0]["kind"], "mute", "4 and 1 are 5, which is a rung");
        assert_eq!(community.cases("?member=discord:1").await, [5, 4, 3, 2, 1]);
        let oneself = json!({"kind": "warn", "member": "discord:1", "actor": {"platform": "telegram", "id": "2", "rank": "owner"}});
        problem(community.act(oneself).await, 403, "self_action");
        let merged = events(&api, "user.merged").await;
        assert_eq!(merged, [("user.merged".to_owned(), json!(into))]);
    }

    /// The explanation names the merge as the origin of what was carried over.
    async fn an_explanation_names_the_merge(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let told = merge(&api, &into, &from).await;
        community.warn("discord:1", "d").await;
        let explained = community.get("/members/discord:1/explanation").await.expect(200);
        assert_eq!(explained["carried"]["merge"], told["merge"]["id"]);
        assert_eq!(explained["carried"]["granted"], json!(4));
        assert_eq!(explained["terms"].as_array().unwrap().len(), 1);
        assert_eq!(explained["complete"], true);
    }

    /// Undone at once, everything is as it was.
    async fn undone_at_once_everything_is_as_it_was(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let before = (community.standing("discord:1").await, community.standing("telegram:2").await);
        let told = merge(&api, &into, &from).await;
        let split = undo(&api, &told).await;
        assert_eq!(split["communities"][0]["from"]["points"], json!(3));
        assert_eq!(before, (community.standing("discord:1").await, community.standing("telegram:2").await));
        assert_eq!(identities(&api, &into).await, ["discord:1"]);
        assert_eq!(identities(&api, &from).await, ["telegram:2"]);
        assert_eq!(user(&api, &from).await["merged_into"], Value::Null);
        assert_eq!(community.cases("?member=discord:1").await, [1]);
        assert_eq!(community.cases("?member=telegram:2").await, [3, 2]);
        problem(api.admin.post(&undo_path(&told), &json!({})).await, 409, "merge_undone");
        assert_eq!(events(&api, "user.split").await.len(), 1);
        let listed = api.admin.get(&format!("/v1/users/{from}/merges")).await.expect(200);
        assert_eq!(listed["items"][0]["undone"]["by"]["type"], "key");
    }

    /// What was recorded since goes with the identity that it named; an escalation that neither alone would have had falls.
    async fn cases_go_with_the_identity_that_they_named(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let told = merge(&api, &into, &from).await;
        let mute = community.warn("discord:1", "to five").await["escalations"][0]["number"].as_i64().unwrap();
        community.act(json!({"kind": "note", "member": "telegram:2", "reason": "a note"})).await.expect(201);
        community.warn("telegram:2", "theirs").await;
        community.warn(&into, "by id").await;
        let split = undo(&api, &told).await;
        let effect = &split["communities"][0];
        assert_eq!(effect["cases_moved"], json!(2));
        assert_eq!(effect["voided"], json!([mute]));
        assert_eq!(effect["into"]["points"], json!(3));
        assert_eq!(effect["from"]["points"], json!(4));
        assert_eq!(community.cases("?member=telegram:2").await, [7, 6, 3, 2]);
        assert_eq!(community.cases("?member=discord:1").await, [8, 5, 4, 1]);
        assert_eq!(community.standing("telegram:2").await["points"], json!(4));
        let case = community.get("/cases/7").await.expect(200);
        assert_eq!(case["member"]["user"], json!(from));
        let fell = community.get(&format!("/cases/{mute}")).await.expect(200);
        assert!(fell["voided"]["reason"].as_str().unwrap().contains("undone"), "{fell}");
        // Nothing fires, though three points are a rung: neither was just crossed.
        assert_eq!(community.standing("discord:1").await["sanctions"], json!([]));
    }

    /// A sanction of either ends on time, for whoever has it then.
    async fn sanctions_end_on_time_after_a_merge(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        merge(&api, &into, &from).await;
        api.clock.advance(2 * 3_600);
        let standing = community.standing("discord:1").await;
        assert_eq!(standing["sanctions"], json!([]));
        let lifted = community.act(json!({"kind": "unmute", "member": "discord:1"})).await;
        assert_eq!(lifted.status, 409);
    }

    /// A void of what was before the merge counts after it, on either side.
    async fn what_was_before_a_merge_is_voided_after_it(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let told = merge(&api, &into, &from).await;
        api.clock.advance(DAY);
        let voided = community.post("/cases/2/void", json!({})).await.expect(200);
        assert_eq!((&voided["standing"]["user"], &voided["standing"]["points"]), (&json!(into), &json!(2.9)));
        let voided = community.post("/cases/1/void", json!({})).await.expect(200);
        assert_eq!(voided["standing"]["points"], json!(1.9));
        let split = undo(&api, &told).await;
        assert_eq!(split["communities"][0]["into"]["points"], json!(0));
        assert_eq!(split["communities"][0]["from"]["points"], json!(1.9));
    }

    /// What takes the place of a case of before a merge stands before it, and goes back with it.
    async fn what_was_before_a_merge_is_replaced_after_it(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let told = merge(&api, &into, &from).await;
        api.clock.advance(600);
        let replaced = community.post("/cases/3/replace", json!({"kind": "warn", "reason": "milder"})).await.expect(201);
        assert_eq!((&replaced["case"]["number"], &replaced["case"]["replaces"]), (&json!(4), &json!(3)));
        assert_eq!((&replaced["standing"]["user"], &replaced["standing"]["points"]), (&json!(into), &json!(3)));
        assert_eq!(replaced["standing"]["sanctions"], json!([]));
        let listed = community.get("/cases?member=discord:1").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 4);
        let split = undo(&api, &told).await;
        assert_eq!(split["communities"][0]["into"]["points"], json!(1));
        assert_eq!(split["communities"][0]["from"]["points"], json!(2));
        let theirs = community.get("/cases?member=telegram:2").await.expect(200);
        assert_eq!(theirs["items"].as_array().unwrap().len(), 3);
    }

    /// A dry run tells all of it and does none of it.
    async fn a_dry_run_writes_nothing(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let path = format!("/v1/users/{into}/merge");
        let would = api.admin.post(&path, &json!({"from": from, "dry_run": true})).await.expect(200);
        assert_eq!((&would["dry_run"], &would["communities"][0]["merged"]["points"]), (&json!(true), &json!(4)));
        assert_eq!(user(&api, &from).await["merged_into"], Value::Null);
        assert_eq!(community.standing("telegram:2").await["points"], json!(3));
        let told = merge(&api, &into, &from).await;
        let would = api.admin.post(&undo_path(&told), &json!({"dry_run": true})).await.expect(200);
        assert_eq!(would["communities"][0]["from"]["points"], json!(3));
        assert_eq!(would["from"]["merged_into"], Value::Null);
        assert_eq!(user(&api, &from).await["merged_into"], json!(into));
        assert_eq!(events(&api, "user.merged,user.split").await.len(), 1);
    }

    /// Nobody is merged into themself, under whatever name; nor twice; nor with somebody who is not there.
    async fn what_cannot_be_merged_is_refused(store) {
        let api = Api::start(store).await;
        let (_, into, from) = two(&api).await;
        let path = format!("/v1/users/{into}/merge");
        problem(api.admin.post(&path, &json!({"from": "discord:1"})).await, 409, "same_user");
        problem(api.admin.post(&path, &json!({"from": "discord:9"})).await, 404, "not_found");
        let stranger = api.stranger().await;
        problem(stranger.post(&path, &json!({"from": from})).await, 404, "not_found");
        let told = merge(&api, &into, &from).await;
        problem(api.admin.post(&path, &json!({"from": from})).await, 409, "same_user");
        problem(stranger.post(&undo_path(&told), &json!({})).await, 404, "not_found");
        let other = undo_path(&told).replace(told["merge"]["id"].as_str().unwrap(), "mrg_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f");
        problem(api.admin.post(&other, &json!({})).await, 404, "not_found");
    }

    /// A chain: who was merged comes along, in either order, and any link of it can be undone.
    async fn who_was_merged_before_comes_along(store) {
        let api = Api::start(store).await;
        let (community, one, two) = two(&api).await;
        community.warn("slack:3", "e").await;
        let three = id(&user(&api, "slack:3").await).to_owned();
        let first = merge(&api, &two, &three).await;
        let second = merge(&api, &one, &two).await;
        assert_eq!(user(&api, &three).await["merged_into"], json!(one));
        assert_eq!(community.standing("slack:3").await["points"], json!(5));
        assert_eq!(community.cases("?member=slack:3").await, [4, 3, 2, 1]);
        // The inner one: slack:3 is themself again, and the others stay one.
        let split = undo(&api, &first).await;
        assert_eq!(split["from"]["id"], json!(three));
        assert_eq!(community.standing("slack:3").await["points"], json!(1));
        assert_eq!(community.standing("telegram:2").await["points"], json!(4));
        assert_eq!(user(&api, &two).await["merged_into"], json!(one));
        undo(&api, &second).await;
        assert_eq!(community.standing("discord:1").await["points"], json!(1));
        assert_eq!(community.standing("telegram:2").await["points"], json!(3));
    }

    /// So many users may be one person, and not one more, however they are put together.
    async fn only_so_many_users_are_one_person(store) {
        let api = Api::start(store).await;
        let make = async |number: usize| {
            let body = json!({"identities": [{"platform": "custom", "id": number.to_string()}]});
            api.admin.post("/v1/users", &body).await.expect(201)["id"].as_str().unwrap().to_owned()
        };
        let mut ids = Vec::new();
        for number in 0..21 {
            ids.push(make(number).await);
        }
        for number in 1..10 {
            merge(&api, &ids[0], &ids[number]).await;
            merge(&api, &ids[10], &ids[10 + number]).await;
        }
        let spare = &ids[20];
        merge(&api, spare, &ids[10]).await;
        let path = format!("/v1/users/{}/merge", ids[0]);
        let refused = api.admin.post(&path, &json!({"from": spare})).await;
        let detail = problem(refused, 409, "too_many_merged");
        assert_eq!(detail, "21 users would be one person, and 20 are the most.");
        let undone = api.admin.get(&format!("/v1/users/{spare}/merges")).await.expect(200)["items"][0].clone();
        undo(&api, &json!({"merge": undone})).await;
        merge(&api, &ids[0], &ids[10]).await;
        let one = api.admin.get(&format!("/v1/users/{}", ids[19])).await.expect(200);
        assert_eq!(one["merged_into"], json!(ids[0]));
        problem(api.admin.post(&path, &json!({"from": spare})).await, 409, "too_many_merged");
    }

    /// What waits for others and names somebody is about the one person while the two are one, and then about whom it named.
    async fn what_waits_goes_with_the_identity_that_it_named(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let authority = json!({"approvals": {"kick": {"needed": 1}}});
        let put = api.admin.call(hyper::Method::PUT, &community.path("/policy")).header("if-match", "\"1\"");
        put.json(&json!({"rules": {"authority": authority, "duplicate_window": 0, "ladder": []}})).send().await.expect(200);
        let ask = async |home: &Community, member: &str| {
            home.act(json!({"kind": "kick", "member": member, "reason": "w"})).await.expect(202)
        };
        let approve = async |home: &Community, held: &Value| {
            let path = format!("/held-acts/{}/approve", held["id"].as_str().unwrap());
            let by = json!({"actor": {"platform": "discord", "id": "mod", "rank": "admin"}});
            home.post(&path, by).await.expect(201)["case"]["member"]["user"].clone()
        };
        let before = [ask(&community, "telegram:2").await, ask(&community, "telegram:2").await];
        let told = merge(&api, &into, &from).await;
        assert_eq!(approve(&community, &before[0]).await, json!(into), "who survives");
        let meanwhile = [
            ask(&community, "telegram:2").await, ask(&community, "telegram:2").await,
            ask(&community, "discord:1").await, ask(&community, &from).await,
        ];
        assert_eq!(approve(&community, &meanwhile[0]).await, json!(into));
        assert_eq!(community.standing("telegram:2").await["points"], json!(10));
        undo(&api, &told).await;
        let shown = community.get(&format!("/held-acts/{}", meanwhile[1]["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(shown["member"], json!({"user": from, "identity": "telegram:2"}));
        assert_eq!(approve(&community, &before[1]).await, json!(from));
        assert_eq!(approve(&community, &meanwhile[1]).await, json!(from));
        assert_eq!(approve(&community, &meanwhile[2]).await, json!(into));
        assert_eq!(approve(&community, &meanwhile[3]).await, json!(into), "it named nobody but the one person");
        assert_eq!(community.standing("telegram:2").await["points"], json!(3 + 4 * 3));
        assert_eq!(community.standing("discord:1").await["points"], json!(1 + 2 * 3));
    }

    /// Who asked for an act, or approved it, does not approve it under the name of another user who they turn out to be.
    async fn nobody_approves_as_somebody_else(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let authority = json!({"approvals": {"ban": {"needed": 2}}});
        let put = api.admin.call(hyper::Method::PUT, &community.path("/policy")).header("if-match", "\"1\"");
        put.json(&json!({"rules": {"authority": authority}})).send().await.expect(200);
        let by = |platform: &str, id: &str| json!({"platform": platform, "id": id, "rank": "admin"});
        let ban = json!({"kind": "ban", "member": "discord:1", "actor": by("telegram", "ann")});
        let held = community.act(ban).await.expect(202);
        let path = format!("/held-acts/{}/approve", held["id"].as_str().unwrap());
        let approve = async |platform: &str, id: &str| community.post(&path, json!({"actor": by(platform, id)})).await;
        approve("telegram", "bob").await.expect(202);
        for name in ["ann", "bob"] {
            community.warn(&format!("discord:{name}"), "known").await;
            let from = id(&user(&api, &format!("telegram:{name}")).await).to_owned();
            merge(&api, &format!("discord:{name}"), &from).await;
        }
        problem(approve("discord", "ann").await, 403, "own_act");
        problem(approve("telegram", "ann").await, 403, "own_act");
        problem(approve("discord", "bob").await, 409, "already_approved");
        approve("discord", "cid").await.expect(201);
        problem(approve("discord", "ann").await, 409, "held_act_settled");
    }

    /// A repeat under the same key is the same merge.
    async fn a_merge_is_repeated_under_its_key(store) {
        let api = Api::start(store).await;
        let (_, into, from) = two(&api).await;
        let path = format!("/v1/users/{into}/merge");
        let call = || api.admin.call(hyper::Method::POST, &path).header("idempotency-key", "k").json(&json!({"from": from}));
        let first = call().send().await.expect(200);
        let again = call().send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(200), first);
    }

    /// The higher rank and the protection of either remain, and what was set meanwhile stays.
    async fn ranks_and_protection_are_joined(store) {
        let api = Api::start(store).await;
        let (community, into, from) = two(&api).await;
        let path = |person: &str| community.path(&format!("/members/{person}"));
        api.admin.patch(&path("telegram:2"), &json!({"rank": "moderator", "protected": true})).await.expect(200);
        let told = merge(&api, &into, &from).await;
        let member = api.admin.get(&path("discord:1")).await.expect(200);
        assert_eq!((&member["rank"], &member["protected"]), (&json!("moderator"), &json!(true)));
        api.admin.patch(&path(&from), &json!({"level": 7})).await.expect(200);
        undo(&api, &told).await;
        let member = api.admin.get(&path("discord:1")).await.expect(200);
        assert_eq!(member["protected"], json!(false));
        let member = api.admin.get(&path("telegram:2")).await.expect(200);
        assert_eq!((&member["rank"], &member["protected"]), (&json!("moderator"), &json!(true)));
    }

    /// A ban that was lifted in the name of the other one stops no clock after that, also when a later case is voided.
    async fn what_was_lifted_in_the_others_name_stays_lifted(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let rules = json!({"rules": {"freeze_while": "ban", "ladder": [], "decay": {"model": "linear", "per_day": 1}}});
        let put = api.admin.call(hyper::Method::PUT, &community.path("/policy"));
        put.header("if-match", "\"1\"").json(&rules).send().await.expect(200);
        community.warn("discord:1", "a").await;
        community.act(json!({"kind": "ban", "member": "telegram:2", "reason": "b"})).await.expect(201);
        let into = id(&user(&api, "discord:1").await).to_owned();
        community.warn("telegram:2", "c").await;
        let told = merge(&api, &into, "telegram:2").await;
        api.clock.advance(DAY);
        community.act(json!({"kind": "unban", "member": "discord:1", "reason": "d"})).await.expect(201);
        undo(&api, &told).await;
        let ban = community.get("/cases/2").await.expect(200);
        assert_eq!(community.standing("telegram:2").await["points"], json!(11), "{ban}");
        api.clock.advance(2 * DAY);
        assert_eq!(community.standing("telegram:2").await["points"], json!(9));
        community.warn("telegram:2", "e").await;
        community.post("/cases/3/void", json!({})).await.expect(200);
        assert_eq!(community.standing("telegram:2").await["points"], json!(9));
    }

    /// The inner of two merges is undone where nobody had a case before either of them.
    async fn newcomers_are_parted_within_a_chain(store) {
        let api = Api::start(store).await;
        let lobby = api.community().await;
        for person in ["discord:1", "telegram:2", "slack:3"] {
            lobby.warn(person, "known").await;
        }
        let users = [user(&api, "discord:1").await, user(&api, "telegram:2").await];
        let [one, two] = users.map(|user| id(&user).to_owned());
        let inner = merge(&api, &two, "slack:3").await;
        merge(&api, &one, &two).await;
        let community = api.community().await;
        community.warn("slack:3", "theirs").await;
        community.warn("telegram:2", "not theirs").await;
        undo(&api, &inner).await;
        assert_eq!(community.cases("?member=slack:3").await, [1]);
        assert_eq!(community.cases("?member=discord:1").await, [2]);
        assert_eq!(community.standing("slack:3").await["points"], json!(1));
        assert_eq!(community.standing("discord:1").await["points"], json!(1));
    }

    /// A sanction is theirs under whom its case stands, whatever was merged and parted, and also where it took the place of another.
    async fn sanctions_go_with_their_cases(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        community.warn("discord:1", "a").await;
        community.warn("telegram:2", "b").await;
        for length in ["PT1H", "PT2H"] {
            let mute = json!({"kind": "mute", "member": "slack:3", "duration": length, "reason": length});
            community.act(mute).await.expect(201);
        }
        let users = [user(&api, "discord:1").await, user(&api, "telegram:2").await, user(&api, "slack:3").await];
        let [one, two, three] = users.map(|user| id(&user).to_owned());
        let inner = merge(&api, &two, &three).await;
        let outer = merge(&api, &one, &two).await;
        let shorter = json!({"kind": "mute", "duration": "PT1M", "reason": "milder"});
        community.post("/cases/4/replace", shorter).await.expect(201);
        undo(&api, &outer).await;
        community.act(json!({"kind": "unmute", "member": "slack:3", "reason": "over"})).await.expect(201);
        undo(&api, &inner).await;
        for (person, count) in [("discord:1", 0), ("telegram:2", 0), ("slack:3", 3)] {
            let page = community.get(&format!("/sanctions?member={person}")).await.expect(200);
            assert_eq!(page["items"].as_array().unwrap().len(), count, "{page}");
        }
    }
}
