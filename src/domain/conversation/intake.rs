//! The intake of appeals: what happened is asked, and what the community's policy wants to know besides.
//!
//! The questions are those of the policy in force when a conversation began, and it keeps them: so its flow is the shipped one with a state more.

use super::check::check;
use super::draft::{Call, Draft, Handler};
use super::field::{Field, Kind, MAX_ANSWER};
use super::flow::{Flow, FlowName};
use super::shipped::{Shipped, TO_WRITE, ask, call, end, field, lines, name, prompt};
use super::wording::Wording;
use crate::domain::appeal::Question;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;

/// The flow of an appeal where a policy asks these questions.
///
/// # Errors
/// What the checker finds, if there are more than one prompt has room for, or one that nobody could read.
pub fn intake(questions: &[Question]) -> Result<Flow, Vec<Finding>> {
    let name = FlowName::parse(Shipped::Appeal.name()).map_err(|_| Vec::new())?;
    check(name, appeal(questions))
}

/// Under which name the answer to a question is kept, by its place in the policy. Its id may be no name, or another field's.
#[must_use]
pub fn question_field(place: usize) -> Name {
    name(&format!("question_{}", place + 1))
}

pub(super) fn appeal(questions: &[Question]) -> Draft {
    let mut draft = Draft::new(Wording::Key("talk-appeal-title"), name("statement"));
    let numbers = Kind::Integer {
        min: 1,
        max: 9_007_199_254_740_991,
    };
    draft.takes = vec![field("case", "talk-appeal-case", numbers, true)];
    let asked = questions.iter().enumerate();
    let asked: Vec<Field> = asked
        .map(|(place, question)| Field {
            name: question_field(place),
            label: Wording::Written(question.text.clone()),
            kind: words(),
            required: question.required,
        })
        .collect();
    draft.forgets = vec![name("statement"), name("evidence")];
    draft.forgets.extend(asked.iter().map(|field| field.name));
    states(&mut draft, asked);
    let after_statement = if questions.is_empty() {
        "check"
    } else {
        "questions"
    };
    let mut collected = vec![("statement", "submit", after_statement)];
    let mut left = vec![("statement", "cancel", "cancelled")];
    if !questions.is_empty() {
        collected.push(("questions", "submit", "check"));
        left.push(("questions", "cancel", "cancelled"));
    }
    lines(&mut draft, Handler::Collect, false, &collected);
    left.extend([
        ("check", "file", "filing"),
        ("check", "edit", "statement"),
        ("check", "cancel", "cancelled"),
        ("refused", "again", "filing"),
        ("refused", "edit", "statement"),
        ("refused", "cancel", "cancelled"),
    ]);
    lines(&mut draft, Handler::Go, false, &left);
    let table = [("filing", "done", "filed"), ("filing", "refused", "refused")];
    lines(&mut draft, Handler::Go, true, &table);
    draft
}

/// What is said in words: as much of it as an appeal takes.
const fn words() -> Kind {
    Kind::Text {
        min: 1,
        max: MAX_ANSWER,
    }
}

fn states(draft: &mut Draft, asked: Vec<Field>) {
    let cancel = ("cancel", "talk-cancel");
    let mut statement = prompt("talk-appeal-ask", &["case"], &[cancel]);
    statement.fields = vec![
        field("statement", "talk-appeal-statement", words(), true),
        field("evidence", "talk-appeal-evidence", Kind::Url, false),
    ];
    draft.state(name("statement"), ask(statement, TO_WRITE));
    let choices = [("file", "talk-appeal-file"), ("edit", "talk-appeal-edit"), cancel];
    let mut check = prompt("talk-appeal-check", &["case", "statement", "evidence"], &choices);
    if !asked.is_empty() {
        check.show.extend(asked.iter().map(|field| field.name));
        let mut questions = prompt("talk-appeal-questions", &["case"], &[cancel]);
        questions.fields = asked;
        draft.state(name("questions"), ask(questions, TO_WRITE));
    }
    draft.state(name("check"), ask(check, TO_WRITE));
    draft.state(name("filing"), call(Call::FileAppeal));
    let choices = [
        ("again", "talk-appeal-again"),
        ("edit", "talk-appeal-edit"),
        cancel,
    ];
    let refused = prompt("talk-appeal-refused", &["case", "refusal"], &choices);
    draft.state(name("refused"), ask(refused, TO_WRITE));
    draft.state(
        name("filed"),
        end("filed", "talk-appeal-filed", &["case", "appeal"]),
    );
    draft.state(name("cancelled"), end("cancelled", "talk-appeal-cancelled", &[]));
    draft.state(name("late"), end("expired", "talk-appeal-late", &[]));
}
