//! The views of a workspace's rows: one for each aggregate, in whose file its questions are. A view borrows the rows and
//! costs nothing.

use super::accounts::Accounts;
use super::agent_grants::AgentGrants;
use super::agent_versions::AgentVersions;
use super::agents::Agents;
use super::approvals::Approvals;
use super::audit_list::AuditLog;
use super::deliveries::Deliveries;
use super::families::Families;
use super::idempotency::IdempotencyKeys;
use super::invitations::Invitations;
use super::job_logs::JobLogs;
use super::job_turns::JobTurns;
use super::jobs::Jobs;
use super::keys::SigningKeys;
use super::login_codes::LoginCodes;
use super::mcp_servers::McpServerRows;
use super::members::Members;
use super::memories::Memories;
use super::memory_index::MemoryIndexRows;
use super::memory_profiles::MemoryProfiles;
use super::memory_remember::PendingMemory;
use super::memory_user_profiles::UserProfiles;
use super::memory_walk::MemoryGraph;
use super::messages::Messages;
use super::quota_refusals::QuotaRefusals;
use super::rows::Rows;
use super::schedule_runs::ScheduleRuns;
use super::schedules::Schedules;
use super::service_accounts::ServiceAccounts;
use super::sessions::Sessions;
use super::skill_uses::SkillUses;
use super::spawned_turns::SpawnedTurns;
use super::suspensions::Suspensions;
use super::tokens::Tokens;
use super::traces::Traces;
use super::turn_events::TurnEvents;
use super::turn_steps::TurnSteps;
use super::turns::Turns;
use super::usage::Usage;
use super::webhooks::Webhooks;
use super::workspace_counts::WorkspaceTotals;
use super::workspace_policies::WorkspacePolicyRows;
use super::workspaces::Workspaces;

