//! Fetches for real; ignored by default, since it needs the network and minutes: `cargo test -- --ignored binaries::live`.

use super::*;

fn say(text: &str) {
    println!("{text}");
}

#[tokio::test]
#[ignore = "builds with Go, which takes minutes at first"]
async fn every_program_is_found_and_tells_the_wanted_version() {
    let set = find(&Options::default(), &say).await.unwrap();
    for program in Program::ALL {
        let found = set.get(program).unwrap();
        println!("{} {} {}", found.path.display(), found.version, found.source);
        assert_eq!(
            local::version_of(program, &found.path).await.as_deref(),
            Some(program.wanted_version(None).as_str())
        );
    }
}

#[tokio::test]
#[ignore = "downloads Debian packages"]
async fn the_debian_packages_run_without_being_installed() {
    for suite in ["trixie", "sid"] {
        let options = Options { fetch: Fetch::Debian { suite: suite.to_owned() }, ..Options::default() };
        let set = find(&options, &say).await.unwrap();
        for (program, found) in set.iter() {
            println!("{} {} {}", found.path.display(), found.version, found.source);
            let ran = std::process::Command::new(&found.path)
                .arg(if program.is_victoria_metrics() { "-version" } else { "--version" })
                .envs(found.env.iter().cloned())
                .output()
                .unwrap();
            assert!(ran.status.success(), "{program:?}: {ran:?}");
        }
    }
}
