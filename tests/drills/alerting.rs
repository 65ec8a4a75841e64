//! What drills of the flow of alerts share: a run with the alert in it, Alertmanager's own requests, vmalert's rollout.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::expect::{Row, is_red};
use crate::judge::Verdicts;
use crate::objects::{Name, VMALERT};
use crate::sandbox::{Sandbox, say, skipping, ungated_suite};

/// The check that all these drills are about.
const CHECK: &str = "alert-flows";
const PATIENCE: Duration = Duration::from_secs(120);
/// A loaded machine may spoil a run.
const RUNS: u32 = 2;

pub const OPERATOR: Name<'_> = ("Deployment", "observability/victoria-metrics-operator");
pub const RULES: &str = "VMRule";

impl Sandbox {
    /// Judges the whole suite with its own patience and an alert that fires for a short time: `alert-flows` must have
    /// findings of exactly these codes with these texts, and everything else must be green or blocked by it.
    pub async fn alert_red(&mut self, fault: &str, wanted: &[(&str, &str)]) {
        self.alert_red_beside(fault, wanted, &[]).await;
    }

    /// As [`Sandbox::alert_red`], with other checks that the same fault makes red.
    pub async fn alert_red_beside(&mut self, fault: &str, wanted: &[(&str, &str)], beside: &[&str]) {
        let start = Instant::now();
        let found = self.with_alert(|verdicts| is_red(verdicts, CHECK, wanted, beside)).await;
        let row = Row::new(fault, CHECK, found, start.elapsed());
        say(&format!("{row}\n"));
        self.rows.push(row);
    }

    /// Judges the whole suite as above; all must be green.
    pub async fn alert_green(&mut self, when: &str) {
        let all = |verdicts: &Verdicts| {
            let bad = verdicts.outcomes.values().any(|outcome| !outcome.is_green() && !outcome.is_skip());
            if bad { Err("not all is green".to_owned()) } else { Ok(()) }
        };
        if let Err(why) = self.with_alert(all).await {
            panic!("{when}: {why}");
        }
    }

    async fn with_alert(&mut self, holds: impl Fn(&Verdicts) -> Result<(), String>) -> Result<Verdicts, String> {
        let suite = std::mem::replace(&mut self.suite, whole_suite());
        let args = std::mem::replace(
            &mut self.args,
            skipping(&["settled", "queries-fast", "remote-write-flows", "disk-lasts"]),
        );
        let mut result = Err(String::new());
        for _ in 0..RUNS {
            let verdicts = self.judge().await;
            match holds(&verdicts) {
                Ok(()) => {
                    result = Ok(verdicts);
                    break;
                }
                Err(why) => result = Err(format!("{why}\n{}", verdicts.not_green())),
            }
        }
        (self.suite, self.args) = (suite, args);
        result
    }

    /// Asks a pod of Alertmanager; a body makes it a POST.
    pub async fn alertmanager(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let pod = self.pod("observability/vmalertmanager-vmalertmanager-0").await;
        let url = format!("http://{}:9093{path}", pod["status"]["podIP"].as_str().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.request(method, url);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let text = request.send().await.unwrap().error_for_status().unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A silence of somebody else; gives its id.
    pub async fn foreign_silence(&self, label: &str, value: &str) -> String {
        let now = jiff::Timestamp::now();
        let body = json!({
            "matchers": [{"name": label, "value": value, "isRegex": false, "isEqual": true}],
            "startsAt": now.to_string(), "endsAt": (now + jiff::SignedDuration::from_mins(60)).to_string(),
            "createdBy": "ops", "comment": "maintenance",
        });
        let made = self.alertmanager(reqwest::Method::POST, "/api/v2/silences", Some(body)).await;
        made["silenceID"].as_str().unwrap().to_owned()
    }

    /// Active silences, by author and the first matcher's label.
    pub async fn active_silences(&self) -> Vec<(String, String)> {
        let all = self.alertmanager(reqwest::Method::GET, "/api/v2/silences", None).await;
        let active = all.as_array().unwrap().iter().filter(|silence| silence["status"]["state"] == "active");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        active.map(|silence| (text(&silence["createdBy"]), text(&silence["matchers"][0]["name"]))).collect()
    }

    /// Names of the VMRules in the stack's namespace.
    pub async fn rules(&self) -> Vec<String> {
        let list = self.api(RULES, "observability").list(&Default::default()).await.unwrap();
        list.items.into_iter().filter_map(|rule| rule.metadata.name).collect()
    }

    /// Changes the VMAlert and waits until only pods with these words in their template run; gives it as it was.
    pub async fn vmalert(&self, spec: Value, words: &str) -> Value {
        let was = self.patch(VMALERT, json!({"spec": spec})).await;
        self.rolled_out(words).await;
        was
    }

    /// Waits until vmalert's Deployment has these words in its spec, and nothing else runs.
    pub async fn rolled_out(&self, words: &str) {
        self.until_true("vmalert rolls out", async || {
            let live = self.get(("Deployment", "observability/vmalert-vmalert")).await;
            let (spec, status) = (&live["spec"], &live["status"]);
            let all = ["replicas", "updatedReplicas", "availableReplicas"].iter();
            spec.to_string().contains(words)
                && live["metadata"]["generation"] == status["observedGeneration"]
                && all.clone().all(|field| status[*field] == spec["replicas"])
        })
        .await;
    }

    /// Waits until something holds.
    pub async fn until_true(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds().await {
            assert!(Instant::now() < end, "waiting in vain: {what}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

pub fn whole_suite() -> String {
    let suite = ungated_suite().replace("fires_for: 15s", "fires_for: 8s");
    // Longer than the alert takes: nothing else is late because of it.
    regex::Regex::new(r"within: \d+s").unwrap().replace_all(&suite, "within: 30s").into_owned()
}