impl Rows {
    /// People and end users.
    #[must_use]
    pub const fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// Agents that are lent and borrowed.
    #[must_use]
    pub const fn agent_grants(&self) -> AgentGrants<'_> {
        AgentGrants(self)
    }

    /// The versions of agents.
    #[must_use]
    pub const fn agent_versions(&self) -> AgentVersions<'_> {
        AgentVersions(self)
    }

    /// Agents.
    #[must_use]
    pub const fn agents(&self) -> Agents<'_> {
        Agents(self)
    }

    /// Approvals of calls of tools.
    #[must_use]
    pub const fn approvals(&self) -> Approvals<'_> {
        Approvals(self)
    }

    /// Who changed what.
    #[must_use]
    pub const fn audit_log(&self) -> AuditLog<'_> {
        AuditLog(self)
    }

    /// Deliveries of events to webhooks.
    #[must_use]
    pub const fn deliveries(&self) -> Deliveries<'_> {
        Deliveries(self)
    }

    /// Sign-ins.
    #[must_use]
    pub const fn families(&self) -> Families<'_> {
        Families(self)
    }

    /// Idempotency keys.
    #[must_use]
    pub const fn idempotency_keys(&self) -> IdempotencyKeys<'_> {
        IdempotencyKeys(self)
    }

    /// Invitations to the workspace.
    #[must_use]
    pub const fn invitations(&self) -> Invitations<'_> {
        Invitations(self)
    }

    /// Jobs.
    #[must_use]
    pub const fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// The logs of jobs.
    #[must_use]
    pub const fn job_logs(&self) -> JobLogs<'_> {
        JobLogs(self)
    }

    /// The turns of jobs.
    #[must_use]
    pub const fn job_turns(&self) -> JobTurns<'_> {
        JobTurns(self)
    }

    /// Login codes.
    #[must_use]
    pub const fn login_codes(&self) -> LoginCodes<'_> {
        LoginCodes(self)
    }

    /// MCP servers that were connected.
    #[must_use]
    pub const fn mcp_servers(&self) -> McpServerRows<'_> {
        McpServerRows(self)
    }

    /// The members of the workspace.
    #[must_use]
    pub const fn members(&self) -> Members<'_> {
        Members(self)
    }

    /// Memories.
    #[must_use]
    pub const fn memories(&self) -> Memories<'_> {
        Memories(self)
    }

    /// What the indexes of memory are filled from.
    #[must_use]
    pub const fn memory_index(&self) -> MemoryIndexRows<'_> {
        MemoryIndexRows(self)
    }

    /// The graph of memory.
    #[must_use]
    pub const fn memory_graph(&self) -> MemoryGraph<'_> {
        MemoryGraph(self)
    }

    /// Memory profiles.
    #[must_use]
    pub const fn memory_profiles(&self) -> MemoryProfiles<'_> {
        MemoryProfiles(self)
    }

    /// Turns that are to be remembered.
    #[must_use]
    pub const fn pending_memory(&self) -> PendingMemory<'_> {
        PendingMemory(self)
    }

    /// Messages.
    #[must_use]
    pub const fn messages(&self) -> Messages<'_> {
        Messages(self)
    }

    /// Runs of schedules.
    #[must_use]
    pub const fn schedule_runs(&self) -> ScheduleRuns<'_> {
        ScheduleRuns(self)
    }

    /// Schedules.
    #[must_use]
    pub const fn schedules(&self) -> Schedules<'_> {
        Schedules(self)
    }

    /// Turns that were refused because of a quota.
    #[must_use]
    pub const fn quota_refusals(&self) -> QuotaRefusals<'_> {
        QuotaRefusals(self)
    }

    /// Service accounts.
    #[must_use]
    pub const fn service_accounts(&self) -> ServiceAccounts<'_> {
        ServiceAccounts(self)
    }

    /// Sessions.
    #[must_use]
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }

    /// Turns that wait.
    #[must_use]
    pub const fn suspensions(&self) -> Suspensions<'_> {
        Suspensions(self)
    }

    /// Signing keys.
    #[must_use]
    pub const fn signing_keys(&self) -> SigningKeys<'_> {
        SigningKeys(self)
    }

    /// What turns have done with skills.
    #[must_use]
    pub const fn skill_uses(&self) -> SkillUses<'_> {
        SkillUses(self)
    }

    /// Turns that other turns have begun.
    #[must_use]
    pub const fn spawned_turns(&self) -> SpawnedTurns<'_> {
        SpawnedTurns(self)
    }

    /// Tokens of service accounts.
    #[must_use]
    pub const fn tokens(&self) -> Tokens<'_> {
        Tokens(self)
    }

    /// The traces of turns.
    #[must_use]
    pub const fn traces(&self) -> Traces<'_> {
        Traces(self)
    }

    /// The event logs of turns.
    #[must_use]
    pub const fn turn_events(&self) -> TurnEvents<'_> {
        TurnEvents(self)
    }

    /// The steps of turns with tools.
    #[must_use]
    pub const fn turn_steps(&self) -> TurnSteps<'_> {
        TurnSteps(self)
    }

    /// Turns.
    #[must_use]
    pub const fn turns(&self) -> Turns<'_> {
        Turns(self)
    }

    /// What was used.
    #[must_use]
    pub const fn usage(&self) -> Usage<'_> {
        Usage(self)
    }

    /// Webhooks.
    #[must_use]
    pub const fn webhooks(&self) -> Webhooks<'_> {
        Webhooks(self)
    }

    /// The profiles of users.
    #[must_use]
    pub const fn user_profiles(&self) -> UserProfiles<'_> {
        UserProfiles(self)
    }

    /// What the workspace's turns may use.
    #[must_use]
    pub const fn workspace_policies(&self) -> WorkspacePolicyRows<'_> {
        WorkspacePolicyRows(self)
    }

    /// How much the workspace has.
    #[must_use]
    pub const fn totals(&self) -> WorkspaceTotals<'_> {
        WorkspaceTotals(self)
    }

    /// The workspace itself.
    #[must_use]
    pub const fn workspaces(&self) -> Workspaces<'_> {
        Workspaces(self)
    }
}
