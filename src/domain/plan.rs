//! Plans: how many requests each key of a tenant may make. What each permits is the operator's to say.

/// The plan of a tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Plan {
    /// For those who are to take little.
    Small,
    /// For most.
    #[default]
    Standard,
    /// For those who may take much.
    Large,
}

impl Plan {
    /// All of them, from the smallest.
    pub const ALL: [Self; 3] = [Self::Small, Self::Standard, Self::Large];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Standard => "standard",
            Self::Large => "large",
        }
    }

    /// The plan with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name() == name)
    }
}
