//! Five ways in which a component may not be reached, told apart by a whole run and by `signoff doctor`.

use std::path::Path;
use std::process::Output;

use signoff::event::Outcome;
use signoff::record::{self, Fold, Run};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Cluster;

/// Namespace and name of each Service.
const SERVICES: [(&str, &str); 5] =
    [("default", "absent"), ("default", "empty"), ("closed", "denied"), ("default", "broken"), ("default", "wrong")];

/// One check of each Service.
fn suite() -> String {
    let check = |(namespace, name): (&str, &str)| {
        format!(
            "  - id: {name}\n    sentence: {name} answers\n    criteria: [AC1]\n    within: 1s\n    expect:\n      \
             query: {{endpoint: {{namespace: {namespace}, service: {name}, port: http}}, query: up}}\n"
        )
    };
    let checks: String = SERVICES.into_iter().map(check).collect();
    format!("story: s\ntitle: S\ncriteria: [{{id: AC1, text: all answer}}]\nchecks:\n{checks}")
}

/// A program that shows the metrics of a vmagent, whatever it is asked for.
async fn vmagent(address: &str) -> u16 {
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let page = "vmagent_rows_inserted_total{type=\"x\"} 0\n";
            let answer =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{page}", page.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

async fn signoff(cluster: &Cluster, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_signoff"));
    command
        .args(arguments)
        .args(["--access", "port-forward", "--kubeconfig"])
        .arg(cluster.folder.path().join("config"));
    command.current_dir(cluster.folder.path()).output().await.unwrap()
}

fn journal(folder: &Path) -> Run {
    Fold::all(&record::read(&folder.join("reports/latest/events.jsonl")).unwrap().events).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_on_the_way_has_its_own_code_and_says_what_to_do() {
    let cluster = Cluster::start().await;
    cluster.post("/api/v1/namespaces", serde_json::json!({"metadata": {"name": "closed"}})).await;
    cluster.empty_service("default", "empty").await;
    cluster.service_named("closed", "denied", "127.78.3.10", 80).await;
    cluster.service_named("default", "broken", "127.78.3.11", 1).await;
    cluster.service_named("default", "wrong", "127.78.3.12", vmagent("127.78.3.12").await).await;
    cluster.deny("* pods/portforward closed\n").await;
    std::fs::write(cluster.folder.path().join("s.yaml"), suite()).unwrap();

    let output = signoff(&cluster, &["run", "s.yaml"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let run = journal(cluster.folder.path());
    let told = |check: &str| match &run.check(check).unwrap().outcome {
        Outcome::Judged(verdict) => {
            let [finding] = verdict.findings() else { panic!("{check}: {verdict:?}") };
            (finding.code.to_string(), finding.expected.clone(), finding.hint.clone().unwrap())
        }
        Outcome::Errored { error } => ("errored".to_owned(), error.clone(), String::new()),
        other => panic!("{check}: {other:?}"),
    };
    let expected = [
        ("absent", "reach/not-deployed", "the Service exists", "check its namespace and name"),
        (
            "empty",
            "reach/no-ready-endpoint",
            "at least one ready pod",
            "whether its selector and port are those of the pods",
        ),
        (
            "denied",
            "access/denied",
            "permission to get pods/portforward in namespace closed",
            "add the RBAC rule: get pods/portforward in namespace closed;",
        ),
        ("broken", "errored", "connection to Pod default/broken-0 port 1 failed: ", ""),
        ("wrong", "reach/wrong-component", "vmsingle answers", "check the Service's selector and port"),
    ];
    for (check, code, start, hint) in expected {
        let found = told(check);
        assert_eq!(found.0, code, "{check}: {found:?}");
        assert!(found.1.starts_with(start) && found.2.contains(hint), "{check}: {found:?}");
    }
    // The journal tells the way to each component that there is one to.
    let ways: Vec<(&str, &str)> = run
        .surroundings
        .iter()
        .filter_map(|(name, way)| Some((name.strip_prefix("way to Service ")?, way.as_str())))
        .collect();
    for (service, is_there) in [
        ("default/absent", false),
        ("default/empty", false),
        ("closed/denied", true),
        ("default/broken", true),
        ("default/wrong", true),
    ] {
        let way = ways.iter().find(|(name, _)| *name == service).map(|(_, way)| *way);
        assert_eq!(way, is_there.then_some("port-forward, as --access asks"), "{service}: {ways:?}");
    }

    let doctor = signoff(&cluster, &["doctor", "s.yaml"]).await;
    let page = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(3), "{page}");
    for line in [
        "  unreachable  Service default/absent: Service default/absent does not exist\n",
        "  unreachable  Service default/empty: Service default/empty has no ready endpoint: ",
        "  unreachable  Service closed/denied: not permitted to get pods/portforward in namespace closed: ",
        "  unreachable  Service default/broken: connection to Pod default/broken-0 port 1 failed: ",
        "  wrong        Service default/wrong: Service default/wrong is answered by vmagent of unknown version, not by vmsingle\n",
        "               by port-forward, as --access asks\n",
    ] {
        assert!(page.contains(line), "{line:?} is not in:\n{page}");
    }
    cluster.server.shutdown().await;
}
