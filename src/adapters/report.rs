//! What became of the records of a file: how many were written, and what could not be mapped, by class and with examples.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::text::steers;

/// The longest detail of an example, in characters: enough to recognise a record by.
const LONGEST_DETAIL: usize = 160;

/// What a class of findings means for its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// There is no line for the record.
    LeftOut,
    /// There is a line, and it says less than the record, or something that was taken for granted.
    Changed,
}

/// Declares the classes: a name, what it means for a record, and the sentence that the report has for it.
macro_rules! classes {
    ($($name:ident: $effect:ident, $means:literal;)+) => {
        /// What could not be mapped.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Class {
            $(#[doc = $means] $name,)+
        }

        impl Class {
            /// Every class, in the order in which reports list them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What it means for a record.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect,)+ }
            }

            /// What it means, for people.
            #[must_use]
            pub const fn means(self) -> &'static str {
                match self { $(Self::$name => $means,)+ }
            }
        }
    };
}

classes! {
    Malformed: LeftOut, "not a record of this source";
    UnknownType: LeftOut, "no kind of act for this type; name one with --kind TYPE=KIND";
    MissingMember: LeftOut, "no id of a member";
    MissingDate: LeftOut, "no date; give one for all such records with --at";
    UnreadableDate: LeftOut, "a date that cannot be read";
    FutureDate: LeftOut, "a date in the future";
    AmbiguousDate: LeftOut, "a date with two readings; choose with --date-order";
    UnclearDuration: LeftOut, "no clear end, and without one it would hold for ever";
    DuplicateId: LeftOut, "the id of an earlier record";
    OtherServer: LeftOut, "another server than the first; choose with --server";
    Deleted: LeftOut, "deleted in the source";
    Orphaned: LeftOut, "a note or comment on a case that is itself left out";
    Withdrawn: Changed, "a warning was taken back, and the source does not say which: written as a note, so void it by hand";
    Scheduled: Changed, "a lift that was ordered for later, written as of the order";
    ImplausibleDate: Changed, "before the member's account was made";
    AssumedUtc: Changed, "a time without an offset, taken as UTC; say which with --utc-offset";
    NoEndKnown: Changed, "the source does not say how long it holds, so written without an end";
    LongDuration: Changed, "longer than 3650 days, so written without an end";
    EndBeforeStart: Changed, "over before it began, so written with one second";
    MissingModerator: Changed, "somebody acted who has no readable id, so nobody is named";
    BadPoints: Changed, "points that are no number from 0 to 10000 with at most 3 decimals, so none";
    BadActive: Changed, "whether it holds is said in a word that is not known, so nothing is said";
    BadLink: Changed, "a link that is not plain http or https, or is one too many, so left out";
    TruncatedReason: Changed, "a reason longer than 2000 characters, cut";
    TruncatedName: Changed, "a name longer than 200 characters, cut";
    TruncatedContext: Changed, "more in the context than it holds (20 entries of 500 characters), cut";
    CleanedText: Changed, "control characters, taken out";
    BadEncoding: Changed, "bytes that are not UTF-8, replaced";
}

impl fmt::Display for Class {
    /// The name that it has in JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        f.pad(&name)
    }
}

/// A record of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Where it stands: `line 12`, `case 34`.
    pub at: String,
    /// What is the matter with it.
    pub detail: String,
}

/// The records of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The class.
    pub class: Class,
    /// What it means for them.
    pub effect: Effect,
    /// The same for people.
    pub means: &'static str,
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// What became of a file's records. Those read are those written, left out and skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name of the source in the lines.
    pub source: String,
    /// The records found.
    pub read: u64,
    /// The lines written.
    pub written: u64,
    /// The records without a line.
    pub left_out: u64,
    /// The records without a line because the caller wanted it so.
    pub skipped: u64,
    /// What could not be mapped, in the order of [`Class::ALL`]. Empty when everything was.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            read,
            written,
            left_out,
            skipped,
            ..
        } = self;
        writeln!(
            f,
            "{source}: {read} read, {written} written, {left_out} left out, {skipped} skipped as asked"
        )?;
        for finding in &self.findings {
            let effect = match finding.effect {
                Effect::LeftOut => "left out",
                Effect::Changed => "changed",
            };
            writeln!(
                f,
                "{effect:<10}{:>7}  {:<18}{}",
                finding.count, finding.class, finding.means
            )?;
            for Example { at, detail } in &finding.examples {
                writeln!(f, "{:19}{at}: {detail}", "")?;
            }
        }
        Ok(())
    }
}

