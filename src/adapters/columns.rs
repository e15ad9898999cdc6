//! Which column of a table holds what: by the names that bots and people give, or as the caller says.

use std::collections::BTreeMap;

use super::ConvertError;
use super::options::{Column, folded};
use super::text;

/// So many characters of a header are said in an error.
const LONGEST_HEADER: usize = 200;

/// The names of columns, folded. Earlier ones are better: a table with `user_id` and `user` has the id in the first.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Member,
        &[
            "userid",
            "memberid",
            "targetid",
            "discordid",
            "offenderid",
            "suspectid",
            "infractorid",
            "punishedid",
            "user",
            "member",
            "target",
            "offender",
            "suspect",
        ],
    ),
    (
        Column::Moderator,
        &[
            "moderatorid",
            "modid",
            "authorid",
            "staffid",
            "issuerid",
            "executorid",
            "actorid",
            "responsibleid",
            "punisherid",
            "invokerid",
            "moderator",
            "mod",
            "author",
            "staff",
            "issuer",
            "executor",
            "actor",
            "punisher",
            "issuedby",
            "warnedby",
            "bannedby",
        ],
    ),
    (
        Column::MemberName,
        &[
            "username",
            "usertag",
            "membername",
            "membertag",
            "targetname",
            "displayname",
            "tag",
            "name",
            "user",
            "member",
            "target",
        ],
    ),
    (
        Column::ModeratorName,
        &[
            "moderatorname",
            "moderatortag",
            "modname",
            "modtag",
            "authorname",
            "authorusernamediscrim",
            "staffname",
            "issuername",
            "moderator",
            "mod",
            "author",
            "staff",
        ],
    ),
    (
        Column::Time,
        &[
            "createdat",
            "time",
            "date",
            "timestamp",
            "datetime",
            "occurredat",
            "issuedat",
            "createdon",
            "created",
            "when",
            "dateutc",
            "timeutc",
        ],
    ),
    (
        Column::Type,
        &[
            "type",
            "action",
            "kind",
            "actiontype",
            "casetype",
            "infractiontype",
            "punishmenttype",
            "punishment",
            "infraction",
            "event",
        ],
    ),
    (
        Column::Reason,
        &[
            "reason",
            "message",
            "description",
            "note",
            "comment",
            "content",
            "body",
            "text",
        ],
    ),
    (Column::Duration, &["duration", "length", "durationseconds"]),
    (
        Column::Until,
        &[
            "until",
            "expiresat",
            "expires",
            "expiry",
            "expiration",
            "expirationdate",
            "endsat",
            "end",
            "enddate",
        ],
    ),
    (Column::Points, &["points", "weight"]),
    (Column::Active, &["active", "isactive", "inforce"]),
    (
        Column::Evidence,
        &[
            "evidence",
            "proof",
            "logslink",
            "link",
            "links",
            "url",
            "attachment",
            "attachments",
        ],
    ),
    (Column::Server, &["guildid", "serverid", "guild", "server"]),
    (
        Column::Id,
        &[
            "caseid",
            "casenumber",
            "caseno",
            "infractionid",
            "warningid",
            "warnid",
            "punishmentid",
            "logid",
            "case",
            "id",
            "number",
            "uuid",
        ],
    ),
];

/// Which column holds what, by its place.
#[derive(Debug, Default)]
pub(super) struct Columns {
    places: BTreeMap<Column, usize>,
    /// The columns that hold nothing known, with their names.
    pub(super) others: Vec<(usize, String)>,
    /// How many columns the header has.
    pub(super) width: usize,
}

impl Columns {
    /// Looks at a header. Names that the caller gave must be there.
    pub(super) fn find(header: &[String], chosen: &BTreeMap<Column, String>) -> Result<Self, ConvertError> {
        let words: Vec<String> = header.iter().map(|name| folded(name)).collect();
        let mut found = Self {
            width: header.len(),
            ..Self::default()
        };
        let mut used = vec![false; header.len()];
        for (column, name) in chosen {
            let exact = header.iter().position(|written| written.trim() == name.trim());
            let place = exact.or_else(|| words.iter().position(|word| *word == folded(name)));
            let Some(place) = place else {
                let known = header_said(header);
                return Err(ConvertError::Shape(format!(
                    "there is no column {name:?}; the header has {known}"
                )));
            };
            found.places.insert(*column, place);
            used[place] = true;
        }
        for (column, names) in NAMES {
            if found.places.contains_key(column) {
                continue;
            }
            let free = |name: &&str| (0..words.len()).find(|place| !used[*place] && words[*place] == **name);
            if let Some(place) = names.iter().find_map(free) {
                found.places.insert(*column, place);
                used[place] = true;
            }
        }
        let others = header.iter().enumerate().filter(|(place, _)| !used[*place]);
        found.others = others
            .map(|(place, name)| (place, name.trim().to_owned()))
            .collect();
        Ok(found)
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.places.contains_key(&column)
    }

    /// What a row has in a column, if it says anything.
    pub(super) fn get<'r>(&self, row: &'r [String], column: Column) -> Option<&'r str> {
        let text = row.get(*self.places.get(&column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// The names of a header for an error, no more of them than somebody reads: a file of another sort may have anything there.
pub(super) fn header_said(header: &[String]) -> String {
    let all = text::line(&header.join(", "));
    match text::cut(&all, LONGEST_HEADER) {
        (_, None) => all,
        (cut, Some(_)) => format!("{cut}…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(header: &str) -> Vec<(Column, usize)> {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        Columns::find(&header, &BTreeMap::new())
            .unwrap()
            .places
            .into_iter()
            .collect()
    }

    #[test]
    fn no_more_of_a_header_is_said_than_somebody_reads() {
        let header = |names: usize| vec!["name\n".to_owned(); names];
        assert_eq!(header_said(&header(3)), "name , name , name");
        let said = header_said(&header(100));
        assert_eq!(said.chars().count(), LONGEST_HEADER + 1);
        assert!(said.starts_with("name , name ,") && said.ends_with('…'), "{said}");
    }

    #[test]
    fn ids_are_preferred_to_names() {
        assert_eq!(
            places("User,User ID,Mod,mod_id,id"),
            [
                (Column::Id, 4),
                (Column::Member, 1),
                (Column::MemberName, 0),
                (Column::Moderator, 3),
                (Column::ModeratorName, 2)
            ]
        );
        assert_eq!(
            places("user,moderator"),
            [(Column::Member, 0), (Column::Moderator, 1)]
        );
    }

    #[test]
    fn the_caller_is_believed_and_the_rest_is_kept() {
        let header = ["who", "Wann", "x"].map(str::to_owned);
        let chosen = BTreeMap::from([
            (Column::Member, "who".to_owned()),
            (Column::Time, "wann".to_owned()),
        ]);
        let columns = Columns::find(&header, &chosen).unwrap();
        assert_eq!(columns.others, [(2, "x".to_owned())]);
        let row = ["1".to_owned()];
        assert_eq!(
            (columns.get(&row, Column::Member), columns.get(&row, Column::Time)),
            (Some("1"), None)
        );
        let missing = Columns::find(&header, &BTreeMap::from([(Column::Time, "when".to_owned())]));
        assert_eq!(
            missing.unwrap_err().to_string(),
            "there is no column \"when\"; the header has who, Wann, x"
        );
    }
}
