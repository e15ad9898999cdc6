//! What a policy says of appeals.

use super::{duration, line, section, word};
use crate::domain::appeal::Rules;

/// The section of appeals, whole.
pub(super) fn print(out: &mut String, rules: &Rules) {
    section(
        out,
        "What may be appealed, how, and how long everybody has: window (null for ever), wait, most appeals of a case, gap between them.",
    );
    line(out, "appeals:");
    let window = rules.window.map_or("null".to_owned(), duration);
    line(out, &format!("  window: {window}"));
    line(out, &format!("  wait: {}", duration(rules.wait)));
    line(out, &format!("  most: {}", rules.most));
    line(out, &format!("  gap: {}", duration(rules.gap)));
    let kinds: Vec<_> = rules.except_kinds.iter().map(|kind| word(kind.name())).collect();
    line(out, &format!("  except_kinds: [{}]", kinds.join(", ")));
    if rules.questions.is_empty() {
        line(out, "  questions: []");
    } else {
        line(out, "  questions:");
    }
    for question in &rules.questions {
        // A text of JSON is one of YAML too.
        let text = serde_json::Value::from(question.text.as_str());
        let id = word(&question.id);
        line(
            out,
            &format!(
                "    - {{id: {id}, text: {text}, required: {}}}",
                question.required
            ),
        );
    }
    line(out, &format!("  claim_for: {}", duration(rules.claim_for)));
    line(
        out,
        &format!("  decide_within: {}", duration(rules.decide_within)),
    );
    line(
        out,
        &format!("  answer_within: {}", duration(rules.answer_within)),
    );
    line(out, &format!("  draft_for: {}", duration(rules.draft_for)));
    line(out, &format!("  blind: {}", rules.blind));
    let votes = rules.votes.map_or("null".to_owned(), |votes| {
        format!("{{needed: {}, of: {}}}", votes.needed, votes.of)
    });
    line(out, &format!("  votes: {votes}"));
}
