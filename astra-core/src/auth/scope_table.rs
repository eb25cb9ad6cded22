//! All scopes of one gateway: its own and those that its host program declares, with their names and with the roles that
//! have them by default. Stores and tokens keep names, so that a number may mean another scope after a restart.

use super::access::{GROUPS, needs};
use super::role::Role;
use super::scope::{HOST_SCOPE_LENGTH_MAX, HOST_SCOPES_MAX, Scope, ScopeSet};

/// A scope of the host program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostScope {
    /// `<group>:<verb>`, such as `invoices:read`.
    pub name: String,
    /// What a credential with the scope may do, for the document.
    pub description: String,
    /// The least role that has the scope by default; `None` if it is given by name only.
    pub least_role: Option<Role>,
}

/// The scopes of one gateway. The default is the table of a gateway without a host's scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeTable {
    hosts: Vec<HostScope>,
    /// By role, least first.
    defaults: [ScopeSet; Role::ALL.len()],
}

impl Default for ScopeTable {
    /// A role has by default the scopes that some operation of it asks for. `users:act` is given by name only, since it
    /// lets its holder act for others.
    fn default() -> Self {
        let of = |role: Role| needs().filter(move |(least, _)| *least <= role).map(|(_, scopes)| scopes);
        let defaults = Role::ALL.map(|role| of(role).fold(ScopeSet::default(), ScopeSet::union));
        Self { hosts: Vec::new(), defaults }
    }
}

impl ScopeTable {
    /// Adds a scope of the host program.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with its name.
    pub fn declare(&mut self, scope: HostScope) -> Result<(), String> {
        self.check(&scope)?;
        let set = ScopeSet::of_host(self.hosts.len());
        for (role, defaults) in Role::ALL.iter().zip(&mut self.defaults) {
            if scope.least_role.is_some_and(|least| least <= *role) {
                *defaults = defaults.union(set);
            }
        }
        self.hosts.push(scope);
        Ok(())
    }

