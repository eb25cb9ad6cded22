//! Tokens: earned, renewed, and never shown.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use astra_client::models::{CreateServiceAccount, Refresh, Register, Role, ScopeName, TokenRequest};
use astra_client::reqwest::Method;
use astra_client::{Client, Credentials};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::harness::{Outcome, Stage};

const PASSWORD: &str = "correct horse battery staple";

/// A person who was not there before. The address, and the tokens.
async fn somebody(stage: &Stage) -> Result<(String, astra_client::models::Tokens), astra_client::Error> {
    let email = format!("{}@example.org", stage.name());
    let registered = stage.client().auth().register(&Register::new(&email, PASSWORD)).await?;
    assert_eq!(registered.user.email.as_deref(), Some(email.as_str()));
    Ok((email, registered.tokens))
}

pub async fn accounts(stage: &Stage) -> Outcome {
    let (email, tokens) = somebody(stage).await?;
    let auth = stage.client().auth();
    let grant = TokenRequest {
        username: Some(email.clone()),
        password: Some(PASSWORD.to_owned()),
        ..TokenRequest::new("password")
    };
    let earned = auth.token(&grant).await?;
    assert!(earned.expires_in > 0 && earned.access_token != tokens.access_token);
    let refreshed = auth.refresh(&Refresh::new(earned.refresh_token.unwrap_or_default())).await?;
    let client = stage.behind(&stage.run).token(refreshed.access_token).build()?;
    assert_eq!(client.auth().me().await?.email, Some(email));
    client.auth().logout().await?;
    assert!(client.auth().me().await.unwrap_err().is_unauthorized());
    Ok(())
}

pub async fn a_wrong_password(stage: &Stage) -> Outcome {
    let (email, _) = somebody(stage).await?;
    let before = stage.seen().await?.len();
    let client =
        stage.behind(&stage.run).credentials(Credentials::password(email, "wrong horse battery staple")).build()?;
    let error = client.agents().list().await.unwrap_err();
    assert!(error.is_bad_request() && error.code() == Some("invalid_grant"), "{error}");
    assert!(!format!("{error} {error:?}").contains("wrong horse"));
    assert_eq!(stage.seen().await?.len() - before, 1, "it is tried once");
    Ok(())
}

pub async fn renewed_after_a_refusal(stage: &Stage) -> Outcome {
    let (email, _) = somebody(stage).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&told);
    let client = stage
        .behind(&stage.run)
        .credentials(Credentials::password(&email, PASSWORD))
        .on_new_tokens(move |tokens| hook.lock().expect("nobody panicked").push(tokens.clone()))
        .build()?;
    // Nobody signs in for what is open to all.
    client.health().live().await?;
    assert!(told.lock().expect("nobody panicked").is_empty());
    assert_eq!(client.auth().me().await?.email.as_ref(), Some(&email));
    assert_eq!(client.auth().me().await?.email.as_ref(), Some(&email));
    assert_eq!(told.lock().expect("nobody panicked").len(), 1);
    // The token and its refresh token are no longer good: the password is.
    client.auth().logout().await?;
    assert_eq!(client.auth().me().await?.email.as_ref(), Some(&email));
    let told = told.lock().expect("nobody panicked");
    assert_eq!(told.len(), 2);
    assert_ne!(told[0].access_token, told[1].access_token);
    Ok(())
}

pub async fn each_refresh_token_is_used_once(stage: &Stage) -> Outcome {
    let (email, tokens) = somebody(stage).await?;
    let told = Arc::new(AtomicU32::new(0));
    let hook = Arc::clone(&told);
    let client = stage
        .behind(&stage.run)
        .credentials(Credentials::refresh_token(tokens.refresh_token.unwrap_or_default()))
        .on_new_tokens(move |tokens| {
            assert!(tokens.refresh_token.is_some());
            hook.fetch_add(1, Ordering::SeqCst);
        })
        .build()?;
    let calls: Vec<_> = (0..8).map(|_| tokio::spawn(client.auth().me().into_future())).collect();
    for call in calls {
        assert_eq!(call.await??.email.as_ref(), Some(&email));
    }
    assert_eq!(told.load(Ordering::SeqCst), 1, "all share one renewal");
    Ok(())
}

