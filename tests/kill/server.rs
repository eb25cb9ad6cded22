//! A server of HTTP that answers as it is told to, and breaks connections when it is told to do that.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What was asked.
pub(crate) struct Request {
    pub(crate) path: String,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) after: Duration,
    pub(crate) status: u16,
    pub(crate) media_type: &'static str,
    pub(crate) body: String,
    /// The connection breaks after so many bytes of the answer, if it does.
    pub(crate) breaks_after: Option<usize>,
}

impl Answer {
    /// JSON.
    pub(crate) fn json(body: String) -> Self {
        Self { after: Duration::ZERO, status: 200, media_type: "application/json", body, breaks_after: None }
    }
}

/// Starts a server, which ends with the test's runtime; answers its port.
pub(crate) async fn start(answer: impl Fn(Request) -> Answer + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, answer) = (listener.local_addr().expect("an address").port(), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            // A gateway that is killed breaks its connections.
            tokio::spawn(async move { drop(serve(connection, &*answer).await) });
        }
    });
    port
}

async fn serve(connection: TcpStream, answer: &(impl Fn(Request) -> Answer + Send + Sync)) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut connection = BufReader::new(connection);
    while let Some(request) = read(&mut connection).await? {
        let answer = answer(request);
        tokio::time::sleep(answer.after).await;
        let text = format!(
            "HTTP/1.1 {} Word\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
            answer.status,
            answer.media_type,
            answer.body.len(),
            answer.body
        );
        let sent = answer.breaks_after.unwrap_or(text.len()).min(text.len());
        connection.write_all(&text.as_bytes()[..sent]).await?;
        if answer.breaks_after.is_some() {
            return connection.shutdown().await;
        }
    }
    Ok(())
}

/// The next request; `None` at the end of the connection.
async fn read(connection: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let (mut first, mut headers) = (String::new(), BTreeMap::new());
    if connection.read_line(&mut first).await? == 0 {
        return Ok(None);
    }
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Some(Request { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), headers, body }))
}
