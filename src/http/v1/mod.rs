//! Version 1 of the API: one table of all routes, one file for each.

pub mod acts;
pub mod appeal_links;
pub mod appeals;
pub mod cases;
pub mod checks;
pub mod communities;
pub mod conversations;
pub mod directives;
pub mod drift;
pub mod events;
pub mod flows;
pub mod held;
pub mod imports;
pub mod insight;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod links;
pub mod members;
pub mod notices;
pub mod policies;
pub mod sanctions;
pub mod schedules;
pub mod tenants;
pub mod undo;
pub mod users;
pub mod webhooks;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::api::ApiState;

/// The routes with their descriptions. Method and path stand with each handler.
pub fn routes() -> OpenApiRouter<ApiState> {
    ledger()
        .merge(directory())
        .merge(rate_limits())
        .merge(work())
        .merge(scheduled())
        .merge(sent())
        .merge(conversations())
}

/// What happens to members, and what is made of it.
fn ledger() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(acts::create::create_act))
        .routes(
            routes!(acts::create_many::create_acts)
                .layer(DefaultBodyLimit::max(acts::create_many::BODY_LIMIT)),
        )
        .routes(routes!(jobs::list::list_jobs))
        .merge(held_acts())
        .merge(appeals())
        .merge(notices())
        .routes(routes!(jobs::read::read_job))
        .routes(routes!(jobs::results::list_job_results))
        .routes(routes!(jobs::cancel::cancel_job))
        .routes(routes!(jobs::resume::resume_job))
        .routes(routes!(undo::create::create_undo_plan))
        .routes(routes!(undo::read::read_undo_plan))
        .routes(routes!(undo::apply::apply_undo_plan))
        .routes(routes!(cases::list::list_cases))
        .routes(routes!(cases::read::read_case))
        .routes(routes!(cases::void::void_case))
        .routes(routes!(cases::reduce::reduce_case))
        .routes(routes!(cases::replace::replace_case))
        .routes(routes!(cases::reason::change_reason))
        .routes(routes!(cases::revisions::list_case_revisions))
        .routes(routes!(insight::counts::count_cases))
        .routes(routes!(insight::consistency::read_consistency))
        .routes(routes!(insight::simulate::simulate_policy))
        .routes(routes!(sanctions::list::list_sanctions))
        .routes(routes!(sanctions::read::read_sanction))
        .routes(routes!(sanctions::lift::lift_sanction))
        .routes(routes!(members::standing::read_standing))
        .routes(routes!(members::explanation::read_explanation))
        .routes(routes!(events::list::list_events))
        .routes(routes!(events::stream::stream_events))
}

/// Who and what there is: communities with their policies and members, users, keys, tenants.
fn directory() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(
            communities::list::list_communities,
            communities::create::create_community
        ))
        .routes(routes!(
            communities::read::read_community,
            communities::update::update_community,
            communities::delete::delete_community
        ))
        .routes(routes!(communities::export::export_community))
        .routes(routes!(communities::restore::restore_community))
        .routes(routes!(imports::create::import_acts))
        .routes(routes!(communities::archive::archive_community))
        .routes(routes!(communities::unarchive::unarchive_community))
        .routes(routes!(links::create::create_link))
        .routes(routes!(links::delete::delete_link))
        .routes(routes!(policies::read::read_policy, policies::put::put_policy))
        .routes(routes!(policies::list::list_policies))
        .routes(routes!(
            policies::read_version::read_policy_version,
            policies::withdraw::withdraw_policy
        ))
        .routes(routes!(policies::restore::restore_policy))
        .routes(routes!(members::list::list_members))
        .routes(routes!(
            members::read::read_member,
            members::update::update_member
        ))
        .routes(routes!(users::list::list_users, users::create::create_user))
        .routes(routes!(users::read::read_user, users::update::update_user))
        .routes(routes!(users::add_identity::add_identity))
        .routes(routes!(users::merge::merge_users))
        .routes(routes!(users::merges::list_merges))
        .routes(routes!(users::undo_merge::undo_merge))
        .routes(routes!(users::erase::erase_user))
        .routes(routes!(keys::list::list_keys, keys::create::create_key))
        .routes(routes!(keys::read::read_key, keys::revoke::revoke_key))
        .routes(routes!(
            tenants::list::list_tenants,
            tenants::create::create_tenant
        ))
        .routes(routes!(tenants::read::read_tenant))
        .routes(routes!(
            tenants::read_one::read_one_tenant,
            tenants::update::update_tenant,
            tenants::delete::delete_tenant
        ))
        .routes(routes!(tenants::archive::archive_tenant))
        .routes(routes!(tenants::unarchive::unarchive_tenant))
}

