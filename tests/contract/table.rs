//! The list of contracts: what holds, and what the judge relies on it for.

use std::pin::Pin;
use std::sync::Arc;

use crate::cluster::Cluster;
use crate::*;

/// What was seen to differ from the contract, in words; the contract holds where there is nothing to tell.
pub type Proof = Result<(), String>;

type Prove = fn(Arc<Cluster>) -> Pin<Box<dyn Future<Output = Proof> + Send>>;

/// What a cluster must have for a contract to be tried on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// An API server with its controllers.
    Api,
    /// A node that runs pods.
    Pods,
    /// The VictoriaMetrics operator, and its definitions.
    Operator,
}

/// One thing that the judge relies on.
pub struct Contract {
    /// What it is about: the file with its proof.
    pub noun: &'static str,
    pub name: &'static str,
    /// What of the judge would be wrong if it did not hold.
    pub relied_on_for: &'static str,
    pub needs: Needs,
    pub prove: Prove,
}

macro_rules! contracts {
    ($($noun:ident $needs:ident { $($name:ident: $relied:literal,)+ })+) => {
        /// All contracts.
        pub const CONTRACTS: &[Contract] = &[$($(Contract {
            noun: stringify!($noun),
            name: stringify!($name),
            relied_on_for: $relied,
            needs: Needs::$needs,
            prove: |cluster| Box::pin(async move { $noun::$name(&cluster).await }),
        },)+)+];
    };
}