pub async fn renewed_before_its_end(_: &Stage) -> Outcome {
    // Their life is nought seconds: they are over when they come.
    let gateway = TokenGateway { life: 0, ..TokenGateway::default() };
    let url = gateway.open().await?;
    let client = Client::builder().base_url(url).credentials(Credentials::client("ci", "shh")).build()?;
    for _ in 0..3 {
        client.request(Method::GET, "/x").into_nothing().await?;
    }
    let grants = gateway.grants();
    assert_eq!(grants.len(), 3, "{grants:?}");
    assert!(grants[0].contains(r#""grant_type":"client_credentials""#), "{grants:?}");
    for (number, grant) in grants.iter().enumerate().skip(1) {
        assert!(grant.contains(&format!(r#""refresh_token":"refresh-{number}""#)), "{grants:?}");
    }
    Ok(())
}

pub async fn a_renewal_outlives_its_caller(_: &Stage) -> Outcome {
    let gateway = TokenGateway { life: 3600, gate: Some(Arc::default()), ..TokenGateway::default() };
    let url = gateway.open().await?;
    let client = Client::builder().base_url(url).credentials(Credentials::refresh_token("refresh-0")).build()?;
    let mut impatient = client.request(Method::GET, "/x").into_nothing().into_future();
    while gateway.grants().is_empty() {
        assert!(timeout(Duration::from_millis(1), &mut impatient).await.is_err(), "nothing is answered yet");
    }
    // The refresh token is used up now. Whoever gives up must not take the next one along.
    drop(impatient);
    gateway.gate.iter().for_each(|gate| gate.notify_one());
    client.request(Method::GET, "/x").into_nothing().await?;
    assert_eq!(gateway.grants().len(), 1, "{:?}", gateway.grants());
    Ok(())
}

/// A gateway that gives tokens, and a refresh token with each.
#[derive(Clone, Default)]
struct TokenGateway {
    /// How long tokens are good, in seconds.
    life: u32,
    /// What must be opened before a grant is answered.
    gate: Option<Arc<Notify>>,
    grants: Arc<Mutex<Vec<String>>>,
}

impl TokenGateway {
    /// Begins to serve, for as long as the driver runs.
    async fn open(&self) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let gateway = self.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let gateway = gateway.clone();
                tokio::spawn(async move { gateway.serve(connection).await });
            }
        });
        Ok(url)
    }

    async fn serve(&self, mut connection: TcpStream) -> std::io::Result<()> {
        let mut request = Vec::new();
        while !is_whole(&request) && connection.read_buf(&mut request).await? > 0 {}
        let request = String::from_utf8_lossy(&request).into_owned();
        let mut answer = "{}".to_owned();
        if request.starts_with("POST /auth/token") {
            let number = {
                let mut grants = self.grants.lock().expect("nobody panicked");
                grants.push(request);
                grants.len()
            };
            if let Some(gate) = &self.gate {
                gate.notified().await;
            }
            let life = self.life;
            answer =
                format!(r#"{{"access_token":"a-{number}","expires_in":{life},"refresh_token":"refresh-{number}"}}"#);
        }
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
        connection.write_all((head + &answer).as_bytes()).await
    }

    fn grants(&self) -> Vec<String> {
        self.grants.lock().expect("nobody panicked").clone()
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

pub async fn a_function_gives_tokens(stage: &Stage) -> Outcome {
    let asked = Arc::new(AtomicU32::new(0));
    let (count, token) = (Arc::clone(&asked), stage.token.clone());
    let client = Client::builder()
        .base_url(&stage.url)
        .token_provider(move || {
            // The first one is not good.
            let token = if count.fetch_add(1, Ordering::SeqCst) == 0 { "stale".to_owned() } else { token.clone() };
            async move { Ok::<_, std::io::Error>(token) }
        })
        .build()?;
    client.auth().me().await?;
    assert_eq!(asked.load(Ordering::SeqCst), 2, "asked again after the refusal");
    let failing = Client::builder()
        .base_url(&stage.url)
        .token_provider(|| async { Err::<String, _>("the vault is shut") })
        .build()?;
    let error = failing.auth().me().await.unwrap_err();
    assert!(error.to_string().contains("the vault is shut"), "{error}");
    let refused = Client::builder().base_url(&stage.url);
    let refused = refused.token_provider(|| async { Ok::<_, std::io::Error>("stale".to_owned()) }).build()?;
    assert!(refused.auth().me().await.unwrap_err().is_unauthorized(), "asked again once, not for ever");
    Ok(())
}

pub async fn secrets_are_not_shown(stage: &Stage) -> Outcome {
    let client = stage.client();
    let account = client.auth().create_service_account(&CreateServiceAccount {
        scopes: Some(vec![ScopeName::AuthRead]),
        ..CreateServiceAccount::new(stage.name(), Role::Viewer)
    });
    let account = account.await?;
    let issued = client.auth().issue_token(&account.id).await?;
    assert!(!format!("{issued:?}").contains(&issued.secret), "{issued:?}");
    let program =
        Client::builder().base_url(&stage.url).credentials(Credentials::client(&account.id, &issued.secret)).build()?;
    assert_eq!(program.auth().me().await?.id, account.id);
    let error = program.agents().list().await.unwrap_err();
    assert!(error.is_forbidden(), "{error}");
    let grant = TokenRequest { client_secret: Some(issued.secret.clone()), ..TokenRequest::new("client_credentials") };
    let shown = format!(
        "{program:?} {error} {error:?} {:?} {:?} {grant:?} {:?}",
        Credentials::client("ci", &issued.secret),
        Credentials::password("ada", &issued.secret),
        Register::new("ada", &issued.secret),
    );
    assert!(!shown.contains(&issued.secret) && !shown.contains(&stage.token), "{shown}");
    assert!(shown.contains("redacted"));
    client.auth().delete_service_account(&account.id).await?;
    Ok(())
}
