//! The scripts, each behind what all begin with.

use crate::nodes::Known;

macro_rules! script {
    ($(#[$doc:meta])* $name:ident, $code:ident, $file:literal) => {
        $(#[$doc])*
        pub(super) static $name: Known = Known::new($code, || Known::hash($code));
        const $code: &str = concat!(include_str!("shared.lua"), include_str!($file));
    };
}

script!(
    /// What a stream says of itself.
    TIP, TIP_CODE, "tip.lua"
);
script!(
    /// Appends entries, if the stream ends where it should.
    APPEND, APPEND_CODE, "append.lua"
);
script!(
    /// Takes out what is to go.
    CLEAR, CLEAR_CODE, "clear.lua"
);
script!(
    /// Lets go of what is too old.
    TRIM, TRIM_CODE, "trim.lua"
);
script!(
    /// Moves what nobody can work off to the dead letters.
    STUCK, STUCK_CODE, "stuck.lua"
);
