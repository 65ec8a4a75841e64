//! Drills: one fault at a time is put into a sandbox as a user would do it, and the right check must go red for the right
//! reason while everything else stays green or is blocked by it. Then the fault is mended, and all must be green again.

#![cfg(feature = "sandbox")]

mod expect;
mod judge;
mod objects;
mod sandbox;

mod agent;
mod alerting;
mod configured;
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
mod volumes;
mod workloads;
mod writing;

use sandbox::Sandbox;

/// Runs drills one after another on a sandbox of their own; each leaves it healthy for the next.
macro_rules! drills {
    ($($test:ident: $module:ident { $($drill:ident),+ $(,)? })+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let drills = [$(stringify!($drill)),+];
            if !drills.iter().any(|drill| sandbox::wants(drill)) {
                return;
            }
            let Some(mut sandbox) = Sandbox::up().await else { return };
            sandbox.green().await;
            $(
                if sandbox::wants(stringify!($drill)) {
                    $module::$drill(&mut sandbox).await;
                    sandbox.green().await;
                }
            )+
            sandbox.end();
        }
    )+};
}

drills! {
    faults_of_workloads_turn_one_check_red: workloads {
        a_crd_is_deleted,
        an_image_cannot_be_pulled,
        an_unknown_flag_makes_vmalert_crash,
        vmsingle_is_killed_again_and_again,
        no_node_is_large_enough,
        all_nodes_are_cordoned,
        vmagent_runs_out_of_memory,
    }
    faults_of_storage_turn_one_check_red: storage {
        vmsingle_is_killed_once,
        retention_is_unset,
        a_memory_limit_is_missing,
        a_storage_class_does_not_exist,
        vmagent_writes_to_the_wrong_place,
    }
    faults_of_scrape_objects_turn_coverage_red: scrapes {
        a_namespace_is_not_selected,
        a_label_is_not_selected,
        a_port_name_is_not_the_services,
        a_services_port_is_renamed,
        a_selector_matches_no_service,
        a_service_has_no_endpoints,
        relabelling_drops_all,
        an_interval_is_not_one,
        a_relabelling_action_is_unknown,
        a_component_is_missing,
    }
    faults_of_targets_turn_coverage_red: targets {
        a_target_is_stopped,
        a_target_is_paused,
        a_target_answers_500,
        a_target_hangs,
        a_target_answers_garbage,
    }
    faults_of_vmagent_turn_one_check_red: agent {
        vmagent_is_paused,
        a_shard_is_missing,
    }
    faults_of_memory_turn_its_check_red: memory {
        the_limit_is_passed,
        a_container_is_missing,
        a_container_is_killed_for_memory,
        a_series_tells_something_else,
        the_series_are_dropped,
    }
    faults_of_routing_turn_the_alert_red: routing {
        somebody_else_silences,
        another_alert_inhibits,
        the_receiver_has_no_integration,
        the_route_leads_elsewhere,
        the_configuration_is_the_fallback,
        alertmanager_is_paused,
    }
    faults_before_alertmanager_turn_the_alert_red: evaluating {
        rules_are_not_selected,
        the_notifier_is_elsewhere,
        there_is_no_notifier,
        the_datasource_is_elsewhere,
        the_datasource_hangs,
        the_datasource_is_empty,
        one_bad_rule_stops_every_reload,
        one_of_two_vmalerts_is_paused,
        the_operator_is_stopped,
        the_rules_are_frozen,
        vmalert_is_paused,
    }
    faults_of_rules_turn_their_check_red: ruling {
        a_metric_does_not_exist,
        a_label_value_does_not_exist,
        an_expression_errs,
        a_required_alert_is_taken_out,
        no_vmrule_is_selected,
        the_files_of_rules_are_frozen,
    }
    faults_of_volumes_turn_one_check_red: volumes {
        nobody_uses_the_claim,
        the_pod_has_a_folder_of_its_own,
        it_is_mounted_elsewhere,
        it_is_mounted_read_only,
        the_class_does_not_exist,
        the_claim_is_too_small,
        the_class_is_of_another_kind,
        vmsingle_loses_its_storage,
        alertmanager_cannot_write,
    }
    faults_of_external_secrets_turn_one_check_red: secrets {
        the_external_secret_is_deleted,
        the_store_is_misnamed,
        the_store_does_not_work,
        the_stores_data_is_gone,
        the_controller_does_not_run,
        an_older_spec_was_synchronised,
        the_secret_lacks_its_key,
        somebody_else_made_the_secret,
        an_older_version_is_served,
    }
    faults_of_configurations_turn_one_check_red: configured {
        an_interval_is_another,
        an_extra_argument_wins,
        the_log_is_written_otherwise,
        another_component_answers,
        nothing_answers,
        the_service_is_deleted,
        the_secret_is_deleted,
        the_receiver_tells_nobody,
        the_matcher_is_another,
        a_route_before_it_takes_all,
        the_receiver_has_another_name,
        another_component_is_asked,
    }
    faults_of_objects_turn_one_check_red: fields {
        a_value_is_another,
        a_key_is_misspelt,
        an_expression_is_false,
        an_object_is_deleted,
        an_object_is_on_its_way_out,
        a_secret_is_empty,
        a_kind_is_not_installed,
        a_status_is_of_another_generation,
        an_object_is_not_seen_by_its_controller,
        a_field_is_misspelt,
    }
    faults_of_writing_turn_one_check_red: writing {
        a_row_is_of_the_future,
        a_second_place_refuses,
        there_are_too_many_series,
        the_disk_does_not_last,
        rows_stop_coming,
    }
    what_moves_is_not_judged: settling {
        a_source_has_fetched_nothing,
        a_kustomization_lags_behind,
        a_kustomization_was_changed,
        another_revision_is_meant,
        the_operator_has_not_acted,
        a_pod_is_replaced,
    }
    faults_of_flux_turn_one_check_red: flux {
        a_kustomization_is_suspended,
        a_kustomization_is_of_another_generation,
        an_older_revision_is_applied,
        a_dependency_does_not_exist,
        a_dependency_is_not_ready,
        a_source_cannot_fetch,
        a_source_is_deleted,
        a_release_is_rolled_back,
        a_release_gives_up_too_soon,
        a_release_is_of_an_older_version,
        an_object_of_the_inventory_is_gone,
        an_object_has_two_owners,
        a_kind_is_not_awaited,
        a_variable_is_missing,
        a_variable_is_not_substituted,
        the_storage_is_not_awaited,
    }
    killed_runs_leave_nothing_for_long: killing {
        a_run_is_killed_at_each_station,
    }
}
