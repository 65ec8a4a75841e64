//! CronJob -> a Job at each time of its schedule.

mod schedule;

use std::sync::Arc;

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::world::World;
use super::{job, owner};
use schedule::Schedule;

const NAME: &str = "cronjob-controller";
/// Times that were missed longer ago than this are not made up for.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(26);

/// Starts what is due, keeps statuses, forgets old Jobs.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for cron in world.cron_jobs.all() {
        if !owner::ending(cron.as_ref()) {
            one(&world, &cron).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, cron: &CronJob) -> anyhow::Result<()> {
    let Some(spec) = &cron.spec else {
        return Ok(());
    };
    let mut own = world.jobs.all();
    own.retain(|job| owner::controls(cron, job.as_ref()));
    own.sort_by_key(|job| job.creation_timestamp().map(|time| time.0));
    let active: Vec<_> = own.iter().filter(|job| job::ended(job).is_none()).cloned().collect();
    let schedule = match Schedule::parse(&spec.schedule) {
        Ok(schedule) => schedule,
        Err(error) => {
            let message = format!("unparseable schedule: {:?} : {error}", spec.schedule);
            world.events.record(&world.client(), cron, NAME, Severity::Warning, "UnparseableSchedule", &message).await;
            return Ok(());
        }
    };
    let last = cron.status.as_ref().and_then(|status| status.last_schedule_time.clone());
    let since = last.map(|time| time.0).or_else(|| cron.creation_timestamp().map(|time| time.0)).unwrap_or_default();
    let due = schedule.latest(since, Timestamp::now()).filter(|_| spec.suspend != Some(true));
    let mut status = serde_json::Map::new();
    if let Some(time) = due {
        start(world, cron, spec, &active, time).await?;
        status.insert("lastScheduleTime".into(), json!(time.to_string()));
    }
    let success = own.iter().filter(|job| job::succeeded(job)).filter_map(|job| job::ended(job)).max();
    let known = cron.status.as_ref().and_then(|status| status.last_successful_time.as_ref()).map(|time| time.0);
    if let Some(time) = success.filter(|time| Some(*time) != known) {
        status.insert("lastSuccessfulTime".into(), json!(time.to_string()));
    }
    if !status.is_empty() {
        world.patch_status(cron, status.into()).await?;
    }
    forget(world, spec, &own).await
}

async fn start(
    world: &World,
    cron: &CronJob,
    spec: &CronJobSpec,
    active: &[Arc<Job>],
    time: Timestamp,
) -> anyhow::Result<()> {
    match (spec.concurrency_policy.as_deref(), active.is_empty()) {
        (Some("Forbid"), false) => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            world.events.record(&world.client(), cron, NAME, Severity::Normal, "JobAlreadyActive", message).await;
            return Ok(());
        }
        (Some("Replace"), false) => {
            for job in active {
                world.delete(job.as_ref()).await?;
            }
        }
        _ => {}
    }
    let job = new_job(cron, spec, time);
    world.create(&job).await?;
    let message = format!("Created job {}", job.name_any());
    world.events.record(&world.client(), cron, NAME, Severity::Normal, "SuccessfulCreate", &message).await;
    Ok(())
}

/// The Job of one scheduled time, named `<cron job>-<minutes since the epoch>`.
fn new_job(cron: &CronJob, spec: &CronJobSpec, time: Timestamp) -> Job {
    let template = &spec.job_template;
    let meta = template.metadata.clone().unwrap_or_default();
    let mut annotations = meta.annotations.unwrap_or_default();
    annotations.insert("batch.kubernetes.io/cronjob-scheduled-timestamp".into(), time.to_string());
    Job {
        metadata: ObjectMeta {
            name: Some(format!("{}-{}", cron.name_any(), time.as_second() / 60)),
            namespace: cron.namespace(),
            labels: meta.labels,
            annotations: Some(annotations),
            owner_references: Some(vec![owner::reference(cron)]),
            ..Default::default()
        },
        spec: template.spec.clone(),
        status: None,
    }
}

/// Deletes the oldest ended Jobs beyond the history limits; `own` is ordered oldest first.
async fn forget(world: &World, spec: &CronJobSpec, own: &[Arc<Job>]) -> anyhow::Result<()> {
    let limits =
        [(true, spec.successful_jobs_history_limit.unwrap_or(3)), (false, spec.failed_jobs_history_limit.unwrap_or(1))];
    for (success, limit) in limits {
        let ended: Vec<_> =
            own.iter().filter(|job| job::ended(job).is_some() && job::succeeded(job) == success).collect();
        let surplus = ended.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        for job in ended.into_iter().take(surplus) {
            world.delete(job.as_ref()).await?;
        }
    }
    Ok(())
}
