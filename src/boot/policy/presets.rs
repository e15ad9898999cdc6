//! Policies to begin with.

/// Their names, and the files.
pub(super) const ALL: [(&str, &str); 3] = [
    ("gentle", include_str!("../../../policies/gentle.yaml")),
    ("standard", include_str!("../../../policies/standard.yaml")),
    ("strict", include_str!("../../../policies/strict.yaml")),
];

/// The file of a preset.
pub(super) fn named(name: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;
    use crate::domain::policy::Policy;

    #[test]
    fn they_are_right_and_deserve_no_warning() {
        for (name, text) in ALL {
            let usable = parse(text).unwrap();
            assert!(usable.warnings.is_empty(), "{name}: {:?}", usable.warnings);
        }
        assert_eq!(named("nobody's"), None);
    }

    #[test]
    fn the_standard_one_is_the_default() {
        let standard = parse(named("standard").unwrap()).unwrap();
        assert_eq!(standard.policy, Policy::default());
    }
}