contracts! {
    operator Operator {
        an_applications_status_has_no_conditions: "operator kinds: updateStatus, observedGeneration",
        an_application_brings_its_objects: "names and labels by which pods and Services are found",
        a_missing_configuration_becomes_the_blackhole: "alertmanager_config: the fallback",
        a_paused_application_says_so: "operator kinds: paused",
    }
    children Operator {
        a_scrape_object_is_rendered_and_says_by_whom: "scrape coverage: conditions of children",
        a_rule_object_becomes_a_file: "rules: where a VMRule ends up",
        a_child_that_is_not_selected_has_no_condition: "rules and scrapes that are not selected",
    }
    scraping Operator {
        each_kind_becomes_a_pool_that_names_it: "scrape coverage: pools are joined with objects by their names",
        one_that_is_refused_leaves_the_others: "scrape coverage: a refused object is one finding, not many",
    }
    discovery Api {
        the_server_tells_its_version: "the report says on which Kubernetes a verdict was reached",
        groups_and_resources_are_listed: "kinds of checks are found by group and kind, never by a guessed plural",
        aggregated_discovery_lists_the_same: "one request instead of one for each group",
        an_unknown_resource_is_404: "a kind that is not installed is told apart from an object that is absent",
        a_definition_brings_its_kind_and_takes_it_away: "crds: Established means that objects can be made",
    }
    watch Api {
        a_list_and_a_watch_from_its_version_miss_nothing: "waiting for objects",
        a_selector_turns_changes_into_arrivals_and_leavings: "waiting for selected objects",
        a_version_that_is_too_old_is_410: "a watch that fell behind lists anew",
        a_watch_starts_with_what_there_is_and_says_where_that_ends: "streaming lists of the client library",
        a_watch_ends_at_its_time: "every request has an end",
    }
    pages Api {
        a_long_list_comes_in_pages: "no list is judged by its first page",
        a_token_that_is_none_is_refused: "a broken page is an error, not an end",
    }
    versions Api {
        every_change_is_a_new_version: "evidence says of which version it speaks",
        a_write_without_a_change_is_none: "a retry does not look like news",
        a_stale_update_is_409: "two writers do not undo each other: the run's own objects",
        a_custom_object_is_updated_by_its_version: "writes to objects of the operator",
    }
    apply Api {
        an_apply_makes_what_is_absent: "the delivery's own VMRule and Secret",
        an_apply_of_the_same_changes_nothing: "a repeated apply is no news",
        another_owner_is_a_conflict: "a run does not take fields from the GitOps controller",
        an_updater_is_named_with_its_version: "the finding names who holds a field",
        force_takes_ownership: "who owns a field is read from managedFields",
        what_is_no_longer_applied_goes: "what a run applied can be taken back",
        a_field_that_no_kind_has_is_refused: "a misspelt field of a built-in kind is an error",
    }
    statuses Api {
        a_create_drops_the_status: "no status is believed that no controller wrote",
        the_main_resource_keeps_the_status: "a status is the controller's word",
        the_status_resource_keeps_the_spec: "a spec is the author's word",
    }
    generations Api {
        a_new_spec_is_a_new_generation: "observedGeneration == generation means: this spec was seen",
        labels_and_status_are_none: "a label does not make a rollout pending",
        an_annotation_of_a_deployment_is_one: "a restart annotation on the Deployment itself makes its status stale",
        a_pod_starts_with_one: "pods are judged for the spec that they have",
        config_maps_have_none: "generation is not asked of kinds without one",
    }
    selectors Api {
        labels_select_in_every_form: "pods and targets are found by label selectors",
        fields_select_by_name_and_phase: "single objects and pods of a node",
        a_field_that_cannot_select_is_400: "an unusable selector is no empty list",
        a_selector_that_cannot_be_read_is_400: "an unusable selector is no empty list",
        events_are_found_by_their_object: "events in findings are those of the object",
    }
    ownership Api {
        a_finalizer_keeps_an_object: "an object that is going is not one that is there",
        a_going_object_takes_no_new_finalizer: "deletionTimestamp is final",
        a_dependant_goes_with_its_owner: "what a run owns goes with it",
        a_dependant_can_stay: "an orphaned object has no owner",
        an_owner_that_never_was_is_no_owner: "owner references name uids",
        a_foreground_deletion_waits_for_dependants: "nothing: the judge deletes in the background",
        a_namespace_is_made_with_what_pods_need: "nothing: other objects of a namespace are not judged",
        a_namespace_takes_its_content_along: "a namespace that is Terminating takes nothing new",
    }
    refusals Api {
        an_absent_object_is_404: "absent is told apart from denied",
        an_object_that_exists_is_409: "two runs at once do not share objects",
        an_object_that_is_not_valid_is_422: "the finding names the field",
        a_body_that_is_no_json_is_400: "nothing is half done",
        a_media_type_that_is_unknown_is_415: "patches say which kind they are",
        a_wrong_uid_is_409: "a run removes only the object that it made",
        a_namespace_that_is_absent_is_404: "the finding names the namespace",
        a_method_that_a_resource_has_not_is_405: "nothing is half done",
        a_dry_run_changes_nothing: "asking is not writing",
    }
    definitions Api {
        unknown_fields_are_pruned_with_a_warning: "a field that was misspelt is not in the object",
        strict_validation_refuses_unknown_fields: "a strict write is refused",
        wrong_types_and_values_are_422: "the finding names the field",
        defaults_are_filled_in: "a live object shows what the schema adds",
        a_null_is_as_good_as_nothing: "a field that was emptied is absent",
        an_open_schema_keeps_everything: "operators' definitions without a schema accept every misspelling",
    }
    access Api {
        a_review_tells_what_is_allowed: "doctor asks before a run",
        a_review_tells_what_is_denied: "doctor asks before a run",
        a_denied_request_is_403_with_everything_in_it: "the finding names the RBAC rule to add",
    }
    storage Api {
        a_claim_of_a_class_that_is_absent_stays_pending: "volume: the claim's phase and the event's reason",
        a_claim_without_a_size_is_422: "the operator's message about a claim that has none",
    }
    pods Pods {
        a_pod_runs_and_is_ready: "workload: what ready looks like",
        an_eviction_deletes_the_pod: "a drained node's pods go",
        a_pod_is_given_its_account: "a pod has more volumes than its template",
        a_pod_that_is_done: "phases of pods that ended",
        a_pod_that_failed: "phases of pods that ended",
    }
    failures Pods {
        an_image_that_cannot_be_pulled: "workload/image-pull",
        a_process_that_ends_again_and_again: "workload/crash-loop",
        a_process_that_takes_too_much_memory: "workload/oom-killed, memory",
        a_pod_that_fits_on_no_node: "workload/unschedulable",
        a_readiness_probe_that_fails: "workload/not-ready",
        a_liveness_probe_that_fails: "restarts are counted, and the last state tells why",
        a_secret_that_is_absent: "workload/config-error",
        a_container_that_writes_too_much: "workload/evicted",
        a_claim_that_is_pending_keeps_its_pod: "workload/pvc-pending",
    }
    workloads Pods {
        a_deployment_tells_its_rollout: "workload: the five numbers and two conditions",
        a_deployment_that_does_not_progress_says_so: "workload/deadline-exceeded",
        a_stateful_set_tells_its_revision: "workload: replicas, revisions, generation",
        a_daemon_set_tells_its_nodes: "workload: desired, ready, updated",
        scaling_to_nothing_leaves_no_numbers: "absent numbers are zeros",
    }
    services Pods {
        endpoints_tell_who_is_ready: "scrape coverage: which addresses a Service has",
        a_named_port_is_looked_up_in_the_pod: "a port that was renamed leads nowhere",
        a_port_that_no_pod_names_leaves_no_port: "scrape coverage: an endpoint without ports",
        not_ready_addresses_are_published_on_demand: "headless Services of the operator",
        a_service_without_pods_has_a_slice: "no endpoint is not no Service",
    }
    jobs Pods {
        a_job_completes: "the verdict's own Job",
        a_job_fails: "the verdict's own Job",
        an_exit_code_fails_a_job_at_once: "podFailurePolicy on the verdict's exit codes",
    }
    events Pods {
        events_name_their_object_and_count: "findings quote the newest event of the object",
    }
    metrics Pods {
        a_running_pod_is_measured: "memory: the working set of containers",
        a_container_shows_its_last_lines: "findings quote what a container said",
    }
    forward Pods {
        bytes_go_both_ways: "access by port-forward",
        a_closed_port_is_told: "broken transport is told apart from a wrong component",
        kubectl_forwards_over_spdy: "nothing: people may use it beside the judge",
        a_pod_that_is_absent_cannot_be_forwarded_to: "not deployed is told apart from denied",
    }
    proxy Pods {
        a_pod_answers_by_its_port: "access by the API proxy",
        a_service_answers_by_number_and_by_name: "access by the API proxy",
        status_query_and_body_pass: "a component's 422 is the component's",
        a_closed_port_is_503: "broken transport is told apart from an answer",
        a_service_without_endpoints_is_503: "no ready endpoint is told apart from not deployed",
        a_service_with_unready_pods_is_503: "no ready endpoint is told apart from not deployed",
        a_service_port_that_is_none_is_503: "a renamed port is told apart from no endpoint",
        a_service_that_is_absent_is_404: "not deployed",
    }
}
