//! Lists in pages: one row more than asked for is read, and tells whether there is a next page.

use crate::ports::directory::After;

/// One page of a list, and the key after which the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T, K> {
    /// The items.
    pub items: Vec<T>,
    /// The key of the last item, when more follow.
    pub next: Option<K>,
}

/// Asks for one row more than the caller did.
pub(crate) fn one_more<K>(page: After<K>) -> After<K> {
    After {
        after: page.after,
        limit: page.limit.saturating_add(1),
    }
}

/// Cuts rows that were read by [`one_more`] to the page that was asked for.
pub(crate) fn cut<R, T, K>(
    mut rows: Vec<R>,
    limit: u32,
    key: impl Fn(&R) -> K,
    show: impl Fn(&R) -> T,
) -> Listed<T, K> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Listed {
        next: rows.last().filter(|_| more).map(key),
        items: rows.iter().map(show).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_announced_only_when_there_is_one() {
        let page = |rows: Vec<i64>| cut(rows, 2, |row| *row, ToString::to_string);
        assert_eq!(page(vec![5, 4, 3]).next, Some(4));
        assert_eq!(page(vec![5, 4, 3]).items, ["5", "4"]);
        assert_eq!(page(vec![5, 4]).next, None);
        assert_eq!(page(vec![]).next, None);
    }
}
