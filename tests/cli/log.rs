//! A log that cannot be written, and limits of the process: neither takes an answer away.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::program::Machine;

/// `astra serve` with a stderr of the test's choice, ended with its test.
struct Serving {
    child: Child,
    address: SocketAddr,
}

impl Serving {
    fn start(machine: &Machine, stderr: Stdio) -> Self {
        Self::start_by(|args| machine.command(args), stderr)
    }

    fn start_by(command: impl FnOnce(&[&str]) -> Command, stderr: Stdio) -> Self {
        let probe = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = probe.local_addr().expect("an address");
        drop(probe);
        let mut command = command(&["serve", "--listen", &address.to_string()]);
        command.env("OLLAMA_HOST", "127.0.0.1:9").stderr(stderr).stdout(Stdio::null());
        let mut child = command.spawn().expect("astra runs");
        while TcpStream::connect(address).is_err() {
            assert!(child.try_wait().expect("it runs").is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }

    /// Asks for `path`; answers the status line, or nothing if no answer came.
    fn ask(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(self.address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        // A connection that is dropped without an answer may be reset.
        let _ended = connection.read_to_string(&mut answer);
        answer.lines().next().unwrap_or_default().to_owned()
    }

    /// Asks for `path` many times over one connection; answers how often the answer had `status`.
    fn ask_many(&self, path: &str, times: usize, status: &str) -> usize {
        let mut connection = TcpStream::connect(self.address).expect("it listens");
        let request = |more: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
        let requests = request("").repeat(times - 1) + &request("Connection: close\r\n");
        connection.write_all(requests.as_bytes()).expect("sent");
        let mut answers = String::new();
        // A connection that is dropped without an answer may be reset.
        let _ended = connection.read_to_string(&mut answers);
        answers.matches(&format!("HTTP/1.1 {status}")).count()
    }

    fn terminate(&mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already when the test waited for it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

#[test]
fn a_log_whose_reader_is_gone_takes_no_answer_away() {
    let machine = Machine::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut serving = Serving::start(&machine, writer.into());
    assert_eq!(serving.ask("/health"), "HTTP/1.1 200 OK");
    drop(reader);
    for _ in 0..20 {
        assert_eq!(serving.ask("/health"), "HTTP/1.1 200 OK");
        assert_eq!(serving.ask("/nothing"), "HTTP/1.1 404 Not Found");
    }
    assert_eq!(serving.terminate(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_full_disk_takes_no_answer_away() {
    let machine = Machine::new();
    let full = File::options().write(true).open("/dev/full").expect("a full disk");
    let mut serving = Serving::start(&machine, full.into());
    for _ in 0..20 {
        assert_eq!(serving.ask("/health"), "HTTP/1.1 200 OK");
        assert_eq!(serving.ask("/nothing"), "HTTP/1.1 404 Not Found");
    }
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn a_log_that_nobody_reads_holds_nothing_up_and_says_later_what_is_missing() {
    let machine = Machine::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut serving = Serving::start(&machine, writer.into());
    for _ in 0..20 {
        assert_eq!(serving.ask_many("/health/live", 60, "200"), 60);
    }
    // More than a pipe and the queue hold.
    let long = format!("/{}", "a".repeat(8_000));
    for _ in 0..15 {
        assert_eq!(serving.ask_many(&long, 20, "404"), 20);
    }
    let mut lines = BufReader::new(reader).lines();
    let told = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("lines.dropped=")));
    assert!(told.is_some());
    // It writes again, what comes now too.
    assert_eq!(serving.ask("/later"), "HTTP/1.1 404 Not Found");
    let later = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("/later")));
    assert!(later.is_some());
    for _ in 0..10 {
        assert_eq!(serving.ask_many(&long, 20, "404"), 20);
    }
    assert_eq!(serving.terminate(), Some(0), "what cannot be written does not keep the process");
}

/// `astra` with a limit of open files, set as `ulimit` says it.
#[cfg(unix)]
fn limited(machine: &Machine, limit: &str, args: &[&str]) -> Command {
    let astra = machine.command(args);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]).arg(astra.get_program()).args(args);
    command.current_dir(machine.folder()).env_clear().env("HOME", machine.folder()).stdin(Stdio::null());
    command
}

/// How many connections of `count` are served while all of them are open.
#[cfg(unix)]
fn served(address: SocketAddr, count: usize) -> usize {
    let mut open: Vec<TcpStream> = (0..count).map(|_| TcpStream::connect(address).expect("it listens")).collect();
    let answered = open.iter_mut().filter_map(|connection| {
        // One that is refused may be closed by now.
        connection.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").ok()?;
        let mut status = [0; 12];
        connection.read_exact(&mut status).ok()?;
        Some(status == *b"HTTP/1.1 200")
    });
    answered.filter(|is_served| *is_served).count()
}

#[cfg(unix)]
#[test]
fn the_limit_of_open_files_is_raised() {
    let machine = Machine::new();
    let serving = Serving::start_by(|args| limited(&machine, "-S -n 60", args), Stdio::null());
    assert_eq!(served(serving.address, 150), 150);
}

#[cfg(unix)]
#[test]
fn a_hard_limit_of_open_files_bounds_connections_and_leaves_room_for_the_store() {
    let machine = Machine::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let serving = Serving::start_by(|args| limited(&machine, "-n 200", args), writer.into());
    let mut lines = BufReader::new(reader).lines();
    let told = lines
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("limits.connections and limits.turns are lowered")));
    assert!(told.expect("it says so").expect("text").contains("at_most=36"));
    assert_eq!(served(serving.address, 100), 36);
    // Those are closed now, and the next one is served by the store.
    while serving.ask("/health/ready") != "HTTP/1.1 200 OK" {}
}
