//! The gateway as its users run it: the release binary, a configuration file, a token, its log in a file.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::http::{Connection, Exchange, request};
use crate::lab::{ACTING, FAST, PACED, PATIENT, Server};
use crate::load::runtime;
use crate::process::Process;

const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a gateway that starts is asked whether it is ready.
const START_POLL: Duration = Duration::from_millis(1);

/// A gateway's folder, whether it runs or not.
pub(crate) struct Gateway {
    /// Where it listens when it runs.
    pub(crate) address: String,
    /// A token that may chat and read the document; issued beside the first gateway that runs.
    token: OnceLock<String>,
    binary: PathBuf,
    folder: PathBuf,
}

/// What is configured besides what every measurement needs.
#[derive(Clone, Copy)]
pub(crate) struct Sections<'a> {
    /// The section `store`.
    pub(crate) store: &'a Value,
    /// The section `memory`, unless it is the default.
    pub(crate) memory: Option<&'a Value>,
}

impl Gateway {
    /// Makes the folder and the configuration with these keys of `store`, and of `memory` where there is a section of that name.
    pub(crate) fn prepare(binary: &Path, folder: PathBuf, sections: Sections<'_>, upstream: &str) -> Result<Self> {
        std::fs::create_dir(&folder)?;
        let address = format!("127.0.0.1:{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
        let agent = |model| json!({"system_prompt": "You are a helpful assistant.", "model": {"provider": "fake", "model": model}});
        let mut acting = agent(ACTING);
        acting["tools"] = json!({"allow": ["calculate"]});
        // The default configuration, but for the model, the agents, and limits that no load here meets. JSON is YAML.
        let mut config = json!({
            "listen": address,
            "data_dir": folder.join("data"),
            "store": sections.store,
            "limits": {"token_requests_per_s": 1_000_000, "address_requests_per_s": 1_000_000, "streams_per_token": 20_000,
                "connections": 18_000, "connections_per_address": 18_000},
            "providers": {"fake": {"protocol": "openai", "base_url": format!("http://{upstream}/v1"), "api_key": "fake"}},
            "agents": {FAST: agent(FAST), PACED: agent(PACED), PATIENT: agent(PATIENT), ACTING: acting},
        });
        if let Some(memory) = sections.memory {
            config["memory"] = memory.clone();
        }
        std::fs::write(folder.join("astra.yml"), config.to_string())?;
        Ok(Self { address, token: OnceLock::new(), binary: binary.to_owned(), folder })
    }

    /// The value of the header `Authorization`; the gateway must have run.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token.get().map_or("", String::as_str))
    }

    /// Starts it; answers when it is ready, and how long that took.
    pub(crate) fn start(&self) -> Result<(Server, Duration)> {
        self.launch(&mut self.command("serve"))
    }

    /// Starts it below `tracer`, a program with its arguments.
    pub(crate) fn start_traced(&self, tracer: &[&str]) -> Result<Server> {
        let [program, arguments @ ..] = tracer else { return Err("no tracer".into()) };
        let serve = self.command("serve");
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.args(arguments).arg(serve.get_program()).args(serve.get_args());
        Ok(self.launch(&mut command)?.0)
    }

    /// What it answers to one request.
    pub(crate) fn answer(&self, request: &[u8]) -> Result<Exchange> {
        runtime()?
            .block_on(async { Connection::open(&self.address).await?.keeping_bodies().exchange(request, None).await })
    }

    fn launch(&self, command: &mut Command) -> Result<(Server, Duration)> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let begun = Instant::now();
        let process = Process::start(command.stdout(Stdio::null()).stderr(log))?;
        let server = Server { process, address: self.address.clone() };
        let ready = request(&self.address, "/health/ready", &[], None);
        let started: Result<_> = runtime()?.block_on(async {
            loop {
                if let Ok(mut connection) = Connection::open(&self.address).await
                    && let Ok(Exchange { status: 200, .. }) = connection.exchange(&ready, None).await
                {
                    return Ok((server, begun.elapsed()));
                }
                if begun.elapsed() > START_TIMEOUT {
                    let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                    return Err(format!("the gateway did not start: {log}").into());
                }
                tokio::time::sleep(START_POLL).await;
            }
        });
        if self.token.get().is_none() {
            let _ = self.token.set(self.issue_token()?);
        }
        started
    }

    fn issue_token(&self) -> Result<String> {
        let scopes = ["--scope", "chat:send", "--scope", "spec:read", "--scope", "memory:write"];
        let issued = self.command("token issue --name bench --role member --expires-in 1d").args(scopes).output()?;
        if !issued.status.success() {
            return Err(format!("no token: {}", String::from_utf8_lossy(&issued.stderr)).into());
        }
        Ok(String::from_utf8(issued.stdout)?.trim().to_owned())
    }

    /// Its SQLite database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("data").join("astra.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The binary in its folder, where its configuration is, with the words of `arguments`.
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.binary);
        // What else is in this environment, such as keys of real providers, is none of the benchmark's business.
        command.current_dir(&self.folder).env_clear().args(arguments.split(' '));
        command
    }
}
