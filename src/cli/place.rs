//! The flags that name a community and the database that it is in.

use clap::Args;

use super::Settings;

/// Which community.
#[derive(Debug, Args)]
pub struct CommunityPlace {
    /// The community, by id or name, or a space that it is linked to (`platform:space`).
    #[arg(long, value_name = "COMMUNITY")]
    pub community: String,
    /// The tenant, by id or name [default: the only one].
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub settings: Settings,
}
