//! An appeal by a page: written, sent once, seen, decided, taken back; and all that is no appeal.

use hyper::Method;
use serde_json::json;

use super::{Api, Guest, led, text, word};

on_every_store! {
    /// From the form to the decision, and what the member sees of it.
    async fn an_appeal_is_written_and_followed(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let word = guest.word().await;
        let fields = [("form", &*word), ("statement", "It was\r\nmy <b>cat</b>"), ("evidence", "https://x.example/cat\r\n\r\n")];
        led(&guest.send("/appeal", &fields).await);
        let appeals = here.appeals().await;
        let said = &appeals[0]["statements"][0];
        assert_eq!((appeals.len(), &appeals[0]["state"], &said["text"]), (1, &json!("submitted"), &json!("It was\nmy <b>cat</b>")));
        assert_eq!(said["evidence"], json!(["https://x.example/cat"]));
        let page = guest.read("/appeal").await;
        assert!(page.contains("waits for a reviewer") && page.contains("my &lt;b&gt;cat&lt;/b&gt;") && page.contains("https://x.example/cat"), "{page}");
        assert!(!page.contains("action=\"appeal\""), "one at a time: {page}");
        assert!(guest.read("").await.contains("See your appeal"));
        let path = format!("/appeals/{}", appeals[0]["id"].as_str().unwrap());
        let reviewer = json!({"platform": "discord", "id": "60771983423143937", "rank": "moderator"});
        here.post(&format!("{path}/claim"), json!({"actor": reviewer})).await.expect(200);
        assert!(guest.read("/appeal").await.contains("A reviewer has it in hand"));
        let upheld = json!({"actor": reviewer, "outcome": "uphold", "reason": "The log <shows> it"});
        here.post(&format!("{path}/decide"), upheld).await.expect(200);
        let page = guest.read("/appeal").await;
        assert!(page.contains("The case stands as it is") && page.contains("The log &lt;shows&gt; it"), "{page}");
        assert!(!page.contains("60771983423143937") && !page.contains("usr_"), "who decided is not told: {page}");
    }

    /// Taken back, with a form of its own.
    async fn an_appeal_is_taken_back(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        guest.appeal("It was not me").await;
        let word = guest.word().await;
        led(&guest.send("/withdraw", &[("form", &word)]).await);
        led(&guest.send("/withdraw", &[("form", &word)]).await);
        assert_eq!(here.appeals().await[0]["state"], "withdrawn");
        assert!(guest.read("/appeal").await.contains("You took it back"));
        guest.appeal("It was not me, really").await;
        let states: Vec<_> = here.appeals().await.iter().map(|appeal| appeal["state"].clone()).collect();
        assert_eq!(states, ["submitted", "withdrawn"]);
        text(&guest.send("/withdraw", &[("form", "x")]).await, 422);
        assert_eq!(here.appeals().await[0]["state"], "submitted");
    }

    /// A form that is sent twice, at once or later, or with another text, is one appeal.
    async fn a_form_that_comes_twice_is_one_appeal(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let word = guest.word().await;
        let fields = [("form", &*word), ("statement", "It was not me")];
        let (one, other) = tokio::join!(guest.send("/appeal", &fields), guest.send("/appeal", &fields));
        led(&one);
        led(&other);
        led(&guest.send("/appeal", &fields).await);
        led(&guest.send("/appeal", &[("form", &word), ("statement", "Something else")]).await);
        led(&guest.send("/appeal", &[("form", &guest.word().await), ("statement", "By another form")]).await);
        let appeals = here.appeals().await;
        assert_eq!((appeals.len(), &appeals[0]["statements"][0]["text"]), (1, &json!("It was not me")));
    }

    /// What cannot be taken comes back with the reason, and whole: also a text of a thousand pages.
    async fn what_cannot_be_taken_is_kept(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let pages = "A page of text. ".repeat(200_000);
        for (statement, evidence, says) in [
            ("", "", "Write something"), (" \n ", "", "Write something"), ("a\0b", "", "cannot be kept"),
            (&"ä".repeat(4_001), "", "4001 characters, and 4000 are the most"),
            (&pages, "", "3200000 characters, and 4000 are the most"),
            ("</textarea><script>alert(1)</script>", "javascript:alert(1)", "beginning with https://"),
            ("a", &"https://x.example\n".repeat(11), "At most 10 links"),
        ] {
            let word = guest.word().await;
            let page = text(&guest.send("/appeal", &[("form", &word), ("statement", statement), ("evidence", evidence)]).await, 422);
            assert!(page.contains(says) && page.contains("role=\"alert\""), "{says}");
            let kept = statement.replace('<', "&lt;").replace('>', "&gt;");
            assert!(page.contains(&kept), "{says}: the text is kept");
        }
        let far_more = "A page of text. ".repeat(300_000);
        let page = text(&guest.send("/appeal", &[("form", &guest.word().await), ("statement", &far_more)]).await, 413);
        assert!(page.contains("at most 4000 characters"), "{page}");
        assert_eq!(here.appeals().await, Vec::<serde_json::Value>::new());
    }

    /// A form that no page of this link drew, or that another site had sent, changes nothing.
    async fn a_form_from_elsewhere_changes_nothing(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let (guest, other) = (Guest::of(&here, case).await, Guest::of(&here, case).await);
        let (ours, theirs) = (guest.word().await, other.word().await);
        let said = ("statement", "It was not me");
        for (fields, headers) in [
            (vec![said], vec![]),
            (vec![("form", ""), said], vec![]),
            (vec![("form", &*theirs), said], vec![]),
            (vec![("form", &ours[1..]), said], vec![]),
            (vec![("form", &*ours), said], vec![("sec-fetch-site", "cross-site")]),
            (vec![("form", &*ours), said], vec![("sec-fetch-site", "same-site")]),
            (vec![("form", &*ours), said], vec![("origin", "https://evil.example")]),
        ] {
            let page = text(&guest.send_with("/appeal", &fields, &headers).await, 422);
            assert!(page.contains("This form was open for too long") && page.contains("It was not me"), "{fields:?} {headers:?}: {page}");
        }
        let json = api.anonymous();
        let json = json.call(Method::POST, &format!("{}/appeal", guest.path)).json(&json!({"form": ours, "statement": "x"})).send().await;
        text(&json, 422);
        api.clock.advance(13 * 3_600);
        let page = text(&guest.send("/appeal", &[("form", &ours), said]).await, 422);
        assert_eq!(here.appeals().await, Vec::<serde_json::Value>::new());
        // What the page gives back is good.
        led(&guest.send("/appeal", &[("form", &word(&page)), said]).await);
        assert_eq!(here.appeals().await.len(), 1);
    }

    /// A case that is voided while somebody writes has nothing left to appeal against, and the page says so.
    async fn an_appeal_of_a_case_voided_meanwhile_says_so(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let guest = Guest::of(&here, case).await;
        let word = guest.word().await;
        here.post(&format!("/cases/{case}/void"), json!({})).await.expect(200);
        led(&guest.send("/appeal", &[("form", &word), ("statement", "It was not me")]).await);
        let page = guest.read("/appeal").await;
        assert!(page.contains("There can be no appeal now") && !page.contains("<form"), "{page}");
        let page = guest.read("").await;
        assert!(page.contains("This case no longer counts") && page.contains("You have no points"), "{page}");
        assert_eq!(here.appeals().await, Vec::<serde_json::Value>::new());
    }

    /// Where an appeal is open while its case is voided, the member reads that nothing is left to decide.
    async fn an_appeal_that_became_moot_says_so(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let guest = Guest::of(&here, case).await;
        guest.appeal("It was not me").await;
        here.post(&format!("/cases/{case}/void"), json!({})).await.expect(200);
        let page = guest.read("/appeal").await;
        assert!(page.contains("nothing left to decide") && !page.contains("<form"), "{page}");
    }

    /// What an archived community takes no more is kept in the form.
    async fn an_archived_community_takes_no_appeal(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let word = guest.word().await;
        here.post("/archive", json!({})).await.expect(200);
        let page = guest.read("/appeal").await;
        assert!(page.contains("nothing changes in it any more") && !page.contains("<form"), "{page}");
        let page = text(&guest.send("/appeal", &[("form", &word), ("statement", "It was not me")]).await, 422);
        assert!(page.contains("cannot be done now") && page.contains("It was not me"), "{page}");
    }
}
