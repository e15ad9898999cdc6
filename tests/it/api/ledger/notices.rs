//! What members are told: rendered with each act in their language, delivered before or after what platforms do, and read.

use serde_json::{Value, json};

use tribune::service::Site;

use super::{Api, Community, pointers, problem};

const ANN: &str = "discord:7";

/// Somebody who acts with a moderator's rank.
fn person(id: &str) -> Value {
    json!({"platform": "discord", "id": id, "rank": "admin"})
}

/// A community of that policy, linked to a guild and a chat; Ann has a name in the guild alone.
async fn linked(api: &Api, notices: Value) -> Community {
    let links = json!([{"platform": "discord", "space": "guild"}, {"platform": "discord", "space": "hall"}, {"platform": "telegram", "space": "chat"}]);
    let made = json!({"name": "Rust Cologne", "links": links, "rules": {"notices": notices}});
    let made = api.admin.post("/v1/communities", &made).await.expect(201);
    Community {
        id: made["id"].as_str().unwrap().to_owned(),
        client: api.admin.clone(),
    }
}

impl Community {
    /// What is told of a case.
    async fn notices(&self, case: i64) -> Vec<Value> {
        let page = self.get(&format!("/notices?case={case}")).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// The one notice of a case.
    async fn notice(&self, case: i64) -> Value {
        let mut told = self.notices(case).await;
        assert_eq!(told.len(), 1, "{told:?}");
        told.remove(0)
    }
}

/// What is due on Discord, taken in hand.
async fn lease(api: &Api) -> Vec<Value> {
    let leased = api
        .admin
        .post(
            "/v1/directives/lease",
            &json!({"platform": "discord", "limit": 20}),
        )
        .await
        .expect(200);
    leased["items"].as_array().unwrap().clone()
}

async fn receipt(api: &Api, directive: &Value, outcome: &str) -> Value {
    let path = format!("/v1/directives/{}/receipt", directive["id"].as_str().unwrap());
    let receipt = json!({"outcome": outcome, "lease": directive["lease"]["id"], "code": "50007"});
    api.admin.post(&path, &receipt).await.expect(200)
}

fn effects(directives: &[Value]) -> Vec<&str> {
    directives
        .iter()
        .map(|directive| directive["effect"].as_str().unwrap())
        .collect()
}

/// The types of the log's events, but for those of what else happens.
async fn log(api: &Api) -> Vec<Value> {
    let page = api.admin.get("/v1/events?limit=200").await.expect(200);
    let all = page["items"].as_array().unwrap().iter();
    all.filter(|event| event["type"].as_str().unwrap().starts_with("notice."))
        .cloned()
        .collect()
}

fn types(log: &[Value]) -> Vec<&str> {
    log.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

on_every_store! {
    /// A ban is told before it is carried out: the ban waits for the notice, and goes on once something is reported of that.
    async fn a_ban_waits_for_its_notice(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "ban", "member": ANN, "reason": "Raid", "actor": person("50")})).await.expect(201);
        let notice = here.notice(1).await;
        assert_eq!((&notice["state"], &notice["when"], &notice["subject"]), (&json!("queued"), &json!("before"), &json!("act")));
        assert_eq!(notice["text"], "You have been banned from Rust Cologne.\nIt has no end date.\nReason: Raid\nA person decided this.\nIt adds 10 points.\n\
            If you think that this is wrong, you can appeal: ask the moderators of Rust Cologne to look at case #1 again.");
        let taken = lease(&api).await;
        assert_eq!(effects(&taken), ["notify"], "one for her name, and none of the bans of two spaces yet");
        assert_eq!((&taken[0]["wanted"]["notice"]["id"], &taken[0]["wanted"]["notice"]["text"]), (&notice["id"], &notice["text"]));
        assert_eq!(lease(&api).await, Vec::<Value>::new());
        receipt(&api, &taken[0], "applied").await;
        let bans = lease(&api).await;
        assert_eq!(effects(&bans), ["ban", "ban"]);
        assert!(bans.iter().all(|ban| ban["follows"] == taken[0]["id"]), "{bans:?}");
        let sent = here.get(&format!("/notices/{}", notice["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&sent["state"], &sent["deliveries"][0]["state"], &sent["deliveries"][0]["member"]), (&json!("sent"), &json!("applied"), &json!("7")));
        let log = log(&api).await;
        assert_eq!(types(&log), ["notice.queued", "notice.sent"]);
        let all = api.admin.get("/v1/events?limit=200").await.expect(200).to_string();
        assert!(!all.contains("You have been banned"), "nothing of the text is in the log: {all}");
    }

    /// Nobody reports anything of the notice: the ban is carried out all the same, ten seconds later.
    async fn a_ban_does_not_wait_for_long(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "ban", "member": ANN})).await.expect(201);
        assert_eq!(effects(&lease(&api).await), ["notify"]);
        let open = api.admin.get("/v1/directives?state=open").await.expect(200);
        let ban = open["items"].as_array().unwrap().iter().find(|d| d["effect"] == "ban").unwrap().clone();
        let at = |field: &str| chrono::DateTime::parse_from_rfc3339(ban[field].as_str().unwrap()).unwrap();
        assert_eq!((at("due_at") - at("created_at")).num_seconds(), 10);
    }

    /// A mute is told after it; its escalation as well. Where messages are closed, that is final at once.
    async fn a_mute_is_told_after_it(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "mute", "member": ANN, "duration": 3600, "reason": "Spam"})).await.expect(201);
        let taken = lease(&api).await;
        assert_eq!(effects(&taken), ["mute", "mute"]);
        assert_eq!(lease(&api).await, Vec::<Value>::new(), "the notice waits for the mute");
        receipt(&api, &taken[0], "applied").await;
        receipt(&api, &taken[1], "transient").await;
        let told = lease(&api).await;
        assert_eq!(effects(&told), ["notify"]);
        assert_eq!(told[0]["follows"], taken[1]["id"]);
        let closed = receipt(&api, &told[0], "unreachable").await;
        assert_eq!((&closed["state"], &closed["due_at"]), (&json!("unreachable"), &Value::Null));
        let notice = here.notice(1).await;
        assert_eq!((&notice["state"], &notice["deliveries"][0]["code"]), (&json!("unreachable"), &json!("50007")));
        assert_eq!(types(&log(&api).await), ["notice.queued", "notice.unreachable"]);
        let path = format!("/v1/directives/{}/retry", told[0]["id"].as_str().unwrap());
        api.admin.post(&path, &json!({})).await.expect(200);
        assert_eq!(here.notice(1).await["state"], "queued");
        let cancel = format!("/v1/directives/{}/cancel", told[0]["id"].as_str().unwrap());
        api.admin.post(&cancel, &json!({})).await.expect(200);
        assert_eq!(here.notice(1).await["state"], "failed");
        assert_eq!(types(&log(&api).await), ["notice.queued", "notice.unreachable", "notice.queued", "notice.failed"]);
    }

    /// Warnings, and what follows from them by the ladder: each case has its notice, and says whether a person decided it.
    async fn what_follows_is_told_too(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        for reason in ["one", "two", "three"] {
            here.act(json!({"kind": "warn", "member": ANN, "reason": reason, "actor": person("50")})).await.expect(201);
        }
        let text = here.notice(4).await["text"].as_str().unwrap().to_owned();
        assert!(text.starts_with("You have been muted in Rust Cologne.\nIt lasts 1 hour, until "), "{text}");
        assert!(text.contains("This follows automatically from case #3"), "{text}");
        let rule = json!({"kind": "warn", "member": "discord:8", "reason": "a link", "actor": {"automod": {"rule": "links", "version": 2}}});
        here.act(rule).await.expect(201);
        let text = here.notice(5).await["text"].as_str().unwrap().to_owned();
        assert!(text.contains("This was decided automatically, by the rule links."), "{text}");
        let listed = here.get("/notices?state=queued&limit=2").await.expect(200);
        let cases: Vec<_> = listed["items"].as_array().unwrap().iter().map(|notice| notice["case"].clone()).collect();
        assert_eq!(cases, [json!(5), json!(4)], "newest first");
    }

    /// The member's language comes first, then the community's, then English. Who was told of it before they were a member is told in theirs, too.
    async fn members_are_told_in_their_language(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        let kick = async |member: &str| {
            let act = json!({"kind": "kick", "member": member, "allow_duplicate": true});
            let acted = here.act(act).await.expect(201);
            here.notice(acted["case"]["number"].as_i64().unwrap()).await
        };
        let first = |notice: Value| notice["text"].as_str().unwrap().lines().next().unwrap().to_owned();
        assert_eq!(first(kick(ANN).await), "You have been removed from Rust Cologne. You may come back.");
        let looks = api.admin.patch(&here.path(""), &json!({"language": "fr", "colour": "#AABBCC"})).await.expect(200);
        assert_eq!((&looks["language"], &looks["colour"]), (&json!("fr"), &json!("#aabbcc")));
        assert_eq!(first(kick(ANN).await), "Vous avez été expulsé de Rust Cologne. Vous pouvez revenir.");
        let german = json!({"language": "de"});
        assert_eq!(api.admin.patch(&format!("/v1/users/{ANN}"), &german).await.expect(200)["language"], "de");
        assert_eq!(first(kick(ANN).await), "Du wurdest aus Rust Cologne entfernt. Du darfst wiederkommen.");
        let new = json!({"language": "es", "identities": [{"platform": "discord", "id": "9"}]});
        assert_eq!(api.admin.post("/v1/users", &new).await.expect(201)["language"], "es");
        assert_eq!(kick("discord:9").await["language"], "es");
        api.admin.patch(&format!("/v1/users/{ANN}"), &json!({"language": null})).await.expect(200);
        api.admin.patch(&here.path(""), &json!({"language": null, "colour": null})).await.expect(200);
        assert_eq!(kick(ANN).await["language"], "en");
        for (path, body, pointer) in [
            (here.path(""), json!({"colour": "red"}), "/colour"),
            (here.path(""), json!({"language": "xx"}), "/language"),
            (format!("/v1/users/{ANN}"), json!({"language": "DE"}), "/language"),
        ] {
            assert_eq!(pointers(&api.admin.patch(&path, &body).await), [pointer], "{body}");
        }
    }

    /// The policy says when, and how to appeal.
    async fn the_policy_says_when(store) {
        let api = Api::start(store).await;
        let notices = json!({"when": "after", "kinds": {"warn": "off", "unban": "after"}, "how_to_appeal": "Write to us:\nappeals@example.com"});
        let here = linked(&api, notices).await;
        here.act(json!({"kind": "warn", "member": ANN})).await.expect(201);
        assert_eq!(here.notices(1).await, Vec::<Value>::new());
        here.act(json!({"kind": "ban", "member": ANN})).await.expect(201);
        assert_eq!(effects(&lease(&api).await), ["ban", "ban"], "the ban waits for nothing");
        let notice = here.notice(2).await;
        assert_eq!(notice["when"], "after");
        assert!(notice["text"].as_str().unwrap().ends_with("\nCase #2. Write to us:\nappeals@example.com"), "{notice}");
        here.act(json!({"kind": "unban", "member": ANN})).await.expect(201);
        assert_eq!(here.notice(3).await["text"].as_str().unwrap().lines().next().unwrap(), "Your ban from Rust Cologne has been lifted.");
        let policy = here.get("/policy").await.expect(200);
        assert_eq!(policy["rules"]["notices"]["kinds"], json!({"warn": "off", "unban": "after"}));
        let wrong = json!({"name": "x", "rules": {"notices": {"kinds": {"hug": "after"}, "how_to_appeal": " "}}});
        let reply = api.admin.post("/v1/communities", &wrong).await;
        assert_eq!(pointers(&reply), ["/rules/notices/kinds/hug", "/rules/notices/how_to_appeal"]);
    }

    /// Who has no name where the community is linked cannot be told; nor can anybody where it is linked to nothing. What they would have been told is kept.
    async fn who_cannot_be_told_is_unreachable(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "warn", "member": "slack:U1"})).await.expect(201);
        let notice = here.notice(1).await;
        assert_eq!((&notice["state"], &notice["deliveries"]), (&json!("unreachable"), &json!([])));
        assert_eq!(types(&log(&api).await), ["notice.unreachable"]);
        let alone = api.community().await;
        alone.act(json!({"kind": "warn", "member": ANN})).await.expect(201);
        assert_eq!(alone.notice(1).await["state"], "unreachable");
        assert_eq!(log(&api).await.len(), 1, "where nobody delivers, the case says it all");
        alone.act(json!({"kind": "note", "member": ANN})).await.expect(201);
        assert_eq!(alone.notices(2).await, Vec::<Value>::new());
    }

    /// A member has read it: once, whatever comes of its delivery afterwards.
    async fn a_notice_is_acknowledged_once(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "warn", "member": ANN})).await.expect(201);
        let id = here.notice(1).await["id"].as_str().unwrap().to_owned();
        let path = here.path(&format!("/notices/{id}/acknowledge"));
        let call = || api.admin.call(hyper::Method::POST, &path).header("idempotency-key", "once");
        let read = call().send().await.expect(200);
        assert_eq!(read["state"], "acknowledged");
        assert_eq!(read["acknowledged_at"], read["changed_at"]);
        assert_eq!(call().send().await.expect(200), read, "a repeat");
        assert_eq!(api.admin.post(&path, &json!({})).await.expect(200), read, "and once more, which changes nothing");
        receipt(&api, &lease(&api).await[0], "applied").await;
        let after = here.notice(1).await;
        assert_eq!((&after["state"], &after["deliveries"][0]["state"]), (&json!("acknowledged"), &json!("applied")));
        assert_eq!(types(&log(&api).await), ["notice.queued", "notice.acknowledged"]);
        api.admin.post(&here.path("/archive"), &json!({})).await.expect(200);
        assert_eq!(api.admin.post(&path, &json!({})).await.expect(200)["state"], "acknowledged", "also where nothing else changes any more");
    }

    /// What became of an appeal is told with the decision, whether or not anything is remedied.
    async fn decisions_are_told(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({"kinds": {"mute": "off"}})).await;
        for (case, outcome, text) in [(1, "uphold", "the case stands."), (2, "void", "the case no longer counts.\nWhat follows from other cases goes on.")] {
            here.act(json!({"kind": "mute", "member": ANN, "reason": "Spam", "actor": person("50"), "allow_duplicate": true})).await.expect(201);
            let filed = here.post(&format!("/cases/{case}/appeals"), json!({"statement": "No"})).await.expect(201);
            let appeal = format!("/appeals/{}", filed["id"].as_str().unwrap());
            here.post(&format!("{appeal}/claim"), json!({"actor": person("60")})).await.expect(200);
            let decision = json!({"actor": person("60"), "outcome": outcome, "reason": "The log shows it"});
            let call = || api.admin.call(hyper::Method::POST, &here.path(&format!("{appeal}/decide"))).header("idempotency-key", outcome);
            call().json(&decision).send().await.expect(200);
            call().json(&decision).send().await.expect(200);
            let notice = here.notice(case).await;
            assert_eq!((&notice["subject"], &notice["appeal"], &notice["state"]), (&json!("appeal"), &filed["id"], &json!("queued")));
            let whole = format!("Your appeal of case #{case} in Rust Cologne has been decided: {text}\nReason: The log shows it");
            assert_eq!(notice["text"], whole);
        }
        let notify: Vec<Value> = lease(&api).await.into_iter().filter(|directive| directive["effect"] == "notify").collect();
        assert_eq!(notify.len(), 2);
        assert_eq!(types(&log(&api).await), ["notice.queued", "notice.queued"]);
    }

    /// What a reviewer asks, and that an appeal was refused, is told as well; what they say among themselves is not.
    async fn questions_and_refusals_are_told(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({"kinds": {"mute": "off"}})).await;
        here.act(json!({"kind": "mute", "member": ANN, "actor": person("50")})).await.expect(201);
        let filed = here.post("/cases/1/appeals", json!({"statement": "No"})).await.expect(201);
        let appeal = format!("/appeals/{}", filed["id"].as_str().unwrap());
        let by = |more: Value| { let mut body = json!({"actor": person("60")}); body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone()); body };
        here.post(&format!("{appeal}/claim"), by(json!({}))).await.expect(200);
        here.post(&format!("{appeal}/comments"), by(json!({"text": "Hm"}))).await.expect(200);
        assert_eq!(here.notices(1).await, Vec::<Value>::new());
        let asked = here.post(&format!("{appeal}/ask"), by(json!({"question": "Who else was there?"}))).await.expect(200);
        let notice = here.notice(1).await;
        assert_eq!((&notice["subject"], &notice["appeal"], &notice["state"]), (&json!("appeal"), &filed["id"], &json!("queued")), "{asked}");
        let text = notice["text"].as_str().unwrap();
        assert!(text.starts_with("Whoever reviews your appeal of case #1 in Rust Cologne asks you something. You can answer until "), "{text}");
        assert!(text.ends_with(".\nQuestion: Who else was there?"), "{text}");
        here.post(&format!("{appeal}/statements"), json!({"statement": "Bea"})).await.expect(200);
        here.post(&format!("{appeal}/bar"), by(json!({"reason": "Abuse"}))).await.expect(200);
        let told = here.notices(1).await;
        assert_eq!(told.len(), 2);
        let barred = "Your appeal of case #1 in Rust Cologne was refused, and nobody will look at it.\nReason: Abuse";
        assert!(told.iter().any(|notice| notice["text"] == barred), "{told:?}");
        assert_eq!(types(&log(&api).await), ["notice.queued", "notice.queued"]);
    }

    /// Where members can reach the pages, a link goes with what they are told: written for whoever delivers it, and for whoever may make links.
    async fn a_link_goes_with_a_notice(store) {
        let site = Site { url: "https://tribune.example.com".into(), is_public: true };
        let api = Api::start_at(store, Some(site)).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "kick", "member": ANN, "reason": "Spam"})).await.expect(201);
        let reader = here.seen_by(&api.key(&["notices:read", "directives:read"], json!({})).await);
        let plain = reader.get("/notices?case=1").await.expect(200)["items"][0].clone();
        let text = plain["text"].as_str().unwrap();
        assert!(text.ends_with("you can appeal on your page about case #1."), "{text}");
        let delivered = lease(&api).await[0]["wanted"]["notice"]["text"].as_str().unwrap().to_owned();
        let line = delivered.strip_prefix(text).unwrap().strip_prefix("\nYour page, which needs no account, until ").unwrap();
        let (_, address) = line.split_once(" UTC: https://tribune.example.com").unwrap();
        let page = api.admin.without_key().get(address).await;
        assert_eq!(page.status, 200);
        assert_eq!(here.notice(1).await["text"], delivered, "who may make links is given it");
        let links = here.get("/cases/1/appeal-links").await.expect(200);
        assert_eq!(links["items"].as_array().unwrap().len(), 1);
        let everything = format!(
            "{}{}{}",
            api.admin.get("/v1/events?limit=200").await.expect(200),
            api.admin.get("/v1/directives").await.expect(200),
            reader.get(&format!("/notices/{}", plain["id"].as_str().unwrap())).await.expect(200),
        );
        assert!(!everything.contains("/a/"), "{everything}");
        let link = links["items"][0]["id"].as_str().unwrap();
        api.admin.call(hyper::Method::DELETE, &here.path(&format!("/appeal-links/{link}"))).send().await.expect(200);
        assert_eq!(api.admin.without_key().get(address).await.status, 404);
        let acted = here.act(json!({"kind": "kick", "member": "discord:8", "execute_by": "caller", "actor": person("50")})).await.expect(201);
        let text = acted["directives"][0]["wanted"]["notice"]["text"].as_str().unwrap();
        assert!(text.contains("https://tribune.example.com/a/"), "who carries it out delivers it too: {text}");
    }

    /// No link goes where the policy has none, or no appeals.
    async fn no_link_goes_where_it_leads_nowhere(store) {
        let site = Site { url: "https://tribune.example.com".into(), is_public: true };
        let api = Api::start_at(store, Some(site)).await;
        let without = linked(&api, json!({"links": false, "kinds": {"unban": "after"}})).await;
        for (kind, end) in [("ban", "look at case #1 again."), ("unban", "A tool of the community recorded this.")] {
            let acted = without.act(json!({"kind": kind, "member": ANN})).await.expect(201);
            let text = without.notice(acted["case"]["number"].as_i64().unwrap()).await["text"].as_str().unwrap().to_owned();
            assert!(kind == "unban" || text.ends_with(end), "{text}");
            assert!(kind == "ban" || !text.contains("appeal"), "{text}");
        }
        let rules = json!({"appeals": {"except_kinds": ["warn"]}});
        let made = api.admin.post("/v1/communities", &json!({"name": "Strict", "rules": rules})).await.expect(201);
        let strict = Community { id: made["id"].as_str().unwrap().to_owned(), client: api.admin.clone() };
        strict.act(json!({"kind": "warn", "member": ANN})).await.expect(201);
        let text = strict.notice(1).await["text"].as_str().unwrap().to_owned();
        assert!(text.ends_with("By the rules of Strict case #1 cannot be appealed."), "{text}");
        assert_eq!(strict.get("/cases/1/appeal-links").await.expect(200)["items"], json!([]));
    }

    /// What goes with a link, a person and a community.
    async fn notices_go(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        let warned = here.act(json!({"kind": "warn", "member": ANN, "reason": "secret"})).await.expect(201);
        for space in ["guild", "hall"] {
            api.admin.call(hyper::Method::DELETE, &here.path(&format!("/links/discord:{space}"))).send().await.expect(200);
        }
        assert_eq!(here.notice(1).await["state"], "failed", "nobody delivers it any more");
        let user = warned["case"]["member"]["user"].as_str().unwrap().to_owned();
        api.admin.post(&format!("/v1/users/{user}/erase"), &json!({"confirm": user})).await.expect(200);
        assert_eq!(here.notices(1).await, Vec::<Value>::new());
    }

    /// An act that is carried out by whoever asks for it comes with its notice, in the order in which they go.
    async fn a_caller_carries_out_both(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        let act = json!({"kind": "kick", "member": ANN, "execute_by": "caller", "actor": person("50")});
        let acted = here.act(act).await.expect(201);
        let mine = acted["directives"].as_array().unwrap();
        assert_eq!(effects(mine), ["notify", "kick", "kick"]);
        assert!(mine[1..].iter().all(|kick| kick["follows"] == mine[0]["id"]), "{mine:?}");
        assert_eq!(lease(&api).await, Vec::<Value>::new());
    }

    /// Who may read and write, and what is no query.
    async fn what_is_wrong_is_said(store) {
        let api = Api::start(store).await;
        let here = linked(&api, json!({})).await;
        here.act(json!({"kind": "warn", "member": ANN})).await.expect(201);
        let path = format!("/notices/{}", here.notice(1).await["id"].as_str().unwrap());
        for query in ["state=lost", "case=0", "case=x"] {
            problem(here.get(&format!("/notices?{query}")).await, 400, "bad_query");
        }
        let reader = here.seen_by(&api.key(&["notices:read"], json!({})).await);
        reader.get(&path).await.expect(200);
        problem(reader.post(&format!("{path}/acknowledge"), json!({})).await, 403, "forbidden_scope");
        let writer = here.seen_by(&api.key(&["notices:write"], json!({})).await);
        problem(writer.get("/notices").await, 403, "forbidden_scope");
        let elsewhere = api.community().await;
        problem(elsewhere.get(&path).await, 404, "not_found");
        problem(here.seen_by(&api.stranger().await).get(&path).await, 404, "not_found");
    }
}