/// Rate limits, and checks of them.
fn rate_limits() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(checks::create::check_limit))
        .routes(routes!(checks::create_many::check_limits))
        .routes(routes!(checks::status::read_limit_status))
        .routes(routes!(checks::reset::reset_limit))
        .routes(routes!(checks::signal::signal_limit))
        .routes(routes!(limits::list::list_limits))
        .routes(routes!(
            limits::read::read_limit,
            limits::put::put_limit,
            limits::delete::delete_limit
        ))
        .routes(routes!(limits::versions::list_limit_versions))
}

/// What platforms are to do.
fn work() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(directives::list::list_directives))
        .routes(routes!(directives::stream::stream_directives))
        .routes(routes!(directives::lease::lease_directives))
        .routes(routes!(directives::read::read_directive))
        .routes(routes!(directives::receive::receive_directive))
        .routes(routes!(directives::retry::retry_directive))
        .routes(routes!(directives::cancel::cancel_directive))
        .routes(routes!(drift::observe::post_observations))
        .routes(routes!(drift::list::list_drift))
}

/// What is to be done at a time that was set before.
fn scheduled() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(
            schedules::list::list_schedules,
            schedules::create::create_schedule
        ))
        .routes(routes!(schedules::read::read_schedule))
        .routes(routes!(schedules::cancel::cancel_schedule))
        .routes(routes!(schedules::retry::retry_schedule))
}

/// What people are asked, one thing after the other, and what that follows.
fn conversations() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(flows::list::list_flows))
        .routes(routes!(flows::read::read_flow, flows::put::put_flow))
        .routes(routes!(flows::versions::list_flow_versions))
        .routes(routes!(
            conversations::list::list_conversations,
            conversations::start::start_conversation
        ))
        .routes(routes!(conversations::read::read_conversation))
        .routes(routes!(conversations::advance::advance_conversation))
        .routes(routes!(conversations::cancel::cancel_conversation))
}

/// Events, sent where tenants want them.
fn sent() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(
            webhooks::list::list_webhooks,
            webhooks::create::create_webhook
        ))
        .routes(routes!(
            webhooks::read::read_webhook,
            webhooks::update::update_webhook,
            webhooks::delete::delete_webhook
        ))
        .routes(routes!(webhooks::rotate::rotate_webhook_secret))
        .routes(routes!(webhooks::test::test_webhook))
        .routes(routes!(webhooks::replay_dead::replay_dead_deliveries))
        .routes(routes!(webhooks::deliveries::list_deliveries))
        .routes(routes!(webhooks::read_delivery::read_delivery))
        .routes(routes!(webhooks::replay::replay_delivery))
}

/// What is done about acts that wait for others.
fn held_acts() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(held::list::list_held_acts))
        .routes(routes!(held::read::read_held_act))
        .routes(routes!(held::approve::approve_held_act))
        .routes(routes!(held::reject::reject_held_act))
}

/// Cases that are looked at again.
fn appeals() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(appeals::file::file_appeal))
        .routes(routes!(appeals::list::list_appeals))
        .routes(routes!(appeals::queue::list_appeal_queue))
        .routes(routes!(insight::overturns::count_overturns))
        .routes(routes!(appeals::eligibility::read_appeal_eligibility))
        .routes(routes!(appeals::read::read_appeal))
        .routes(routes!(appeals::review::read_appeal_review))
        .routes(routes!(appeals::submit::submit_appeal))
        .routes(routes!(appeals::statement::add_appeal_statement))
        .routes(routes!(appeals::claim::claim_appeal))
        .routes(routes!(appeals::release::release_appeal))
        .routes(routes!(appeals::ask::ask_appellant))
        .routes(routes!(appeals::comment::comment_on_appeal))
        .routes(routes!(appeals::bar::bar_appeal))
        .routes(routes!(appeals::withdraw::withdraw_appeal))
        .routes(routes!(appeals::decide::decide_appeal))
        .routes(routes!(appeal_links::create::create_appeal_link))
        .routes(routes!(appeal_links::list::list_appeal_links))
        .routes(routes!(appeal_links::revoke::revoke_appeal_link))
}

/// What members are told.
fn notices() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(notices::list::list_notices))
        .routes(routes!(notices::read::read_notice))
        .routes(routes!(notices::acknowledge::acknowledge_notice))
}
