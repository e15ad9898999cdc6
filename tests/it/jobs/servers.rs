//! The same with whole servers: two processes that share one database.

use super::*;

#[tokio::test]
async fn two_servers_record_the_end_of_a_mute_once() {
    let store = TestStore::postgres().await;
    let url = store.database_url();
    let (one, other) = (Server::start(&url), Server::start(&url));
    let admin = one.admin();
    let community = admin
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", community["id"].as_str().unwrap());
    for number in 0..40 {
        let mute = json!({"kind": "mute", "member": format!("discord:{number}"), "duration": 1});
        admin.post(&format!("{base}/acts"), &mute).await.expect(201);
    }
    let ends = async || {
        let page = admin
            .get(&format!("{base}/cases?kind=unmute&limit=500"))
            .await
            .expect(200);
        page["items"].as_array().unwrap().len()
    };
    wait::until_async("all ends", SOON, async || (ends().await >= 40).then_some(())).await;
    assert!(expired(&one).await + expired(&other).await >= 40);
    assert_eq!(ends().await, 40);
}

/// How many ends of sanctions a process has recorded.
async fn expired(server: &Server) -> u64 {
    let text = server.anonymous().get("/metrics").await.bytes;
    let text = String::from_utf8(text.to_vec()).unwrap();
    let name = "tribune_expiries_total{outcome=\"recorded\"} ";
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap_or("0").parse().unwrap()
}

/// One process answers, two others do the jobs; a relay is told of each end once.
#[tokio::test]
async fn workers_end_what_a_server_without_jobs_has_begun() {
    const MUTES: usize = 20;
    let store = TestStore::postgres().await;
    let url = store.database_url();
    let server = Server::start_with(&url, &["--no-jobs"]);
    let admin = server.admin();
    let community = admin
        .post(
            "/v1/communities",
            &json!({"name": "c", "rules": {"notices": {"when": "off"}}}),
        )
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", community["id"].as_str().unwrap());
    let link = json!({"platform": "discord", "space": "guild"});
    admin.post(&format!("{base}/links"), &link).await.expect(201);
    for number in 0..MUTES {
        let mute = json!({"kind": "mute", "member": format!("discord:{number}"), "duration": 1});
        admin.post(&format!("{base}/acts"), &mute).await.expect(201);
    }
    let workers = [Server::start_worker(&url), Server::start_worker(&url)];
    let unmutes = async || {
        let page = admin
            .get("/v1/events?type=directive.issued&limit=500")
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap().iter();
        items
            .filter(|event| event["data"]["directive"]["wanted"]["holds"] == false)
            .count()
    };
    wait::until_async("all ends", SOON, async || {
        (unmutes().await >= MUTES).then_some(())
    })
    .await;
    assert_eq!(expired(&server).await, 0);
    assert!(expired(&workers[0]).await + expired(&workers[1]).await >= 20);
    let ends = admin
        .get(&format!("{base}/cases?kind=unmute&limit=500"))
        .await
        .expect(200);
    assert_eq!(
        (ends["items"].as_array().unwrap().len(), unmutes().await),
        (MUTES, MUTES)
    );
    for mut worker in workers {
        worker.anonymous().get("/readyz").await.expect(200);
        worker.anonymous().get("/v1/tenant").await.expect(404);
        // Of each member the latest one is open, since no relay is there.
        let waits = format!("tribune_directives_open{{platform=\"discord\"}} {MUTES}\n");
        let metrics = worker.anonymous().get("/metrics").await.bytes;
        assert!(String::from_utf8_lossy(&metrics).contains(&waits));
        assert!(worker.terminate().success(), "{}", worker.log());
    }
}

#[tokio::test]
async fn two_servers_share_jobs_and_do_each_item_once() {
    const ITEMS: usize = 1_200;
    let store = TestStore::postgres().await;
    let url = store.database_url();
    let (one, other) = (Server::start(&url), Server::start(&url));
    let admin = one.admin();
    let community = admin
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", community["id"].as_str().unwrap());
    let mut jobs = Vec::new();
    for job in 0..3 {
        let note = |n: usize| json!({"kind": "note", "member": format!("a:{}", n % 50), "reason": format!("{job}/{n}")});
        let items: Vec<_> = (0..ITEMS).map(note).collect();
        let made = admin
            .post(&format!("{base}/acts/bulk"), &json!({"items": items}))
            .await
            .expect(202);
        jobs.push(format!("{base}/jobs/{}", made["id"].as_str().unwrap()));
    }
    // The second server made no key of its own, because the first had done so.
    let elsewhere = crate::support::client::Client::new(&other.url, &one.admin_key);
    for job in &jobs {
        let done = wait::until_async("the job to be done", SOON, async || {
            let job = elsewhere.get(job).await.expect(200);
            (job["state"] == "done").then_some(job)
        })
        .await;
        assert_eq!((&done["succeeded"], &done["refused"]), (&json!(ITEMS), &json!(0)));
    }
    let (mut reasons, mut path) = (Vec::new(), format!("{base}/cases?limit=500"));
    loop {
        let page = admin.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        reasons.extend(items.map(|case| case["reason"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("{base}/cases?limit=500&cursor={next}"),
            None => break,
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    let last = admin.get(&format!("{base}/cases?limit=1")).await.expect(200);
    assert_eq!(
        (reasons.len(), &last["items"][0]["number"]),
        (3 * ITEMS, &json!(3 * ITEMS))
    );
}
