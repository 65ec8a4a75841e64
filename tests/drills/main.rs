//! Drills: one fault at a time is put into a sandbox as a user would do it, and the right check must go red for the right
//! reason while everything else stays green or is blocked by it. Then the fault is mended, and all must be green again.

#![cfg(feature = "sandbox")]

mod alerting;
mod evaluating;
mod expect;
mod judge;
mod killing;
mod memory;
mod objects;
mod routing;
mod sandbox;
mod storage;

use sandbox::Sandbox;

/// Runs drills one after another on a sandbox of their own; each leaves it healthy for the next.
macro_rules! drills {
    ($($test:ident: $module:ident { $($drill:ident),+ $(,)? })+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let Some(mut sandbox) = Sandbox::up().await else { return };
            sandbox.green().await;
            $(
                if sandbox.wants(stringify!($drill)) {
                    $module::$drill(&mut sandbox).await;
                    sandbox.green().await;
                }
            )+
        }
    )+};
}

drills! {
    faults_of_storage_turn_its_checks_red: storage {
        retention_is_unset,
        vmsingle_is_killed_once,
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
        vmalert_is_paused,
    }
    killed_runs_leave_nothing_for_long: killing {
        a_run_is_killed_at_each_station,
    }
}
