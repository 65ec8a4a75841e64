//! Stand-ins for exporters that have no package: kube-state-metrics, the platform's components, a webhook receiver.
//!
//! They serve the real metric names with the real labels, over HTTP, from processes of their own.

mod component;
mod fault;
mod listen;
mod options;
mod page;
mod process;
mod quantity;
mod receiver;
mod serve;
mod state;

use std::sync::Arc;

pub use fault::Mode;
pub use options::{Options, StateOptions};

/// Serves the stand-in of one component until the process ends.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let listener = listen::bind(&options.listen).await?;
    if options.component == "webhook-receiver" {
        return receiver::run(listener, options.fault).await;
    }
    let component = Arc::new(component::Component::named(&options.component));
    serve::run(listener, &options.path, options.fault, move || {
        let component = component.clone();
        async move { Ok(component.page()) }
    })
    .await
}

/// Serves kube-state-metrics' series of the cluster behind `client` until the process ends.
pub async fn run_state(client: kube::Client, options: StateOptions) -> anyhow::Result<()> {
    let objects = listen::bind(&options.listen).await?;
    let telemetry = listen::bind(&options.telemetry).await?;
    let state = Arc::new(state::State::new(client));
    let own = state.clone();
    let first = serve::run(objects, "/metrics", Mode::Ok, move || {
        let state = state.clone();
        async move { state.page().await }
    });
    let second = serve::run(telemetry, "/metrics", Mode::Ok, move || {
        let state = own.clone();
        async move { Ok(state.telemetry()) }
    });
    tokio::try_join!(first, second)?;
    Ok(())
}
