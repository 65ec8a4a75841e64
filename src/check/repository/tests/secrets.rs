//! Secrets that can be read in Git.

use super::*;

#[test]
fn secrets_are_told_and_nowhere_kept() {
    let canary = "hunter-two-canary";
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}} # {canary}\n# {canary}\nstringData:\n  open: ${{OPEN}}\n  \
         a: {canary}\n  b: |\n    first {canary}\n\n    last {canary}\n  c: >-\n    x\n    {canary}\ndata: {{d: \"{canary}\"}}\n"
    );
    let config = format!("{CONFIG}  password: {canary}\n  list: [{{name: API_TOKEN, value: '{canary}'}}]\n");
    let made = format!(
        "resources: [s.yaml, c.yaml]\nsecretGenerator:\n  - name: g\n    literals:\n      - a={canary}\n    files: [f.yaml]\n"
    );
    let (broken, file) = (format!("password: [{canary}\n"), format!("any: {canary}\n"));
    let files = [
        ("e/s.yaml", secret.as_str()),
        ("e/c.yaml", &config),
        ("e/kustomization.yaml", &made),
        ("e/f.yaml", &file),
        ("e/b.yaml", &broken),
    ];
    let checkout = observe::checkout(folder(&files).path()).unwrap();
    let saved = serde_json::to_string_pretty(&Observation { checkout: Some(checkout) }).unwrap();
    assert!(!saved.contains("canary") && !saved.contains("hunter"), "{saved}");
    let places = [
        "plain-value e/c.yaml:5:13",
        "plain-value e/c.yaml:6:35",
        "plain-secret e/kustomization.yaml:5:7",
        "plain-secret e/kustomization.yaml:6:13",
        "plain-secret e/s.yaml:7:3",
    ];
    assert_eq!(found("", &files), places);
}

#[test]
fn a_secret_that_is_encrypted_or_filled_in_is_none() {
    let secret = |more: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{{more}}}\n");
    assert_eq!(found("", &[("e/s.yaml", &secret("a: '${A}', b: ''"))]), ["pass"]);
    let encrypted = format!("{}sops: {{version: 3.9.0}}\n", secret("a: 'ENC[AES256_GCM,data:x]', b: plain"));
    assert_eq!(found("", &[("e/s.yaml", &encrypted)]), ["plain-secret e/s.yaml:4:43"]);
    assert_eq!(found("", &[("e/s.yaml", &encrypted.replace("plain", "'ENC[x]'"))]), ["pass"]);
}

#[test]
fn a_secret_is_found_in_files_that_nothing_applies() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: eA==}\n";
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  - {}", secret.replace('\n', "\n    "));
    let with = |more: &str, text: &str| found(more, &[("e/c.yaml", CONFIG), ("old/s.yaml", text)]);
    assert_eq!(with("", secret), ["plain-secret old/s.yaml:4:8"]);
    assert_eq!(with("", &list), ["plain-secret old/s.yaml:7:12"]);
    assert_eq!(with("ignore: ['old/**']\n", secret), ["pass"]);
    assert_eq!(with("", &secret.replace("eA==", "'ENC[x]'")), ["pass"]);
}

#[test]
fn files_of_a_generator_are_encrypted_or_told() {
    let made = "resources: [c.yaml]\nsecretGenerator:\n  - {name: s, envs: [s.env], files: [key=k.bin]}\n";
    let judge = |env: &str| {
        let files = [("e/kustomization.yaml", made), ("e/c.yaml", CONFIG), ("e/s.env", env), ("e/k.bin", "a=ENC[x]\n")];
        judged("", &files)
    };
    let open = judge("A=ENC[x]\nB=hunter2\n");
    assert_eq!(open.findings()[0].object.as_deref(), Some("e/kustomization.yaml:3:22"));
    assert!(judge("A=ENC[x]\nsops_version=3.9.0\n").is_pass());
    // What is no text may be anything.
    let at = folder(&[("e/kustomization.yaml", made), ("e/c.yaml", CONFIG), ("e/s.env", "A=ENC[x]\n")]);
    std::fs::write(at.path().join("e/k.bin"), [0xff, 0xfe, 0]).unwrap();
    let checkout = observe::checkout(at.path()).unwrap();
    let verdict = judge::judge(&spec(""), &Observation { checkout: Some(checkout) });
    let Decision::Pass(examined) = &verdict.decision else { panic!("{:?}", verdict.findings()) };
    assert_eq!(examined.what, "objects; not seen: e/k.bin");
}
