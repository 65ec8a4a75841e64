//! What a look sees of a volume.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::filling::Filling;

/// The pods, what each has as the volume, and the claims behind it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// Whether the workload is there; always so where none is named.
    pub workload: bool,
    /// Pods that have not ended and are not on their way out, by name.
    pub pods: Vec<Pod>,
    /// The claims that these pods use as the volume, or the one that the suite names; only those that exist.
    pub claims: Vec<Claim>,
    /// The wanted StorageClass, where it was asked for and exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The programs behind the Service that the suite names.
    pub writers: Vec<Writer>,
}

/// One pod.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its resourceVersion.
    pub resource_version: Option<String>,
    /// `Pending`, `Running`, `Unknown`.
    pub phase: String,
    /// The volume, if it has one of that name, mount path or claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// Folders that containers are told to keep data in, by the name of the container: `-storageDataPath`,
    /// `--storage.path`. They stand in the arguments, which a pod cannot change while it runs.
    pub data_paths: BTreeMap<String, String>,
}

/// A volume of a pod.
#[derive(Debug, Serialize, Deserialize)]
pub struct Volume {
    /// Its name in the pod.
    pub name: String,
    /// What it is made of, as the pod has it: `persistentVolumeClaim`, `emptyDir`, `hostPath`.
    pub source: String,
    /// The claim, where it is made of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// Where containers have it; init containers do not count.
    pub mounts: Vec<Mount>,
}

/// One mount.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mount {
    /// The container.
    pub container: String,
    /// Where in it.
    pub path: String,
    /// Whether it cannot write there, by the mount or by the volume.
    pub read_only: bool,
}

/// A PersistentVolumeClaim.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its resourceVersion.
    pub resource_version: Option<String>,
    /// `Pending`, `Bound`, `Lost`.
    pub phase: String,
    /// When somebody deleted it; it stays for as long as a pod uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleting: Option<String>,
    /// Its StorageClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The size that it asks for, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<String>,
    /// The size that it has, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<String>,
    /// The access modes that it has.
    pub access_modes: Vec<String>,
}

/// A StorageClass.
#[derive(Debug, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// What makes its volumes.
    pub provisioner: String,
}

/// A program that keeps data, as its own series tell.
#[derive(Debug, Serialize, Deserialize)]
pub struct Writer {
    /// `Pod observability/vmsingle-vmsingle-0`, or the address that was given for it.
    pub place: String,
    /// The pod's name; absent where an address was given that may be any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// What answers there: `vmsingle v1.131.0`.
    pub component: String,
    /// What it shows; `None` for a program that shows nothing of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shows>,
    /// How full it is and how fast it fills, where the suite asks how long it lasts; `None` for what is no VMSingle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filling: Option<Filling>,
}

/// What a program shows of its writing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// VMSingle (v1.131.0, lib/storage and app/vmstorage: `vm_data_size_bytes`, `vm_storage_is_read_only`).
    Storage {
        /// Bytes of its files, over all types but those in memory; absent without the series.
        data_bytes: Option<f64>,
        /// Whether it refuses writes for want of space; absent without the series.
        read_only: Option<bool>,
    },
    /// Alertmanager (v0.29.0, nflog/nflog.go and silence/silence.go): the notification log and the silences are written to
    /// disk at each maintenance, every 15 minutes by default.
    Snapshots {
        /// `alertmanager_nflog_maintenance_total` and `alertmanager_silences_maintenance_total`, the smaller one.
        written: Option<f64>,
        /// `alertmanager_nflog_maintenance_errors_total` and `alertmanager_silences_maintenance_errors_total`, together.
        errors: Option<f64>,
        /// When the process started, in seconds since 1970: `process_start_time_seconds`. It counts from then on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<f64>,
    },
}
