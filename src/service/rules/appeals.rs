//! What a request's rules say of appeals.

use super::Reading;
use crate::domain::appeal::{Question, Rules, Votes};
use std::collections::BTreeSet;
use wire::policy::{AppealQuestion, AppealRules};

/// How many characters a question has at most.
const LONGEST: usize = 500;

impl Reading {
    pub(super) fn appeals(&mut self, given: Option<&AppealRules>) -> Rules {
        let default = Rules::default();
        let Some(given) = given else { return default };
        let mut time = |field: &str, given: Option<&wire::duration::Duration>, default: i64| {
            self.seconds(&format!("/appeals/{field}"), given, default)
        };
        let window = given
            .window
            .as_ref()
            .map(|window| time("window", Some(window), 0));
        let mut rules = Rules {
            window,
            wait: time("wait", given.wait.as_ref(), default.wait),
            most: given.most.unwrap_or(default.most),
            gap: time("gap", given.gap.as_ref(), default.gap),
            claim_for: time("claim_for", given.claim_for.as_ref(), default.claim_for),
            decide_within: time(
                "decide_within",
                given.decide_within.as_ref(),
                default.decide_within,
            ),
            answer_within: time(
                "answer_within",
                given.answer_within.as_ref(),
                default.answer_within,
            ),
            draft_for: time("draft_for", given.draft_for.as_ref(), default.draft_for),
            blind: given.blind.unwrap_or(default.blind),
            votes: given.votes.as_ref().map(|votes| Votes {
                needed: votes.needed,
                of: votes.of,
            }),
            ..default
        };
        let mut kinds = BTreeSet::new();
        for (place, name) in given.except_kinds.iter().flatten().enumerate() {
            kinds.extend(self.kind(&format!("/appeals/except_kinds/{place}"), name));
        }
        rules.except_kinds = kinds;
        for (place, question) in given.questions.iter().flatten().enumerate() {
            rules.questions.extend(self.question(place, question));
        }
        rules
    }

    fn question(&mut self, place: usize, question: &AppealQuestion) -> Option<Question> {
        let root = format!("/appeals/questions/{place}");
        let text = question.text.as_str();
        if text.trim().is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            let detail = format!("a question has 1 to {LONGEST} characters in one line");
            self.wrong(format!("{root}/text"), &detail);
            return None;
        }
        Some(Question {
            id: question.id.clone(),
            text: text.to_owned(),
            required: question.required.unwrap_or(true),
        })
    }
}
