//! An HTTP client that knows nothing of gateways: `curl`, as a user of the API would try it first.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::gateway::Gateway;

/// Somebody with a token.
pub(crate) struct User<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) token: String,
}

/// An answer that is being streamed.
pub(crate) struct Streaming {
    curl: Child,
    lines: BufReader<ChildStdout>,
}

impl User<'_> {
    /// Sends a request; answers the status and the body.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut curl = self.curl(path, body);
        let output = curl.args(["--request", method, "--write-out", "\n%{http_code}"]).output().expect("curl runs");
        assert!(output.status.success(), "{method} {path}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let (body, status) = text.rsplit_once('\n').expect("a status");
        (status.parse().expect("a number"), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// As [`User::send`], for what must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.send(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Sends a question and reads the answer as it comes.
    pub(crate) fn stream(&self, body: &Value) -> Streaming {
        let mut curl = self.curl("/chat/stream", Some(body)).arg("--no-buffer").spawn().expect("curl runs");
        let lines = BufReader::new(curl.stdout.take().expect("stdout"));
        Streaming { curl, lines }
    }

    fn curl(&self, path: &str, body: Option<&Value>) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "100"]);
        curl.args(["--header", &format!("Authorization: Bearer {}", self.token)]);
        if let Some(body) = body {
            curl.args(["--json", &body.to_string()]);
        }
        curl.arg(format!("{}{path}", self.gateway.url));
        curl.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        curl
    }
}

impl Streaming {
    /// The JSON of the next event; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("text") == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }

    /// All events to the end.
    pub(crate) fn rest(&mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        // It has ended already when the stream was read to its end.
        let _ended = self.curl.kill();
        let _status = self.curl.wait();
    }
}