/// A report in the making.
#[derive(Debug)]
pub(super) struct Tally {
    read: u64,
    written: u64,
    left_out: u64,
    skipped: u64,
    examples: usize,
    found: BTreeMap<Class, (u64, Vec<Example>)>,
}

impl Tally {
    /// Nothing so far; keeps so many examples of each class.
    pub(super) fn new(examples: usize) -> Self {
        Self {
            read: 0,
            written: 0,
            left_out: 0,
            skipped: 0,
            examples,
            found: BTreeMap::new(),
        }
    }

    /// One more record was found.
    pub(super) fn read(&mut self) {
        self.read += 1;
    }

    /// The number of the latest record.
    pub(super) fn number(&self) -> u64 {
        self.read
    }

    /// It was written.
    pub(super) fn written(&mut self) {
        self.written += 1;
    }

    /// It was skipped, as asked.
    pub(super) fn skipped(&mut self) {
        self.skipped += 1;
    }

    /// Something of it, or all of it, could not be mapped.
    pub(super) fn found(&mut self, class: Class, at: &str, detail: &str) {
        if class.effect() == Effect::LeftOut {
            self.left_out += 1;
        }
        let (count, examples) = self.found.entry(class).or_default();
        *count += 1;
        if examples.len() < self.examples {
            examples.push(Example {
                at: shown(at),
                detail: shown(detail),
            });
        }
    }

    /// The report.
    pub(super) fn finish(self, source: String) -> Report {
        let findings = self.found.into_iter().map(|(class, (count, examples))| Finding {
            class,
            effect: class.effect(),
            means: class.means(),
            count,
            examples,
        });
        Report {
            source,
            read: self.read,
            written: self.written,
            left_out: self.left_out,
            skipped: self.skipped,
            findings: findings.collect(),
        }
    }
}

/// A text from a file as a terminal may show it: in one line, and without anything that a terminal obeys.
fn shown(text: &str) -> String {
    let mut line = String::new();
    for (place, c) in text.chars().enumerate() {
        if place == LONGEST_DETAIL {
            line.push('…');
            break;
        }
        line.push(if steers(c) { ' ' } else { c });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        for class in Class::ALL {
            assert_eq!(serde_json::to_string(class).unwrap(), format!("\"{class}\""));
        }
    }

    #[test]
    fn the_first_examples_are_kept_and_all_are_counted() {
        let mut tally = Tally::new(2);
        for n in 1..=3 {
            tally.read();
            tally.found(Class::UnknownType, &format!("case {n}"), "type\u{1b}[31m 99");
        }
        tally.read();
        tally.written();
        tally.found(Class::TruncatedReason, "case 4", &"x".repeat(200));
        let report = tally.finish("zeppelin".into());
        assert_eq!((report.read, report.written, report.left_out), (4, 1, 3));
        assert_eq!(report.findings[0].examples.len(), 2);
        let text = report.to_string();
        assert!(
            text.starts_with("zeppelin: 4 read, 1 written, 3 left out, 0 skipped as asked\n"),
            "{text}"
        );
        assert!(
            text.contains("left out        3  unknown_type      no kind of act"),
            "{text}"
        );
        assert!(
            text.contains("case 2: type [31m 99\n") && !text.contains("case 3"),
            "{text}"
        );
        assert!(text.contains(&format!("{}…\n", "x".repeat(160))), "{text}");
    }
}
