//! The whole way of an appeal: from a ban, by a link, in a browser without JavaScript, over a question and its answer, to a shorter ban; and what the policy asks.

use serde_json::{Value, json};

use super::webdriver::Browser;
use super::{ANN, Api, Guest, led, text};

const REVIEWER: &str = "60771983423143937";

fn person(id: &str) -> Value {
    json!({"platform": "discord", "id": id, "rank": "moderator"})
}

on_every_store! {
    /// The member is banned while a mute holds, appeals, is asked and answers; the ban is reduced with the time served; platforms are told; the mute holds.
    async fn from_a_ban_to_a_shorter_one(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.post("/links", json!({"platform": "discord", "space": "guild"})).await.expect(201);
        let mute = json!({"kind": "mute", "member": ANN, "duration": "P30D", "reason": "Insults", "actor": person("51")});
        here.act(mute).await.expect(201);
        let ban = here.banned("Sold things in #general").await;
        let guest = Guest::of(&here, ban).await;
        let browser = Browser::start().await;
        browser.open(&format!("{}{}", api.url, guest.path)).await;
        browser.click(".call .button").await;
        browser.write("#statement", "It was the sale that the moderators had asked for.").await;
        browser.click("form button").await;
        assert!(browser.text(".progress").await.contains("waits for a reviewer"));
        let appeal = here.appeals().await.remove(0);
        let path = format!("/appeals/{}", appeal["id"].as_str().unwrap());
        let by = person(REVIEWER);
        here.post(&format!("{path}/claim"), json!({"actor": by})).await.expect(200);
        here.post(&format!("{path}/ask"), json!({"actor": by, "question": "Who asked you for it?"})).await.expect(200);
        browser.reload().await;
        assert!(browser.text("main").await.contains("Who asked you for it?"));
        browser.write("#statement", "Rita did, in #events.").await;
        browser.click("form button").await;
        assert!(browser.text(".progress").await.contains("You answered"));
        let answered = here.get(&path).await.expect(200);
        assert_eq!((&answered["state"], &answered["statements"][1]["text"]), (&json!("submitted"), &json!("Rita did, in #events.")));
        // A day is served; four days and fewer points remain.
        api.clock.advance(86_400);
        let before = here.standing(ANN).await;
        assert_eq!(before["points"], 6.9);
        here.post(&format!("{path}/claim"), json!({"actor": by})).await.expect(200);
        let less = json!({"actor": by, "outcome": "reduce", "points": 1, "duration": "P5D", "reason": "Rita did ask"});
        let decided = here.post(&format!("{path}/decide"), less).await.expect(200);
        assert_eq!((&decided["appeal"]["state"], &decided["remedy"]["case"]["points"]), (&json!("closed"), &json!(1)));
        let after = here.standing(ANN).await;
        assert_eq!(after["points"], 2.9, "two of the mute and one of the ban, a day later");
        let kinds: Vec<_> = after["restrictions"].as_array().unwrap().iter().map(|held| held["restriction"].clone()).collect();
        assert!(kinds.contains(&json!("mute")) && kinds.len() == 2, "the mute is held by its own case: {after}");
        // Platforms are told of the ban's new end, and the member of the decision.
        let directives = api.admin.get("/v1/directives?limit=100").await.expect(200);
        let all = directives["items"].as_array().unwrap();
        let until = decided["remedy"]["case"]["sanction"]["ends_at"].clone();
        assert!(until.is_string() && all.iter().any(|d| d["effect"] == "ban" && d["wanted"]["until"] == until), "{all:#?}");
        let notices = here.get(&format!("/notices?case={ban}")).await.expect(200);
        let told: Vec<_> = notices["items"].as_array().unwrap().iter().map(|notice| notice["text"].as_str().unwrap()).collect();
        let whole = "Your appeal of case #2 in Rust Cologne has been decided: the case counts less from now on.\n\
            It lasts 5 days, until 6 January 2026, 00:00 UTC.\nIt counts 1 point now.\nWhat follows from other cases goes on.\nReason: Rita did ask";
        assert!(told.contains(&whole) && told.iter().any(|text| text.ends_with("Question: Who asked you for it?")), "{told:?}");
        browser.reload().await;
        let page = browser.text("main").await;
        assert!(page.contains("The case counts less from now on") && page.contains("Rita did ask"), "{page}");
        // Time goes on: the shorter ban is over, the mute is not.
        api.clock.advance(4 * 86_400);
        let later = here.standing(ANN).await;
        assert_eq!(later["restrictions"].as_array().unwrap().iter().map(|held| held["restriction"].clone()).collect::<Vec<_>>(), ["mute"]);
        browser.quit().await;
    }

    /// What the policy asks is on the form, and answered there; what stands in the way of an appeal is said with its date.
    async fn what_the_policy_asks_is_on_the_page(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let asked = json!([{"id": "why", "text": "What <b>happened</b>?"}, {"id": "else", "text": "Anything else?", "required": false}]);
        let call = here.client.call(hyper::Method::PUT, &here.path("/policy")).header("if-match", "\"1\"");
        call.json(&json!({"rules": {"appeals": {"questions": asked, "gap": "P30D", "wait": 60}}})).send().await.expect(200);
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let page = guest.read("/appeal").await;
        assert!(page.contains("It is too early for an appeal") && !page.contains("<form"), "{page}");
        api.clock.advance(60);
        let page = guest.read("/appeal").await;
        assert!(page.contains("What &lt;b&gt;happened&lt;/b&gt;?") && page.contains("name=\"answer-else\"") && page.contains("(optional)"), "{page}");
        let word = guest.word().await;
        let page = text(&guest.send("/appeal", &[("form", &word), ("statement", "It was not me"), ("answer-else", "No")]).await, 422);
        assert!(page.contains("Answer each question") && page.contains("It was not me") && page.contains(">\nNo</textarea>"), "{page}");
        let word = guest.word().await;
        led(&guest.send("/appeal", &[("form", &word), ("statement", "It was not me"), ("answer-why", "A joke"), ("answer-else", " ")]).await);
        let appeals = here.appeals().await;
        assert_eq!(appeals[0]["answers"], json!([{"id": "why", "question": "What <b>happened</b>?", "text": "A joke"}]));
        // More can be said as long as it is open, once for each form.
        let word = guest.word().await;
        let more = [("form", &*word), ("statement", "And I was asleep")];
        led(&guest.send("/more", &more).await);
        led(&guest.send("/more", &more).await);
        assert_eq!(here.appeals().await[0]["statements"].as_array().unwrap().len(), 2);
        let bar = json!({"actor": person(REVIEWER), "reason": "It insults <everybody>"});
        here.post(&format!("/appeals/{}/bar", appeals[0]["id"].as_str().unwrap()), bar).await.expect(200);
        let page = guest.read("/appeal?lang=de").await;
        assert!(page.contains("Er wurde abgewiesen") && page.contains("It insults &lt;everybody&gt;") && page.contains("Für einen Einspruch ist es zu früh"), "{page}");
    }

    /// Pages have the community's colour, as near to it as can be read, and speak the member's language, else the community's.
    async fn pages_look_like_their_community(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.client.patch(&here.path(""), &json!({"colour": "#c02f7e", "language": "fr"})).await.expect(200);
        let guest = Guest::of(&here, here.banned("spam").await).await;
        let page = guest.read("").await;
        assert!(page.contains("<html lang=\"fr\">") && page.contains(":root{--accent:#"), "{page}");
        let member = api.admin.get(&format!("/v1/users/{ANN}")).await.expect(200);
        api.admin.patch(&format!("/v1/users/{}", member["id"].as_str().unwrap()), &json!({"language": "es"})).await.expect(200);
        assert!(guest.read("").await.contains("<html lang=\"es\">"));
        assert!(guest.read("?lang=de").await.contains("<html lang=\"de\">"), "whoever asks for another one gets it");
    }
}
