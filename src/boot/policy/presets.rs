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
mod tests;
