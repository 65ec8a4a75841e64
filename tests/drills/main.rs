//! Drills: one fault at a time is put into a sandbox as a user would do it, and the right check must go red for the right
//! reason while everything else stays green or is blocked by it. Then the fault is mended, and all must be green again.

#![cfg(feature = "sandbox")]

#[path = "../common/codes.rs"]
mod codes;
mod expect;
mod faults;
mod judge;
#[path = "../repository/mistakes.rs"]
mod mistakes;
mod objects;
mod sandbox;

mod agent;
mod alerting;
mod configured;
mod definitions;
mod evaluating;
mod fields;
mod flux;
mod killing;
mod memory;
mod routing;
mod ruling;
mod scrapes;
mod secrets;
mod settling;
mod storage;
mod targets;
mod timing;
mod volumes;
mod workloads;
mod writing;

use faults::Fault;
use sandbox::Sandbox;

/// Runs drills one after another on a sandbox of their own; each leaves it healthy for the next. Behind each drill are the
/// kind whose check it turns red, and a code that must then be told: the table of [`FAULTS`].
macro_rules! drills {
    ($($test:ident { $($module:ident::$drill:ident => $kind:ident $code:literal),+ $(,)? })+) => {
        /// Every drill, in the order of the list.
        const FAULTS: &[Fault] = &[$($(
            Fault { drill: stringify!($drill), kind: stringify!($kind), code: $code },
        )+)+];

        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(mut sandbox) = Sandbox::for_drills(&[$(stringify!($drill)),+]).await else { return };
                $(
                    if sandbox::wants(stringify!($drill)) {
                        let before = sandbox.rows.len();
                        $module::$drill(&mut sandbox).await;
                        sandbox.compare(stringify!($drill), before);
                        sandbox.green().await;
                    }
                )+
                sandbox.end();
            }
        )+
    };
}

