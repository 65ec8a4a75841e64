//! The story's stack on a real cluster: it is deployed there, judged from outside, and the drills of a sandbox that a real
//! cluster allows are made on it. They are the same functions, so the same fault must give the same findings.
//!
//! Runs where `SIGNOFF_TEST_KUBECONFIG` leads to a cluster that may be used so and has the images of the scenario.

#![cfg(feature = "sandbox")]
// The drills' helpers are more than are needed here.
#![allow(dead_code)]

#[path = "../drills/expect.rs"]
mod expect;
#[path = "../drills/judge.rs"]
mod judge;
#[path = "../drills/objects.rs"]
mod objects;
#[path = "../common/pace.rs"]
mod pace;
#[path = "../drills/sandbox.rs"]
mod sandbox;

#[path = "../drills/alerting.rs"]
mod alerting;
#[path = "../drills/evaluating.rs"]
mod evaluating;
#[path = "../drills/scrapes.rs"]
mod scrapes;
#[path = "../drills/storage.rs"]
mod storage;
#[path = "../drills/workloads.rs"]
mod workloads;

mod deployed;
mod outside;
mod story;

use std::path::PathBuf;

use sandbox::Sandbox;

impl Sandbox {
    /// The cluster that a kubeconfig leads to, with the stack of a sandbox deployed in it.
    pub async fn at(kubeconfig: PathBuf) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self::of(kubeconfig, tempfile::tempdir().unwrap(), None).await
    }
}

/// Makes each drill in its turn, and sees that it left the stack healthy.
macro_rules! drills {
    ($sandbox:ident: $($module:ident::$drill:ident),+ $(,)?) => {$(
        if sandbox::wants(stringify!($drill)) {
            $module::$drill(&mut $sandbox).await;
            $sandbox.green().await;
        }
    )+};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_holds_on_a_real_cluster_and_each_fault_turns_its_check_red() {
    let Some(kubeconfig) = std::env::var_os("SIGNOFF_TEST_KUBECONFIG").map(PathBuf::from) else {
        sandbox::say("LEFT OUT: SIGNOFF_TEST_KUBECONFIG is not set, so nothing was tried on a real cluster\n");
        return;
    };
    let mut sandbox = Sandbox::at(kubeconfig).await;
    deployed::the_platform_is_left_as_it_was(&sandbox).await;
    story::holds(&sandbox).await;
    drills! { sandbox:
        scrapes::a_namespace_is_not_selected,
        scrapes::a_services_port_is_renamed,
        workloads::an_image_cannot_be_pulled,
        workloads::vmagent_runs_out_of_memory,
        storage::a_storage_class_does_not_exist,
        workloads::all_nodes_are_cordoned,
        evaluating::the_rules_are_frozen,
        outside::the_operator_runs_outside,
    }
    sandbox.end();
}
