# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_astra_global_optspecs
    string join \n h/help V/version
end

function __fish_astra_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_astra_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_astra_using_subcommand
    set -l cmd (__fish_astra_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c astra -n "__fish_astra_needs_command" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_needs_command" -s V -l version -d 'Print version'
complete -c astra -n "__fish_astra_needs_command" -f -a "serve" -d 'Run a gateway'
complete -c astra -n "__fish_astra_needs_command" -f -a "token" -d 'Issue, rotate, list and revoke tokens of service accounts'
complete -c astra -n "__fish_astra_needs_command" -f -a "account" -d 'Create, list and reset the accounts of people'
complete -c astra -n "__fish_astra_needs_command" -f -a "keys" -d 'List and rotate the keys that sign tokens'
complete -c astra -n "__fish_astra_needs_command" -f -a "workspace" -d 'List, create and delete workspaces, and see who belongs to them'
complete -c astra -n "__fish_astra_needs_command" -f -a "chat" -d 'Talk to an agent'
complete -c astra -n "__fish_astra_needs_command" -f -a "tools" -d 'List the tools that agents may call, call one, and connect MCP servers'
complete -c astra -n "__fish_astra_needs_command" -f -a "approvals" -d 'List the calls of tools that wait for a decision, and decide'
complete -c astra -n "__fish_astra_needs_command" -f -a "jobs" -d 'List, run and follow jobs: work that is kept until it has ended'
complete -c astra -n "__fish_astra_needs_command" -f -a "memory" -d 'Search what agents remember, say why it was found, measure it, take it back, export and import it'
complete -c astra -n "__fish_astra_needs_command" -f -a "traces" -d 'Show where the time of turns went, what they cost and why they failed'
complete -c astra -n "__fish_astra_needs_command" -f -a "audit" -d 'Show who changed what, export it, and find what was changed in the database by hand'
complete -c astra -n "__fish_astra_needs_command" -f -a "cron" -d 'List schedules, preview cron expressions, and run a schedule\'s job now'
complete -c astra -n "__fish_astra_needs_command" -f -a "webhooks" -d 'List webhooks and their deliveries, and receive some'
complete -c astra -n "__fish_astra_needs_command" -f -a "mcp" -d 'Be an MCP server whose tools are a gateway\'s agents'
complete -c astra -n "__fish_astra_needs_command" -f -a "spec" -d 'Print the OpenAPI document, look up its operations, compare versions of it'
complete -c astra -n "__fish_astra_needs_command" -f -a "codegen" -d 'Generate a client of the API in a language'
complete -c astra -n "__fish_astra_needs_command" -f -a "skills" -d 'Check skills in the Agent Skills format'
complete -c astra -n "__fish_astra_needs_command" -f -a "migrate" -d 'Update the database schema (`serve` does this itself)'
complete -c astra -n "__fish_astra_needs_command" -f -a "config" -d 'Print every configuration key with its meaning and default, or check a configuration'
complete -c astra -n "__fish_astra_needs_command" -f -a "doctor" -d 'Examine the installation: what is wrong, and how to mend it'
complete -c astra -n "__fish_astra_needs_command" -f -a "backup" -d 'Back up the SQLite store into a file, beside a running gateway or without one'
complete -c astra -n "__fish_astra_needs_command" -f -a "restore" -d 'Make the SQLite store of a backup, in a data folder that has none'
complete -c astra -n "__fish_astra_needs_command" -f -a "export" -d 'Write a workspace to a file, to be imported into another store'
complete -c astra -n "__fish_astra_needs_command" -f -a "import" -d 'Take a workspace that `astra export` wrote into the local store'
complete -c astra -n "__fish_astra_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c astra -n "__fish_astra_needs_command" -f -a "man" -d 'Print the manual page'
complete -c astra -n "__fish_astra_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand serve" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -l listen -d 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -l agents-dir -d 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l skills-dir -d 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l log-format -d 'Log format [env: ASTRA_LOG_FORMAT] [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c astra -n "__fish_astra_using_subcommand serve" -l log-level -d 'Log level: error, warn, info, debug, trace, or levels of modules such as info,astra_core=debug [env: ASTRA_LOG] [default: info]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "issue" -d 'Issue a token to a service account, which is created if it does not exist, and print only the token'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "rotate" -d 'Replace a token by a new one and print only the new token'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "list" -d 'List the tokens of all service accounts; their secrets are not kept'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account; takes effect on the next request'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l name -d 'The service account\'s name' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l role -d 'The service account\'s role [default: its present role; member for a new account]' -r -f -a "viewer\t''
member\t''
admin\t''
owner\t''"
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l scope -d 'What the token allows; may be repeated [default: everything that the role allows]' -r -f -a "auth:read\t''
auth:write\t''
agents:read\t''
agents:write\t''
sessions:read\t''
sessions:write\t''
chat:send\t''
memory:read\t''
memory:write\t''
memory-profiles:read\t''
memory-profiles:write\t''
tools:read\t''
tools:write\t''
jobs:read\t''
jobs:write\t''
traces:read\t''
workspaces:read\t''
workspaces:write\t''
skills:read\t''
skills:write\t''
inference:read\t''
inference:write\t''
cron:read\t''
cron:write\t''
webhooks:read\t''
webhooks:write\t''
spec:read\t''
admin:read\t''
admin:write\t''
users:act\t''"
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l expires-in -d 'Lifetime: 45s, 30m, 12h, 30d, 2w [default: 90d]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l server -d 'Use this gateway\'s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l grace -d 'How long the old token stays valid: 45s, 30m, 12h, 7d' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l server -d 'Use this gateway\'s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l server -d 'Use this gateway\'s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l server -d 'Use this gateway\'s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "issue" -d 'Issue a token to a service account, which is created if it does not exist, and print only the token'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Replace a token by a new one and print only the new token'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tokens of all service accounts; their secrets are not kept'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account; takes effect on the next request'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand account; and not __fish_seen_subcommand_from create list reset help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand account; and not __fish_seen_subcommand_from create list reset help" -f -a "create" -d 'Create an account and print its id'
complete -c astra -n "__fish_astra_using_subcommand account; and not __fish_seen_subcommand_from create list reset help" -f -a "list" -d 'List the accounts of people'
complete -c astra -n "__fish_astra_using_subcommand account; and not __fish_seen_subcommand_from create list reset help" -f -a "reset" -d 'Give an account another password and end all of its sign-ins'
complete -c astra -n "__fish_astra_using_subcommand account; and not __fish_seen_subcommand_from create list reset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l role -d 'The role' -r -f -a "viewer\t''
member\t''
admin\t''
owner\t''"
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l display-name -d 'What to call the person' -r
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -l password-stdin -d 'Read the password from stdin: its first line'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -l generate -d 'Make a password and print it'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -l password-stdin -d 'Read the password from stdin: its first line'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create an account and print its id'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the accounts of people'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Give an account another password and end all of its sign-ins'
complete -c astra -n "__fish_astra_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand keys; and not __fish_seen_subcommand_from list rotate help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand keys; and not __fish_seen_subcommand_from list rotate help" -f -a "list" -d 'List the keys that sign or have signed tokens, newest first'
complete -c astra -n "__fish_astra_using_subcommand keys; and not __fish_seen_subcommand_from list rotate help" -f -a "rotate" -d 'Sign tokens with a new key and print its name'
complete -c astra -n "__fish_astra_using_subcommand keys; and not __fish_seen_subcommand_from list rotate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l revoke-old -d 'Refuse all tokens of earlier keys, as when a key may have leaked'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the keys that sign or have signed tokens, newest first'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Sign tokens with a new key and print its name'
complete -c astra -n "__fish_astra_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "list" -d 'List your workspaces, the one that you joined last first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "create" -d 'Create a workspace and print its id'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "show" -d 'Show a workspace, with what it is restricted to and its quotas'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "delete" -d 'Delete a workspace with all that is in it'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "members" -d 'List the people of a workspace, the one who joined last first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "invite" -d 'Invite a person to a workspace and print the code'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "grants" -d 'List the agents that a workspace lends and borrows, newest first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and not __fish_seen_subcommand_from list create show delete members invite grants help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l yes -d 'Do not ask whether it is meant'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l workspace -d 'The workspace, one of your own [default: the one of the token]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from members" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l role -d 'The role that it gives, not above your own' -r -f -a "viewer\t''
member\t''
admin\t''
owner\t''"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l expires-in -d 'How long it is good, such as 45m, 12h or 7d [default: 7d]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l workspace -d 'The workspace, one of your own [default: the one of the token]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from invite" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l workspace -d 'The workspace, one of your own [default: the one of the token]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from grants" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "list" -d 'List your workspaces, the one that you joined last first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a workspace and print its id'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a workspace, with what it is restricted to and its quotas'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a workspace with all that is in it'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "members" -d 'List the people of a workspace, the one who joined last first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "invite" -d 'Invite a person to a workspace and print the code'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "grants" -d 'List the agents that a workspace lends and borrows, newest first'
complete -c astra -n "__fish_astra_using_subcommand workspace; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand chat" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -l session -d 'Continue this session' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -l output -d 'What is printed on stdout' -r -f -a "text\t'What the agent says'
json\t'All events of the turn, each an object of JSON in a line'"
complete -c astra -n "__fish_astra_using_subcommand chat" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand chat" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand chat" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "list" -d 'List the tools that there are; with --agent what the agent\'s policy says of each'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "call" -d 'Call a tool, without an agent\'s model'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "servers" -d 'List the MCP servers that tools come from'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "connect" -d 'Connect an MCP server, whose tools agents may call then'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "disconnect" -d 'Disconnect an MCP server; its tools are gone at once'
complete -c astra -n "__fish_astra_using_subcommand tools; and not __fish_seen_subcommand_from list call servers connect disconnect help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from list" -l agent -d 'The agent whose policy holds [default: none]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from call" -l output -d 'How to print the answer' -r -f -a "text\t'What the tool says'
json\t'A JSON object with `content`, `is_error` and `elapsed_ms`'"
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from call" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from call" -l agent -d 'The agent whose policy holds [default: none]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from call" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from servers" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from servers" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from servers" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from servers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -l header -d 'A header of each request to it; can be given several times' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -l command -d 'The program that is the server, in the place of a URL' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -l env -d 'A variable of the program; can be given several times' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -l timeout -d 'Longest time of a call of its tools, in seconds' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from connect" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from disconnect" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from disconnect" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tools that there are; with --agent what the agent\'s policy says of each'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "call" -d 'Call a tool, without an agent\'s model'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "servers" -d 'List the MCP servers that tools come from'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "connect" -d 'Connect an MCP server, whose tools agents may call then'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "disconnect" -d 'Disconnect an MCP server; its tools are gone at once'
complete -c astra -n "__fish_astra_using_subcommand tools; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand approvals; and not __fish_seen_subcommand_from list approve deny help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand approvals; and not __fish_seen_subcommand_from list approve deny help" -f -a "list" -d 'List the calls that wait for a decision; with --status others, newest first'
complete -c astra -n "__fish_astra_using_subcommand approvals; and not __fish_seen_subcommand_from list approve deny help" -f -a "approve" -d 'Approve a call: the tool is called'
complete -c astra -n "__fish_astra_using_subcommand approvals; and not __fish_seen_subcommand_from list approve deny help" -f -a "deny" -d 'Deny a call: the model reads so, with the note'
complete -c astra -n "__fish_astra_using_subcommand approvals; and not __fish_seen_subcommand_from list approve deny help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l status -d 'Those in this state' -r -f -a "pending\t''
approved\t''
denied\t''
expired\t''
cancelled\t''
all\t''"
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l note -d 'Why, for the record; the model reads the note of a call that is denied' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from approve" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l note -d 'Why, for the record; the model reads the note of a call that is denied' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from deny" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the calls that wait for a decision; with --status others, newest first'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "approve" -d 'Approve a call: the tool is called'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "deny" -d 'Deny a call: the model reads so, with the note'
complete -c astra -n "__fish_astra_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "list" -d 'List jobs, newest first'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "show" -d 'Show a job, with what it is about, what it came to and its log'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "run" -d 'Enqueue a job'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "cancel" -d 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "retry" -d 'Do again what a job did that has ended, as a new job'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "watch" -d 'Follow jobs until they have ended'
complete -c astra -n "__fish_astra_using_subcommand jobs; and not __fish_seen_subcommand_from list show run cancel retry watch help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l type -d 'Only jobs of this type' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l status -d 'Only jobs with this status' -r -f -a "pending\t''
running\t''
succeeded\t''
failed\t''
cancelled\t''
unknown\t''"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l user -d 'Only jobs of this user or service account' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l limit -d 'How many to list' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -l results -d 'Print what became of its questions instead, one a line'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l run-at -d 'The time before which it does not run' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l priority -d '0 to 9; higher ones come first [default: 5]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l timeout-s -d 'How long an attempt may take, in seconds [default: as its type says]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l max-retries -d 'How often it is tried again after a failure [default: as its type says]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l dedupe-key -d 'Enqueue it only if no unfinished job of the type has this key' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l output -d 'How to print the job' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -l watch -d 'Follow the job until it has ended'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l output -d 'How to print the job' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l output -d 'How to print the new job' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l watch -d 'Follow the job until it has ended'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l output -d 'How to print the jobs when they have ended' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "list" -d 'List jobs, newest first'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a job, with what it is about, what it came to and its log'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "run" -d 'Enqueue a job'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Do again what a job did that has ended, as a new job'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Follow jobs until they have ended'
complete -c astra -n "__fish_astra_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "search" -d 'Search memory, and say of each hit why it was found'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "show" -d 'Show a memory, and where it comes from'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "undo" -d 'Take back all that one turn, or one session, made of memory'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "evaluate" -d 'Measure how well memory answers questions whose answers are known'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "export" -d 'Print memory as lines of JSON, which can be imported again'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "import" -d 'Remember what was exported, here or by Letta or mem0'
complete -c astra -n "__fish_astra_using_subcommand memory; and not __fish_seen_subcommand_from search show undo evaluate export import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l tier -d 'Only this tier; may be given several times' -r -f -a "session\t''
daily\t''
profile\t''
graph\t''
procedural\t''"
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l limit -d 'Most hits' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l min-score -d 'The least score of a hit, 0 to 1' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l as-of -d 'Search what held at this time (RFC 3339)' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l output -d 'How to print it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -l history -d 'Show its versions too'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l turn -d 'The turn\'s id' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l session -d 'The session\'s id' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l output -d 'How to print what became of it' -r -f -a "text\t'Lines for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l profile -d 'The memory profile whose tiers, weights and bounds are used [default: the built-in one]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l k -d 'How many hits count [default: 10]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from evaluate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -l user -d 'The user whose memory it is [default: the workspace\'s]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l user -d 'The user whose memory it becomes [default: the workspace\'s]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -l keep-ids -d 'Keep the ids; memories whose id is taken are left out'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "search" -d 'Search memory, and say of each hit why it was found'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a memory, and where it comes from'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "undo" -d 'Take back all that one turn, or one session, made of memory'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "evaluate" -d 'Measure how well memory answers questions whose answers are known'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print memory as lines of JSON, which can be imported again'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "import" -d 'Remember what was exported, here or by Letta or mem0'
complete -c astra -n "__fish_astra_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand traces; and not __fish_seen_subcommand_from list show help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand traces; and not __fish_seen_subcommand_from list show help" -f -a "list" -d 'List how turns went, newest first'
complete -c astra -n "__fish_astra_using_subcommand traces; and not __fish_seen_subcommand_from list show help" -f -a "show" -d 'Show where the time of a turn went'
complete -c astra -n "__fish_astra_using_subcommand traces; and not __fish_seen_subcommand_from list show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l agent -d 'Only turns of this agent' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l session -d 'Only turns of this session' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l user -d 'Only turns of this user or service account' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l status -d 'Only turns that ended so' -r -f -a "completed\t''
failed\t''
cancelled\t''
interrupted\t''"
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l since -d 'Only turns that began so long ago or later, such as 45m, 12h or 7d' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l min-duration-ms -d 'Only turns that took at least so many milliseconds' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l request-id -d 'Only turns that the request with this X-Request-ID asked for' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l limit -d 'How many to list' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l output -d 'How to print it' -r -f -a "text\t'Bars for people'
json\t'The gateway\'s answer'"
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -l messages -d 'Show what was said too'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from help" -f -a "list" -d 'List how turns went, newest first'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show where the time of a turn went'
complete -c astra -n "__fish_astra_using_subcommand traces; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand audit; and not __fish_seen_subcommand_from list verify export help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand audit; and not __fish_seen_subcommand_from list verify export help" -f -a "list" -d 'List who changed what, newest first'
complete -c astra -n "__fish_astra_using_subcommand audit; and not __fish_seen_subcommand_from list verify export help" -f -a "verify" -d 'Find entries that were changed, removed or added in the database by hand'
complete -c astra -n "__fish_astra_using_subcommand audit; and not __fish_seen_subcommand_from list verify export help" -f -a "export" -d 'Write the audit as JSON Lines, oldest first'
complete -c astra -n "__fish_astra_using_subcommand audit; and not __fish_seen_subcommand_from list verify export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l actor -d 'Only changes that this user or service account has made' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l operation -d 'Only changes by this operation, such as agents.update' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l target-kind -d 'Only changes of things of this kind, such as agent' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l target-id -d 'Only changes of the thing with this id' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l since -d 'Only changes that were made so long ago or later, such as 45m, 12h or 7d' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l limit -d 'How many to list' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print what was found as JSON'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l actor -d 'Only changes that this user or service account has made' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l operation -d 'Only changes by this operation, such as agents.update' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l target-kind -d 'Only changes of things of this kind, such as agent' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l target-id -d 'Only changes of the thing with this id' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l since -d 'Only changes that were made so long ago or later, such as 45m, 12h or 7d' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "list" -d 'List who changed what, newest first'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Find entries that were changed, removed or added in the database by hand'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write the audit as JSON Lines, oldest first'
complete -c astra -n "__fish_astra_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand cron; and not __fish_seen_subcommand_from list preview trigger help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand cron; and not __fish_seen_subcommand_from list preview trigger help" -f -a "list" -d 'List the schedules of the workspace, newest first'
complete -c astra -n "__fish_astra_using_subcommand cron; and not __fish_seen_subcommand_from list preview trigger help" -f -a "preview" -d 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
complete -c astra -n "__fish_astra_using_subcommand cron; and not __fish_seen_subcommand_from list preview trigger help" -f -a "trigger" -d 'Run a schedule\'s job now, and print the id of the job'
complete -c astra -n "__fish_astra_using_subcommand cron; and not __fish_seen_subcommand_from list preview trigger help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l timezone -d 'The time zone, by its name in the IANA database' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l after -d 'Slots after this time, as RFC 3339 writes it [default: now]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l count -d 'How many to show' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from trigger" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from trigger" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from trigger" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from trigger" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from trigger" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the schedules of the workspace, newest first'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from help" -f -a "preview" -d 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from help" -f -a "trigger" -d 'Run a schedule\'s job now, and print the id of the job'
complete -c astra -n "__fish_astra_using_subcommand cron; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and not __fish_seen_subcommand_from list deliveries listen help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and not __fish_seen_subcommand_from list deliveries listen help" -f -a "list" -d 'List where events are sent, newest first'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and not __fish_seen_subcommand_from list deliveries listen help" -f -a "deliveries" -d 'List what was sent to a webhook, newest first'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and not __fish_seen_subcommand_from list deliveries listen help" -f -a "listen" -d 'Receive deliveries on this machine, verify and print them'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and not __fish_seen_subcommand_from list deliveries listen help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l status -d 'Only deliveries of this status' -r -f -a "pending\t''
sending\t''
succeeded\t''
failed\t''"
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l since -d 'Only deliveries that were made so long ago or later, such as 45m, 12h or 7d' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l limit -d 'How many to list' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l listen -d 'Where to listen' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l register -d 'Create a webhook for as long as the command runs, to this URL [default: where it listens]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l event -d 'With --register, a type of event; can be given several times [default: all]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l answer -d 'What good deliveries are answered with' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l count -d 'End after so many deliveries' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l output -d 'How to print them' -r -f -a "text\t'A line about it, and its body'
json\t'A JSON object a line'"
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from help" -f -a "list" -d 'List where events are sent, newest first'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from help" -f -a "deliveries" -d 'List what was sent to a webhook, newest first'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from help" -f -a "listen" -d 'Receive deliveries on this machine, verify and print them'
complete -c astra -n "__fish_astra_using_subcommand webhooks; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand mcp" -l server -d 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]' -r
complete -c astra -n "__fish_astra_using_subcommand mcp" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l format -d 'Output format [default: by the file name, otherwise json]' -r -f -a "json\t'JSON'
yaml\t'YAML'"
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l version -d 'OpenAPI version to write' -r -f -a "3.0\t'For tools without support for newer versions; less exact'
3.1\t'As the gateway serves it'
3.2\t'Also describes the frames of event streams'"
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l output -d 'Write to this file; `-` is stdout' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l server -d 'Use this gateway\'s document instead of the built-in one [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l check -d 'Print no document; compare it with the one in this file' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "show" -d 'Show one operation: permissions, parameters, body and responses'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "diff" -d 'Compare two documents: what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l tag -d 'Only those with this tag' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l server -d 'Use this gateway\'s document instead of the built-in one [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l file -d 'Use the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -l server -d 'Use this gateway\'s document instead of the built-in one [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -l file -d 'Use the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from diff" -l json -d 'Print a JSON object'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one operation: permissions, parameters, body and responses'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "diff" -d 'Compare two documents: what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l generator -d 'Let OpenAPI Generator make a client of this kind, such as kotlin or java' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand codegen" -l out -d 'The folder of the client; files that this command did not write are left alone' -r -F
complete -c astra -n "__fish_astra_using_subcommand codegen" -l drive -d 'In place of the client, write a program that calls every operation through it, in the order and with the values of this story' -r -F
complete -c astra -n "__fish_astra_using_subcommand codegen" -l name -d 'The package\'s name [default: astra-client; for Go, the module example.com/astra-client]' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l server -d 'Use this gateway\'s document instead of the built-in one [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l file -d 'Use the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand codegen" -l list -d 'List the built-in languages, and the generators of an installed OpenAPI Generator'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l samples -d 'Print an example call of every operation in every language, as JSON'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l check -d 'Write nothing; list the files that would change'
complete -c astra -n "__fish_astra_using_subcommand codegen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand skills; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand skills; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Check the folder of a skill, or each skill in a folder of skills'
complete -c astra -n "__fish_astra_using_subcommand skills; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand skills; and __fish_seen_subcommand_from check" -l output -d 'How to print what is found' -r -f -a "text\t'FILE:LINE: error: REASON, a line each'
json\t'A JSON object: the skills that can be used, and what was found'"
complete -c astra -n "__fish_astra_using_subcommand skills; and __fish_seen_subcommand_from check" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand skills; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand skills; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check the folder of a skill, or each skill in a folder of skills'
complete -c astra -n "__fish_astra_using_subcommand skills; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand migrate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand migrate" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand migrate" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand migrate" -l plan -d 'Only list which migrations are applied and which are pending'
complete -c astra -n "__fish_astra_using_subcommand migrate" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l listen -d 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l agents-dir -d 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l skills-dir -d 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand doctor" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand doctor" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand doctor" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand doctor" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand doctor" -l listen -d 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand doctor" -l agents-dir -d 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand doctor" -l skills-dir -d 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand doctor" -l call-providers -d 'Make a real call to each configured provider'
complete -c astra -n "__fish_astra_using_subcommand doctor" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand backup" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand backup" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand backup" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand backup" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand backup" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand restore" -l sha256 -d 'What the SHA-256 of the file must be [default: as FILE.sha256 says]' -r
complete -c astra -n "__fish_astra_using_subcommand restore" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand restore" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand restore" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand restore" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand export" -l workspace -d 'The workspace' -r
complete -c astra -n "__fish_astra_using_subcommand export" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand export" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand export" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand export" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand export" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand import" -l output -d 'How to print it [default: table in a terminal, tsv in a pipe]' -r -f -a "table\t'Aligned columns under their names'
tsv\t'Columns separated by tabs, without their names'
json\t'A JSON array'"
complete -c astra -n "__fish_astra_using_subcommand import" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]' -r -F
complete -c astra -n "__fish_astra_using_subcommand import" -l data-dir -d 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand import" -l database-url -d 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand import" -l json -d 'Short for --output json'
complete -c astra -n "__fish_astra_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand completions" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand man" -l dir -d 'Write the pages of all commands to this folder instead' -r -F
complete -c astra -n "__fish_astra_using_subcommand man" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "serve" -d 'Run a gateway'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "token" -d 'Issue, rotate, list and revoke tokens of service accounts'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "account" -d 'Create, list and reset the accounts of people'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "keys" -d 'List and rotate the keys that sign tokens'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "workspace" -d 'List, create and delete workspaces, and see who belongs to them'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "chat" -d 'Talk to an agent'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "tools" -d 'List the tools that agents may call, call one, and connect MCP servers'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "approvals" -d 'List the calls of tools that wait for a decision, and decide'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "jobs" -d 'List, run and follow jobs: work that is kept until it has ended'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "memory" -d 'Search what agents remember, say why it was found, measure it, take it back, export and import it'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "traces" -d 'Show where the time of turns went, what they cost and why they failed'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "audit" -d 'Show who changed what, export it, and find what was changed in the database by hand'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "cron" -d 'List schedules, preview cron expressions, and run a schedule\'s job now'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "webhooks" -d 'List webhooks and their deliveries, and receive some'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "mcp" -d 'Be an MCP server whose tools are a gateway\'s agents'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "spec" -d 'Print the OpenAPI document, look up its operations, compare versions of it'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "codegen" -d 'Generate a client of the API in a language'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "skills" -d 'Check skills in the Agent Skills format'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "migrate" -d 'Update the database schema (`serve` does this itself)'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "config" -d 'Print every configuration key with its meaning and default, or check a configuration'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "doctor" -d 'Examine the installation: what is wrong, and how to mend it'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "backup" -d 'Back up the SQLite store into a file, beside a running gateway or without one'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "restore" -d 'Make the SQLite store of a backup, in a data folder that has none'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "export" -d 'Write a workspace to a file, to be imported into another store'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "import" -d 'Take a workspace that `astra export` wrote into the local store'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "man" -d 'Print the manual page'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token account keys workspace chat tools approvals jobs memory traces audit cron webhooks mcp spec codegen skills migrate config doctor backup restore export import completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "issue" -d 'Issue a token to a service account, which is created if it does not exist, and print only the token'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "rotate" -d 'Replace a token by a new one and print only the new token'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "list" -d 'List the tokens of all service accounts; their secrets are not kept'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account; takes effect on the next request'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "create" -d 'Create an account and print its id'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "list" -d 'List the accounts of people'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "reset" -d 'Give an account another password and end all of its sign-ins'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "list" -d 'List the keys that sign or have signed tokens, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "rotate" -d 'Sign tokens with a new key and print its name'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "list" -d 'List your workspaces, the one that you joined last first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "create" -d 'Create a workspace and print its id'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "show" -d 'Show a workspace, with what it is restricted to and its quotas'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "delete" -d 'Delete a workspace with all that is in it'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "members" -d 'List the people of a workspace, the one who joined last first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "invite" -d 'Invite a person to a workspace and print the code'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from workspace" -f -a "grants" -d 'List the agents that a workspace lends and borrows, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from tools" -f -a "list" -d 'List the tools that there are; with --agent what the agent\'s policy says of each'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from tools" -f -a "call" -d 'Call a tool, without an agent\'s model'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from tools" -f -a "servers" -d 'List the MCP servers that tools come from'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from tools" -f -a "connect" -d 'Connect an MCP server, whose tools agents may call then'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from tools" -f -a "disconnect" -d 'Disconnect an MCP server; its tools are gone at once'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "list" -d 'List the calls that wait for a decision; with --status others, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "approve" -d 'Approve a call: the tool is called'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "deny" -d 'Deny a call: the model reads so, with the note'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "list" -d 'List jobs, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "show" -d 'Show a job, with what it is about, what it came to and its log'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "run" -d 'Enqueue a job'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "cancel" -d 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "retry" -d 'Do again what a job did that has ended, as a new job'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "watch" -d 'Follow jobs until they have ended'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "search" -d 'Search memory, and say of each hit why it was found'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "show" -d 'Show a memory, and where it comes from'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "undo" -d 'Take back all that one turn, or one session, made of memory'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "evaluate" -d 'Measure how well memory answers questions whose answers are known'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "export" -d 'Print memory as lines of JSON, which can be imported again'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "import" -d 'Remember what was exported, here or by Letta or mem0'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from traces" -f -a "list" -d 'List how turns went, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from traces" -f -a "show" -d 'Show where the time of a turn went'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "list" -d 'List who changed what, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Find entries that were changed, removed or added in the database by hand'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "export" -d 'Write the audit as JSON Lines, oldest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from cron" -f -a "list" -d 'List the schedules of the workspace, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from cron" -f -a "preview" -d 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from cron" -f -a "trigger" -d 'Run a schedule\'s job now, and print the id of the job'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from webhooks" -f -a "list" -d 'List where events are sent, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from webhooks" -f -a "deliveries" -d 'List what was sent to a webhook, newest first'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from webhooks" -f -a "listen" -d 'Receive deliveries on this machine, verify and print them'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "show" -d 'Show one operation: permissions, parameters, body and responses'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "diff" -d 'Compare two documents: what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from skills" -f -a "check" -d 'Check the folder of a skill, or each skill in a folder of skills'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
