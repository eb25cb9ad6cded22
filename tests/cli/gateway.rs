//! A running gateway: `astra serve` on a free port, told apart by what it says about itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ExitStatus};

use crate::program::Machine;

/// `astra serve`, ended with its test.
pub(crate) struct Gateway {
    child: Child,
    said: BufReader<ChildStderr>,
    /// `http://127.0.0.1:<port>`
    pub(crate) url: String,
    /// What it said until it listened.
    pub(crate) greeting: String,
}

impl Gateway {
    /// Starts one in the machine's working folder.
    pub(crate) fn start(machine: &Machine) -> Self {
        Self::start_with(machine, &[], &[])
    }

    /// Starts one with more flags and variables.
    pub(crate) fn start_with(machine: &Machine, variables: &[(&str, &str)], flags: &[&str]) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], flags].concat();
        // Nothing that runs on the machine of the tests: port 9 is where nobody answers.
        let mut command = machine.command(&args);
        command.env("OLLAMA_HOST", "127.0.0.1:9").envs(variables.iter().copied());
        let mut child = command.spawn().expect("astra runs");
        let mut gateway = Self {
            said: BufReader::new(child.stderr.take().expect("stderr")),
            child,
            url: String::new(),
            greeting: String::new(),
        };
        while gateway.url.is_empty() || !gateway.greeting.contains("astra chat") && !gateway.greeting.starts_with('{') {
            let line = gateway.next_line().unwrap_or_else(|| panic!("it did not start:\n{}", gateway.greeting));
            if let Some((_, url)) = line.split_once("http://").filter(|_| gateway.url.is_empty()) {
                let end = url.find(|character: char| !character.is_ascii_digit() && !".:".contains(character));
                gateway.url = format!("http://{}", &url[..end.unwrap_or(url.len())]);
            }
            gateway.greeting.push_str(&line);
        }
        gateway
    }

    /// The next line that it says; `None` when it has ended.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("it speaks text");
        (!line.is_empty()).then_some(line)
    }

    /// Sends a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end; answers how it ended and what it said in the meantime.
    pub(crate) fn wait(&mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).expect("it speaks text");
        (self.child.wait().expect("it ends"), rest)
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.url.trim_start_matches("http://")).expect("it listens")
    }

    /// The answer to a GET, head and body.
    pub(crate) fn get(&self, path: &str) -> String {
        self.exchange(&format!("GET {path}"), "", "")
    }

    /// As [`Gateway::get`], with a token.
    pub(crate) fn get_with_token(&self, path: &str, token: &str) -> String {
        self.exchange(&format!("GET {path}"), &format!("Authorization: Bearer {token}\r\n"), "")
    }

    /// The answer to a POST of JSON with a token.
    pub(crate) fn post_with_token(&self, path: &str, token: &str, body: &str) -> String {
        let headers = format!(
            "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.exchange(&format!("POST {path}"), &headers, body)
    }

    /// The answer to a POST of JSON without a credential.
    pub(crate) fn post(&self, path: &str, body: &str) -> String {
        let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        self.exchange(&format!("POST {path}"), &headers, body)
    }

    fn exchange(&self, line: &str, headers: &str, body: &str) -> String {
        let mut connection = self.connect();
        let request = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n{body}");
        connection.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).expect("answered");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It has ended already when the test waited for it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
