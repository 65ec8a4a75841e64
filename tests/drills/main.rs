//! Drills: one fault at a time is put into a sandbox as a user would do it, and the right check must go red for the right
//! reason while everything else stays green or is blocked by it. Then the fault is mended, and all must be green again.

#![cfg(feature = "sandbox")]

mod expect;
mod judge;
mod objects;
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
}