    fn check(&self, scope: &HostScope) -> Result<(), String> {
        let is_word = |word: &str, joint: char| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.chars().all(|character| character.is_ascii_lowercase() || character == joint)
        };
        let words = scope.name.split_once(':').filter(|(group, verb)| is_word(group, '-') && is_word(verb, '_'));
        let Some((group, _)) = words.filter(|_| scope.name.len() <= HOST_SCOPE_LENGTH_MAX) else {
            return Err(format!(
                "is not <group>:<verb>, such as invoices:read, of at most {HOST_SCOPE_LENGTH_MAX} characters"
            ));
        };
        if GROUPS.contains(&group) {
            return Err(format!("is in the group {group}, which is the gateway's own"));
        }
        if scope.name.parse::<Scope>().is_ok() {
            return Err("is the gateway's own".to_owned());
        }
        if self.find(&scope.name).is_some() {
            return Err("is declared twice".to_owned());
        }
        if scope.description.trim().is_empty() {
            return Err("has no description".to_owned());
        }
        if self.hosts.len() == HOST_SCOPES_MAX {
            return Err(format!("is one too many: a host program may declare {HOST_SCOPES_MAX} scopes"));
        }
        Ok(())
    }

    /// The scopes of the host program, in the order of their declaration.
    #[must_use]
    pub fn hosts(&self) -> &[HostScope] {
        &self.hosts
    }

    /// The set of all scopes.
    #[must_use]
    pub fn all(&self) -> ScopeSet {
        let hosts = (0..self.hosts.len()).map(ScopeSet::of_host).fold(ScopeSet::default(), ScopeSet::union);
        Scope::all().collect::<ScopeSet>().union(hosts)
    }

    /// The scopes that a credential of `role` has if it is not narrowed.
    #[must_use]
    pub const fn default_of(&self, role: Role) -> ScopeSet {
        self.defaults[role as usize]
    }

    /// The set of the scope `name` alone; `None` if this gateway has no such scope.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ScopeSet> {
        if let Ok(scope) = name.parse::<Scope>() {
            return Some(ScopeSet::of(scope));
        }
        self.hosts.iter().position(|scope| scope.name == name).map(ScopeSet::of_host)
    }

    /// The scopes in `text`, separated by spaces, that this gateway has. A scope of another version, or of a host program
    /// that no longer declares it, does not count.
    #[must_use]
    pub fn known(&self, text: &str) -> ScopeSet {
        text.split_ascii_whitespace().filter_map(|word| self.find(word)).fold(ScopeSet::default(), ScopeSet::union)
    }

    /// Reads the space-separated form of OAuth 2.
    ///
    /// # Errors
    /// The first word that is no scope.
    pub fn parse(&self, text: &str) -> Result<ScopeSet, String> {
        let sets = text.split_ascii_whitespace().map(|word| self.find(word).ok_or_else(|| word.to_owned()));
        sets.collect::<Result<Vec<_>, _>>().map(|sets| sets.into_iter().fold(ScopeSet::default(), ScopeSet::union))
    }

    /// The names of the scopes of `set`: the gateway's own, then the host's, each in the order of its declaration.
    pub fn names(&self, set: ScopeSet) -> impl Iterator<Item = &str> {
        let own = Scope::all().filter(move |scope| set.contains(*scope)).map(|scope| -> &str { scope.as_str() });
        let hosts = self.hosts.iter().enumerate().filter(move |(number, _)| set.covers(ScopeSet::of_host(*number)));
        own.chain(hosts.map(|(_, scope)| scope.name.as_str()))
    }

    /// The same, separated by spaces.
    #[must_use]
    pub fn text(&self, set: ScopeSet) -> String {
        self.names(set).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(name: &str, least_role: Option<Role>) -> Result<ScopeTable, String> {
        let mut table = ScopeTable::default();
        let scope = HostScope { name: name.to_owned(), description: "Does something.".to_owned(), least_role };
        table.declare(scope).map(|()| table)
    }

    #[test]
    fn a_hosts_scope_is_none_of_the_gateways() {
        let table = declared("invoices:read", Some(Role::Admin)).expect("a good scope");
        let own = table.find("invoices:read").expect("it is known");
        assert!(Scope::all().all(|scope| !own.contains(scope)), "it shares a bit");
        assert_eq!(table.text(own), "invoices:read");
        assert_eq!(table.all().minus(ScopeTable::default().all()), own);
        let having: Vec<Role> = Role::ALL.into_iter().filter(|role| table.default_of(*role).covers(own)).collect();
        assert_eq!(having, [Role::Admin, Role::Owner]);
        let by_name = declared("invoices:read", None).expect("a good scope");
        assert_eq!(by_name.default_of(Role::Owner), ScopeTable::default().default_of(Role::Owner));
    }

    #[test]
    fn names_are_read_back() {
        let table = declared("invoices:read", None).expect("a good scope");
        let text = "agents:read chat:send invoices:read";
        assert_eq!(table.parse(text).map(|set| table.text(set)).as_deref(), Ok(text));
        assert_eq!(table.parse("chat:send invoices:write"), Err("invoices:write".to_owned()));
        let known = ScopeTable::default().known(text);
        assert_eq!(ScopeTable::default().text(known), "agents:read chat:send", "undeclared scopes do not count");
    }

    #[test]
    fn as_many_as_the_limit_are_distinct_and_one_more_is_refused() {
        let mut table = ScopeTable::default();
        let scope = |number: usize| {
            let letter = char::from(b'a' + u8::try_from(number).unwrap_or_default());
            HostScope { name: format!("own:{letter}"), description: "Does it.".to_owned(), least_role: None }
        };
        for number in 0..HOST_SCOPES_MAX {
            table.declare(scope(number)).expect("there is room");
        }
        assert_eq!(table.names(table.all()).count(), Scope::all().count() + HOST_SCOPES_MAX);
        assert!(table.declare(scope(HOST_SCOPES_MAX)).expect_err("no room").contains("one too many"));
    }
}