drills! {
    faults_of_workloads_turn_one_check_red {
        workloads::a_crd_is_deleted => crds "crds/missing",
        workloads::an_image_cannot_be_pulled => workload "workload/image-pull",
        workloads::an_unknown_flag_makes_vmalert_crash => workload "workload/crash-loop",
        workloads::vmsingle_is_killed_again_and_again => workload "workload/crash-loop",
        workloads::no_node_is_large_enough => workload "workload/unschedulable",
        workloads::all_nodes_are_cordoned => workload "workload/unschedulable",
        workloads::vmagent_runs_out_of_memory => workload "workload/oom-killed",
    }
    faults_of_storage_turn_one_check_red {
        storage::vmsingle_is_killed_once => workload "workload/restarts",
        storage::retention_is_unset => query "query/no-series",
        storage::a_memory_limit_is_missing => query "query/missing-member",
        storage::a_storage_class_does_not_exist => workload "workload/pvc-pending",
        storage::vmagent_writes_to_the_wrong_place => query "query/stale",
    }
    faults_of_scrape_objects_turn_coverage_red {
        scrapes::a_namespace_is_not_selected => scrape_coverage "coverage/unselected",
        scrapes::a_label_is_not_selected => scrape_coverage "coverage/unselected",
        scrapes::a_port_name_is_not_the_services => scrape_coverage "coverage/wrong-port",
        scrapes::a_services_port_is_renamed => scrape_coverage "coverage/wrong-port",
        scrapes::a_selector_matches_no_service => scrape_coverage "coverage/no-service",
        scrapes::a_service_has_no_endpoints => scrape_coverage "coverage/no-endpoint",
        scrapes::relabelling_drops_all => scrape_coverage "coverage/dropped",
        scrapes::an_interval_is_not_one => scrape_coverage "coverage/bad-interval",
        scrapes::a_relabelling_action_is_unknown => scrape_coverage "coverage/bad-relabelling",
        scrapes::a_kind_of_monitors_is_gone => scrape_coverage "coverage/monitors-unserved",
        scrapes::a_component_is_missing => scrape_coverage "coverage/required-missing",
    }
    faults_of_targets_turn_coverage_red {
        targets::a_target_is_stopped => scrape_coverage "coverage/no-endpoint",
        targets::a_target_is_paused => scrape_coverage "coverage/down",
        targets::a_target_answers_500 => scrape_coverage "coverage/down",
        targets::a_target_hangs => scrape_coverage "coverage/down",
        targets::a_target_answers_garbage => scrape_coverage "coverage/no-samples",
    }
    faults_of_vmagent_turn_one_check_red {
        agent::vmagent_is_paused => scrape_coverage "coverage/agent-silent",
        agent::a_shard_is_missing => scrape_coverage "coverage/shard-missing",
    }
    faults_of_memory_turn_its_check_red {
        memory::the_limit_is_passed => memory "memory/over-limit",
        memory::a_container_has_no_limit => memory "memory/no-limit",
        memory::a_container_is_missing => memory "memory/container-missing",
        memory::a_container_is_killed_for_memory => memory "memory/oom-killed",
        memory::a_series_tells_something_else => memory "memory/sources-differ",
        memory::the_series_are_dropped => memory "memory/source-empty",
        memory::a_source_is_silent => memory "memory/source-silent",
    }
    faults_of_routing_turn_the_alert_red {
        routing::somebody_else_silences => alert_flow "alert/silenced-by-others",
        routing::another_alert_inhibits => alert_flow "alert/inhibited",
        routing::the_receiver_has_no_integration => alert_flow "alert/no-integration",
        routing::the_route_leads_elsewhere => alert_flow "alert/wrong-route",
        routing::the_configuration_is_the_fallback => alert_flow "alert/wrong-route",
        routing::alertmanager_is_paused => alert_flow "alert/not-silenced",
    }
    faults_before_alertmanager_turn_the_alert_red {
        evaluating::rules_are_not_selected => alert_flow "alert/not-rendered",
        evaluating::the_notifier_is_elsewhere => alert_flow "alert/not-arrived",
        evaluating::there_is_no_notifier => alert_flow "alert/not-arrived",
        evaluating::the_datasource_is_elsewhere => alert_flow "alert/not-evaluated",
        evaluating::the_datasource_hangs => alert_flow "alert/not-evaluated",
        evaluating::the_datasource_is_empty => alert_flow "alert/not-firing",
        evaluating::one_bad_rule_stops_every_reload => alert_flow "alert/not-loaded",
        evaluating::one_of_two_vmalerts_is_paused => alert_flow "alert/not-loaded",
        evaluating::the_operator_is_stopped => alert_flow "alert/not-rendered",
        evaluating::the_rules_are_frozen => alert_flow "alert/not-rendered",
        evaluating::vmalert_is_paused => alert_flow "alert/not-loaded",
    }
    faults_of_rules_turn_their_check_red {
        ruling::a_metric_does_not_exist => rules "rules/no-series",
        ruling::a_label_value_does_not_exist => rules "rules/no-series",
        ruling::a_metric_has_disappeared => rules "rules/disappeared",
        ruling::an_expression_errs => rules "rules/error",
        ruling::a_required_alert_is_taken_out => rules "rules/required-missing",
        ruling::no_vmrule_is_selected => rules "rules/unselected",
        ruling::the_files_of_rules_are_frozen => rules "rules/not-loaded",
    }
    faults_of_volumes_turn_one_check_red {
        volumes::nobody_uses_the_claim => volume "volume/no-pod",
        volumes::the_pod_has_a_folder_of_its_own => volume "volume/not-persistent",
        volumes::it_is_mounted_elsewhere => volume "volume/other-path",
        volumes::it_is_mounted_read_only => volume "volume/read-only",
        volumes::the_class_does_not_exist => volume "volume/not-bound",
        volumes::the_claim_is_too_small => volume "volume/too-small",
        volumes::the_class_is_of_another_kind => volume "volume/other-provisioner",
        volumes::vmsingle_loses_its_storage => volume "volume/not-persistent",
        volumes::alertmanager_cannot_write => volume "volume/write-errors",
    }
    faults_of_external_secrets_turn_one_check_red {
        secrets::the_external_secret_is_deleted => external_secret "external_secret/missing",
        secrets::the_store_is_misnamed => external_secret "external_secret/other-store",
        secrets::the_store_does_not_work => external_secret "external_secret/store-not-ready",
        secrets::the_stores_data_is_gone => external_secret "external_secret/not-synced",
        secrets::the_controller_does_not_run => external_secret "external_secret/stale",
        secrets::an_older_spec_was_synchronised => external_secret "external_secret/old-generation",
        secrets::the_secret_lacks_its_key => external_secret "external_secret/missing-key",
        secrets::somebody_else_made_the_secret => external_secret "external_secret/foreign-target",
        secrets::an_older_version_is_served => external_secret "external_secret/other-version",
    }
    faults_of_configurations_turn_one_check_red {
        configured::an_interval_is_another => flag "flag/other-value",
        configured::an_extra_argument_wins => flag "flag/other-value",
        configured::the_log_is_written_otherwise => flag "flag/other-value",
        configured::another_component_answers => flag "reach/wrong-component",
        configured::nothing_answers => flag "reach/no-ready-endpoint",
        configured::the_service_is_deleted => flag "reach/not-deployed",
        configured::the_secret_is_deleted => alertmanager_config "alertmanager/fallback",
        configured::the_receiver_tells_nobody => alertmanager_config "alertmanager/silent-receiver",
        configured::the_matcher_is_another => alertmanager_config "alertmanager/other-receiver",
        configured::a_route_before_it_takes_all => alertmanager_config "alertmanager/other-receiver",
        configured::the_receiver_has_another_name => alertmanager_config "alertmanager/unknown-receiver",
        configured::a_matcher_is_of_the_old_syntax => alertmanager_config "alertmanager/not-reloaded",
        configured::the_route_is_muted => alertmanager_config "alertmanager/muted-at-times",
        configured::another_component_is_asked => alertmanager_config "reach/wrong-component",
        definitions::a_crd_is_on_its_way_out => crds "crds/terminating",
        definitions::a_crd_defines_another_kind => crds "crds/other-kind",
        definitions::a_name_is_taken => crds "crds/names-conflict",
        definitions::only_an_older_version_is_served => crds "crds/version-not-served",
        definitions::the_version_is_switched_off => crds "crds/version-not-served",
        timing::nobody_answers => latency "reach/no-ready-endpoint",
        timing::somebody_else_answers => latency "reach/wrong-component",
        timing::there_is_no_service => latency "reach/not-deployed",
        timing::every_query_is_refused => latency "latency/backed-off",
        timing::a_query_finds_nothing => latency "latency/empty-results",
        timing::the_storage_stalls => latency "latency/p95-over-limit",
    }
    faults_of_objects_turn_one_check_red {
        fields::a_value_is_another => object "object/other-value",
        fields::a_key_is_misspelt => object "object/missing-field",
        fields::an_expression_is_false => object "object/cel-false",
        fields::an_element_lacks_a_field => object "object/missing-field",
        fields::an_object_is_deleted => object "object/missing",
        fields::an_object_is_on_its_way_out => object "object/being-deleted",
        fields::a_secret_is_empty => object "object/empty-field",
        fields::a_kind_is_not_installed => object "object/unknown-kind",
        fields::a_status_is_of_another_generation => object "object/stale-generation",
        fields::an_object_is_not_seen_by_its_controller => object "object/unobserved",
        fields::a_field_is_misspelt => object "object/unknown-field",
    }
    faults_of_writing_turn_one_check_red {
        writing::a_row_is_of_the_future => query "query/value-out-of-range",
        writing::a_second_place_refuses => query "query/value-out-of-range",
        writing::a_second_place_takes_all_too => query "query/value-out-of-range",
        writing::there_are_too_many_series => query "query/value-out-of-range",
        writing::the_disk_does_not_last => volume "volume/does-not-last",
        writing::rows_stop_coming => volume "volume/nothing-comes",
    }
    what_moves_is_not_judged {
        settling::a_source_has_fetched_nothing => settled "settled/nothing-fetched",
        settling::a_kustomization_lags_behind => settled "settled/not-applied",
        settling::a_kustomization_was_changed => settled "settled/not-observed",
        settling::another_revision_is_meant => settled "settled/other-revision",
        settling::the_operator_has_not_acted => settled "settled/not-observed",
        settling::a_pod_is_replaced => settled "settled/pod-moves",
        settling::a_source_is_suspended => settled "settled/suspended",
        settling::a_source_can_fetch_no_more => settled "settled/source-not-ready",
        settling::a_rollout_finds_no_node => settled "settled/rolling-out",
    }
    faults_of_flux_turn_one_check_red {
        flux::a_kustomization_is_suspended => flux "flux/suspended",
        flux::a_kustomization_is_of_another_generation => flux "flux/stale-generation",
        flux::an_older_revision_is_applied => flux "flux/older-revision",
        flux::a_dependency_does_not_exist => flux "flux/dependency-missing",
        flux::a_dependency_is_not_ready => flux "flux/unhealthy",
        flux::a_source_cannot_fetch => flux "flux/fetch-failed",
        flux::a_source_is_deleted => flux "flux/source-missing",
        flux::a_release_is_rolled_back => flux "flux/remediated",
        flux::a_release_gives_up_too_soon => flux "flux/remediation",
        flux::a_release_is_of_an_older_version => flux "flux/other-version",
        flux::an_object_of_the_inventory_is_gone => flux "flux/drift",
        flux::an_object_has_two_owners => flux "flux/owned-twice",
        flux::a_kind_is_not_awaited => flux "flux/not-awaited",
        flux::a_variable_is_missing => flux "flux/variable-missing",
        flux::a_variable_is_not_substituted => flux "flux/not-substituted",
        flux::the_storage_is_not_awaited => flux "flux/no-dependency",
        flux::the_folder_above_does_not_list_it => flux "flux/not-from",
        flux::somebody_applied_it_by_hand => flux "flux/not-from",
        flux::the_one_above_is_suspended => flux "flux/suspended",
        flux::the_tag_of_a_chart_moves => flux "flux/older-chart",
        flux::a_value_wins_over_the_variables => flux "flux/overridden",
        flux::a_variable_is_left_in_an_object => flux "flux/not-substituted",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_runs_leave_nothing_for_long() {
    let Some(mut sandbox) = Sandbox::for_drills(&["a_run_is_killed_at_each_station"]).await else { return };
    killing::a_run_is_killed_at_each_station(&mut sandbox).await;
    sandbox.green().await;
    sandbox.end();
}
