//! The rig without `--exec`, and `rig compare`, as a person uses them.

use crate::client::{Published, act};
use crate::runtime;
use libtest_mimic::{Failed, Trial};
use safe_conformance::rig::{ByHand, Said, Step, World};
use safe_conformance::{Rig, engine::Verdict};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("by_hand/goes_on_when_it_has_seen_it", goes_on),
        Trial::test("by_hand/what_the_person_says_counts", said),
        Trial::test("by_hand/unspecified_address_is_refused", unspecified),
        Trial::test("compare/what_broke_is_exit_1", compare),
    ]
}

/// The program, and what it prints on standard error.
pub struct Program {
    pub child: Child,
    pub lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Program {
    pub fn start(arguments: &[&str]) -> std::io::Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_safe-conformance"))
            .arg("rig")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let errors = child.stderr.take().expect("it is piped");
        let lines = BufReader::new(errors).lines();
        Ok(Self { child, lines })
    }

    /// Returns the text after these words in the next line that contains them.
    pub fn after(&mut self, words: &str) -> Result<String, Failed> {
        for line in self.lines.by_ref() {
            let line = line?;
            if let Some((_, rest)) = line.split_once(words) {
                return Ok(rest.trim().to_owned());
            }
        }
        Err(format!("it ended without saying `{words}`").into())
    }

    /// Waits for the end: exit code and standard output.
    pub fn end(&mut self) -> Result<(Option<i32>, String), Failed> {
        // The remaining output must not fill the pipe.
        while self.lines.next().is_some() {}
        let mut text = String::new();
        let out = self.child.stdout.as_mut().expect("it is piped");
        out.read_to_string(&mut text)?;
        Ok((self.child.wait()?.code(), text))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn goes_on() -> Result<(), Failed> {
    let mut program = Program::start(&["--only", "rig.test.healthy"])?;
    program.after("Without --exec you drive the client yourself")?;
    let page = program.after("root certificate of this run: ")?;
    program.after("Only this computer can reach it")?;
    program.after("for one case:")?;
    let page = page.split(' ').next().unwrap_or_default().to_owned();
    let url = program.after("server  ")?;
    let credentials = program.after("user  ")?;
    let (user, password) = credentials
        .split_once("  password  ")
        .ok_or("no password")?;
    let status = runtime().block_on(async {
        let html = reqwest::get(&page).await?.text().await?;
        assert!(html.contains("/ca.crt"), "{html}");
        let root = reqwest::get(format!("{page}ca.crt")).await?.bytes().await?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_der(&root)?])
            .build()?;
        let request = client
            .get(format!("{url}/config"))
            .basic_auth(user, Some(password))
            .header("User-Agent", "Threema")
            .header("Accept", "application/json");
        request.send().await.map(|answer| answer.status())
    })?;
    let (code, text) = program.end()?;
    if status == 200 && code == Some(0) && text.contains("2 pass") {
        Ok(())
    } else {
        Err(format!("status {status}, exit code {code:?}:\n{text}").into())
    }
}

/// The library form of it: the displayed action is carried out, and the person reports how it
/// ended.
fn said() -> Result<(), Failed> {
    let world = Arc::new(World::new()?);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let show = move |_: &Step| {
        let sender = sender.clone();
        // The person answers a moment after the action is displayed.
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            sender.send(Said::Done)
        });
    };
    let client = ByHand::new(show, Some(receiver), Duration::from_secs(60));
    let rig = Rig::new().acting_for(world).only("rig.test.healthy");
    let running = rig.run_by_hand(client, |_| Ok(()), |_| {});
    let report = runtime().block_on(running)?;
    let finding = report
        .findings
        .iter()
        .find(|it| it.id == "rig.test.healthy");
    let finding = finding.ok_or("no finding")?;
    if finding.verdict == Verdict::Fail && finding.observed.contains("`config` was not read") {
        Ok(())
    } else {
        Err(format!("{}: {}", finding.verdict, finding.observed).into())
    }
}

fn unspecified() -> Result<(), Failed> {
    let mut program = Program::start(&["--listen", "0.0.0.0"])?;
    let complaint = program.after("a client cannot connect to `--listen 0.0.0.0`")?;
    match program.end()? {
        (Some(2), _) => Ok(()),
        (code, text) => Err(format!("{code:?} {complaint} {text}").into()),
    }
}

fn compare() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let world = crate::world();
    let mut files = Vec::new();
    for (name, mistake) in [
        ("good", None),
        ("bad", Some(crate::Mistake::TooLargeIsSuccess)),
    ] {
        let rig = Rig::new().acting_for(Arc::clone(&world));
        let rig = rig.only("rig.backup.413").only("rig.backup.first");
        let running = rig.run(move |task| act(Published::Android64, mistake, task));
        let report = runtime().block_on(running)?;
        let file = folder.path().join(format!("{name}.json"));
        std::fs::write(&file, report.to_json())?;
        files.push(file.to_string_lossy().into_owned());
    }
    let [good, bad] = &files[..] else {
        unreachable!("there are two")
    };
    let broke = Program::start(&["compare", good, bad])?.end()?;
    let mended = Program::start(&["compare", bad, good])?.end()?;
    if broke.0 == Some(1)
        && broke
            .1
            .contains("BROKE  rig.backup.413 passes in A, but not in B")
        && mended.0 == Some(0)
        && mended.1.contains("0 cases broke, 1 fixed")
    {
        Ok(())
    } else {
        Err(format!("{broke:?}\n{mended:?}").into())
    }
}
