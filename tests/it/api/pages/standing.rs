//! How a member stands, as the page says it.

use serde_json::json;

use super::{ANN, Api, Community, Guest, text};

on_every_store! {
    /// What happened, why, what holds until when, how many points there are and when they fall; and nothing of who acted.
    async fn a_page_says_how_a_member_stands(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("Sold things in #general\nafter a warning").await;
        here.act(json!({"kind": "mute", "member": ANN, "reason": "shouting elsewhere"})).await.expect(201);
        let guest = Guest::of(&here, case).await;
        let page = guest.read("").await;
        for said in [
            "<html lang=\"en\">", "Your standing", "in Rust Cologne", "Temporary ban, for 7 days", "Sold things in #general\nafter a warning", "A moderator",
            "You have 7 points now.", "<svg", "When your points fall", "Below the level for: Mute, for 1 day", "All gone", "until it is lifted", "Appeal against this",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let standing = here.standing(ANN).await;
        // The exact moment of each drop is there, for people and for machines.
        for drop in standing["drops"].as_array().unwrap() {
            let at = format!("{}Z", drop["at"].as_str().unwrap().split('.').next().unwrap());
            assert!(page.contains(&format!("<time datetime=\"{at}\">")), "{at}: {page}");
        }
        for hidden in ["50771983423143937", "usr_", "key_", "com_", "shouting elsewhere"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
    }

    /// Each language says it, by the address or by the browser.
    async fn a_page_speaks_the_members_language(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        for (rest, title, points) in [
            ("?lang=en", "Your standing", "5 points"), ("?lang=de", "Wie du dastehst", "5 Punkte"),
            ("?lang=es", "Tu situación", "5 puntos"), ("?lang=fr", "Votre situation", "5 points"),
        ] {
            let page = guest.read(rest).await;
            assert!(page.contains(title) && page.contains(points), "{page}");
            assert!(page.contains(&format!("/appeal{rest}\"")), "the choice goes along: {page}");
        }
        let call = api.anonymous();
        let call = call.call(hyper::Method::GET, &guest.path).header("accept-language", "de-AT, en;q=0.5");
        let page = call.send().await;
        assert_eq!(page.header("content-language"), Some("de"));
        assert!(text(&page, 200).contains("<html lang=\"de\">"));
    }

    /// Markup in what others wrote stays text.
    async fn markup_stays_text(store) {
        let api = Api::start(store).await;
        let evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>";
        let made = api.admin.post("/v1/communities", &json!({"name": evil})).await.expect(201);
        let here = Community { id: made["id"].as_str().unwrap().to_owned(), client: api.admin.clone() };
        let guest = Guest::of(&here, here.banned(evil).await).await;
        guest.appeal(evil).await;
        for rest in ["", "/appeal"] {
            let page = guest.read(rest).await;
            assert!(page.contains("&lt;script&gt;") && !page.contains("<img"), "{page}");
        }
    }

    /// A rule of automod is named, and so is that no person decided; a note for moderators is kept from its member.
    async fn what_decided_is_told_and_what_is_for_moderators_is_not(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let by_rule = json!({"kind": "warn", "member": ANN, "reason": "links", "actor": {"automod": {"rule": "link-spam", "version": 3}}});
        let case = here.act(by_rule).await.expect(201)["case"]["number"].as_i64().unwrap();
        let page = Guest::of(&here, case).await.read("").await;
        assert!(page.contains("An automatic rule, without a person") && page.contains("<code>link-spam</code>"), "{page}");
        let note = json!({"kind": "note", "member": ANN, "reason": "between us moderators"});
        let case = here.act(note).await.expect(201)["case"]["number"].as_i64().unwrap();
        let page = Guest::of(&here, case).await.read("").await;
        assert!(!page.contains("between us"), "{page}");
    }

    /// Whoever comes too often is asked to wait, in a page.
    async fn who_comes_too_often_waits(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let mut last = guest.open("").await;
        for _ in 0..70 {
            last = guest.open("?lang=de").await;
        }
        let page = text(&last, 429);
        assert!(page.contains("Zu viele Anfragen"), "{page}");
        let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}
