//! What is configured, from four places: the defaults, the file above them, the environment above that, the flags on top.

mod discover;
pub(crate) mod expand;
mod file;
mod locate;
mod proxy;
pub(crate) mod suggest;
mod telemetry;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use astra_core::config::{Config, ConfigSource, Fault, Secret, listen_address};
use clap::Args;

pub(crate) use discover::discover;
pub(crate) use locate::Origins;
pub(crate) use telemetry::unused_collector;

use crate::env::{self, Environment};
use crate::error::{Error, Result};

/// Read when it lies in the working folder and no other file is named.
const DEFAULT_FILE: &str = "astra.yml";
/// Agent definitions are read from here when it lies in the working folder and no other folder is named.
const DEFAULT_AGENTS_DIR: &str = "agents";
/// The same for skills.
const DEFAULT_SKILLS_DIR: &str = "skills";

/// The keys that a variable sets.
const OVERLAID_KEYS: [(&str, &str); 9] = [
    ("listen", env::LISTEN),
    ("data_dir", env::DATA_DIR),
    ("agents_dir", env::AGENTS_DIR),
    ("skills_dir", env::SKILLS_DIR),
    ("store.database_url", env::DATABASE_URL),
    ("auth.jwt_secret", env::JWT_SECRET),
    ("auth.jwt_secret_prev", env::JWT_SECRET_PREV),
    ("master_key", env::MASTER_KEY),
    ("auth.setup_code", env::SETUP_CODE),
];

/// The flags of every command that opens the store.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StoreArgs {
    /// Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

impl StoreArgs {
    /// Whether a flag names a store.
    pub(crate) const fn is_named(&self) -> bool {
        self.config.is_some() || self.data_dir.is_some() || self.database_url.is_some()
    }
}

/// The flags of `serve` that belong to the configuration.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS", value_parser = listen_address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]
    #[arg(long, value_name = "DIR")]
    pub(crate) agents_dir: Option<PathBuf>,
    /// Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]
    #[arg(long, value_name = "DIR")]
    pub(crate) skills_dir: Option<PathBuf>,
}

/// What was configured, and where it was read.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) file: Option<PathBuf>,
    pub(crate) origins: Origins,
}

/// Puts the configuration together and refuses a bad one, telling all that is wrong with it.
pub(crate) fn load(args: &ServerArgs, environment: &Environment) -> Result<Settings> {
    let settings = read(args, environment)?;
    match settings.config.validate() {
        faults if faults.is_empty() => Ok(settings),
        faults => Err(settings.refusal(&faults)),
    }
}

/// Puts the configuration together, good or not.
pub(crate) fn read(args: &ServerArgs, environment: &Environment) -> Result<Settings> {
    let file = configuration_file(args.store.config.as_deref(), environment);
    let (config, origins) = match &file {
        Some(file) => (file::read(file, environment)?, Origins::of_file(file)),
        None => (Config::default(), Origins::default()),
    };
    let mut settings = Settings { config, file, origins };
    settings.overlay_environment(environment)?;
    let flags = args.clone();
    let Settings { config, origins, .. } = &mut settings;
    let mut overlay = |key, flag, is_set| {
        if is_set {
            origins.overlay(key, flag)
        }
    };
    overlay("listen", "--listen", flags.listen.is_some());
    overlay("data_dir", "--data-dir", flags.store.data_dir.is_some());
    overlay("agents_dir", "--agents-dir", flags.agents_dir.is_some());
    overlay("skills_dir", "--skills-dir", flags.skills_dir.is_some());
    overlay("store.database_url", "--database-url", flags.store.database_url.is_some());
    set(&mut config.listen, flags.listen);
    set(&mut config.data_dir, flags.store.data_dir);
    set(&mut config.agents_dir, flags.agents_dir.map(Some));
    set(&mut config.skills_dir, flags.skills_dir.map(Some));
    set(&mut config.store.database_url, flags.store.database_url.map(|url| Some(Secret::new(url))));
    origins.note(&mut config.sources);
    for (key, folder, place) in [
        ("agents_dir", DEFAULT_AGENTS_DIR, &mut config.agents_dir),
        ("skills_dir", DEFAULT_SKILLS_DIR, &mut config.skills_dir),
    ] {
        if place.is_none() && Path::new(folder).is_dir() {
            *place = Some(folder.into());
            config.sources.set(key, ConfigSource::Default, folder);
        }
    }
    Ok(settings)
}

impl Settings {
    /// The configuration is not good, for all of these reasons.
    pub(crate) fn refusal(&self, faults: &[Fault]) -> Error {
        let read = self.file.as_ref().map_or_else(String::new, |file| format!(" (read from {})", file.display()));
        let error = Error::new(format!("the configuration{read} is not good"));
        let error = faults.iter().fold(error, |error, fault| error.cause(self.origins.explain(fault)));
        error.hint("`astra config` prints every key with its meaning and its default")
    }

    fn overlay_environment(&mut self, environment: &Environment) -> Result<()> {
        let Self { config, origins, .. } = self;
        for (key, name) in OVERLAID_KEYS {
            if environment.get(name).is_some() {
                origins.overlay(key, name);
            }
        }
        let secret = |name| environment.get(name).map(|value| Some(Secret::new(value)));
        if let Some(listen) = environment.get(env::LISTEN) {
            config.listen = listen_address(listen)
                .map_err(|form| Error::new(format!("{} is `{listen}`", env::LISTEN)).hint(form))?;
        }
        set(&mut config.data_dir, environment.get(env::DATA_DIR).map(PathBuf::from));
        set(&mut config.agents_dir, environment.get(env::AGENTS_DIR).map(|folder| Some(folder.into())));
        set(&mut config.skills_dir, environment.get(env::SKILLS_DIR).map(|folder| Some(folder.into())));
        set(&mut config.store.database_url, secret(env::DATABASE_URL));
        set(&mut config.auth.jwt_secret, secret(env::JWT_SECRET));
        set(&mut config.auth.jwt_secret_prev, secret(env::JWT_SECRET_PREV));
        set(&mut config.master_key, secret(env::MASTER_KEY));
        set(&mut config.auth.setup_code, secret(env::SETUP_CODE));
        telemetry::fill(&mut config.otlp, origins, environment);
        Ok(())
    }
}

/// Variables that look like ours and are not, with the one that was probably meant.
pub(crate) fn misspelt_variables(environment: &Environment) -> Vec<(String, &'static str)> {
    let strangers = environment.names().filter(|name| name.starts_with("ASTRA_") && !env::OURS.contains(name));
    strangers.filter_map(|name| Some((name.to_owned(), suggest::nearest(name, env::OURS)?))).collect()
}

fn configuration_file(flag: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let named = flag.map(Path::to_owned).or_else(|| environment.get(env::CONFIG).map(PathBuf::from));
    named.or_else(|| Path::new(DEFAULT_FILE).exists().then(|| DEFAULT_FILE.into()))
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_beat_the_environment_which_beats_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yml");
        std::fs::write(&file, "listen: 127.0.0.1:1\ndata_dir: of-file\ndrain_s: 7\n").expect("written");
        let file = file.to_str().expect("text");
        let environment =
            Environment::from([(env::CONFIG, file), (env::LISTEN, "127.0.0.1:2"), (env::DATA_DIR, "of-environment")]);
        let flags = ServerArgs { listen: Some(([127, 0, 0, 1], 3).into()), ..ServerArgs::default() };
        let config = load(&flags, &environment).expect("it is good").config;
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.data_dir, Path::new("of-environment"));
        assert_eq!(config.drain_s, 7);
        assert_eq!(config.chat.compact_at_percent, 70);
    }

    #[test]
    fn all_faults_are_told_at_once_and_no_secret() {
        let environment = Environment::from([(env::JWT_SECRET, "tooshort"), (env::JWT_SECRET_PREV, "alsoshort")]);
        let told = load(&ServerArgs::default(), &environment).expect_err("it is faulty").to_string();
        assert!(told.contains("auth.jwt_secret has 8 bytes") && told.contains("auth.jwt_secret_prev has 9"), "{told}");
        assert!(!told.contains("tooshort"), "{told}");
    }

    #[test]
    fn misspelt_variables_are_noticed_and_strangers_are_not() {
        let environment = Environment::from([("ASTRA_LISTN", "1"), ("ASTRA_PORT_3000_TCP", "1"), (env::LISTEN, "1")]);
        assert_eq!(misspelt_variables(&environment), [("ASTRA_LISTN".to_owned(), env::LISTEN)]);
    }
}
