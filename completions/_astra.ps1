
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'astra' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'astra'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'astra' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a gateway')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Issue, rotate, list and revoke tokens of service accounts')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Create, list and reset the accounts of people')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'List and rotate the keys that sign tokens')
            [CompletionResult]::new('workspace', 'workspace', [CompletionResultType]::ParameterValue, 'List, create and delete workspaces, and see who belongs to them')
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk to an agent')
            [CompletionResult]::new('tools', 'tools', [CompletionResultType]::ParameterValue, 'List the tools that agents may call, call one, and connect MCP servers')
            [CompletionResult]::new('approvals', 'approvals', [CompletionResultType]::ParameterValue, 'List the calls of tools that wait for a decision, and decide')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'List, run and follow jobs: work that is kept until it has ended')
            [CompletionResult]::new('memory', 'memory', [CompletionResultType]::ParameterValue, 'Search what agents remember, say why it was found, measure it, take it back, export and import it')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'Show where the time of turns went, what they cost and why they failed')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who changed what, export it, and find what was changed in the database by hand')
            [CompletionResult]::new('cron', 'cron', [CompletionResultType]::ParameterValue, 'List schedules, preview cron expressions, and run a schedule''s job now')
            [CompletionResult]::new('webhooks', 'webhooks', [CompletionResultType]::ParameterValue, 'List webhooks and their deliveries, and receive some')
            [CompletionResult]::new('mcp', 'mcp', [CompletionResultType]::ParameterValue, 'Be an MCP server whose tools are a gateway''s agents')
            [CompletionResult]::new('spec', 'spec', [CompletionResultType]::ParameterValue, 'Print the OpenAPI document, look up its operations, compare versions of it')
            [CompletionResult]::new('codegen', 'codegen', [CompletionResultType]::ParameterValue, 'Generate a client of the API in a language')
            [CompletionResult]::new('skills', 'skills', [CompletionResultType]::ParameterValue, 'Check skills in the Agent Skills format')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Update the database schema (`serve` does this itself)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print every configuration key with its meaning and default, or check a configuration')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Examine the installation: what is wrong, and how to mend it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Back up the SQLite store into a file, beside a running gateway or without one')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Make the SQLite store of a backup, in a data folder that has none')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a workspace to a file, to be imported into another store')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take a workspace that `astra export` wrote into the local store')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;serve' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--agents-dir', '--agents-dir', [CompletionResultType]::ParameterName, 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]')
            [CompletionResult]::new('--skills-dir', '--skills-dir', [CompletionResultType]::ParameterName, 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'Log format [env: ASTRA_LOG_FORMAT] [default: text]')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'Log level: error, warn, info, debug, trace, or levels of modules such as info,astra_core=debug [env: ASTRA_LOG] [default: info]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;token' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is created if it does not exist, and print only the token')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a token by a new one and print only the new token')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are not kept')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account; takes effect on the next request')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;token;issue' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The service account''s name')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The service account''s role [default: its present role; member for a new account]')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'What the token allows; may be repeated [default: everything that the role allows]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'Lifetime: 45s, 30m, 12h, 30d, 2w [default: 90d]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;rotate' {
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long the old token stays valid: 45s, 30m, 12h, 7d')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;token;revoke' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;help' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is created if it does not exist, and print only the token')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a token by a new one and print only the new token')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are not kept')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account; takes effect on the next request')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;token;help;issue' {
            break
        }
        'astra;token;help;rotate' {
            break
        }
        'astra;token;help;list' {
            break
        }
        'astra;token;help;revoke' {
            break
        }
        'astra;token;help;help' {
            break
        }
        'astra;account' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create an account and print its id')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts of people')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Give an account another password and end all of its sign-ins')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;account;create' {
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The role')
            [CompletionResult]::new('--display-name', '--display-name', [CompletionResultType]::ParameterName, 'What to call the person')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from stdin: its first line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;account;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;account;reset' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Make a password and print it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from stdin: its first line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;account;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create an account and print its id')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts of people')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Give an account another password and end all of its sign-ins')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;account;help;create' {
            break
        }
        'astra;account;help;list' {
            break
        }
        'astra;account;help;reset' {
            break
        }
        'astra;account;help;help' {
            break
        }
        'astra;keys' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys that sign or have signed tokens, newest first')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Sign tokens with a new key and print its name')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;keys;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;keys;rotate' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--revoke-old', '--revoke-old', [CompletionResultType]::ParameterName, 'Refuse all tokens of earlier keys, as when a key may have leaked')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;keys;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys that sign or have signed tokens, newest first')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Sign tokens with a new key and print its name')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;keys;help;list' {
            break
        }
        'astra;keys;help;rotate' {
            break
        }
        'astra;keys;help;help' {
            break
        }
        'astra;workspace' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your workspaces, the one that you joined last first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a workspace and print its id')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a workspace, with what it is restricted to and its quotas')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a workspace with all that is in it')
            [CompletionResult]::new('members', 'members', [CompletionResultType]::ParameterValue, 'List the people of a workspace, the one who joined last first')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Invite a person to a workspace and print the code')
            [CompletionResult]::new('grants', 'grants', [CompletionResultType]::ParameterValue, 'List the agents that a workspace lends and borrows, newest first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;workspace;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;create' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;show' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;delete' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;workspace;members' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'The workspace, one of your own [default: the one of the token]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;invite' {
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The role that it gives, not above your own')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long it is good, such as 45m, 12h or 7d [default: 7d]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'The workspace, one of your own [default: the one of the token]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;grants' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'The workspace, one of your own [default: the one of the token]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;workspace;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your workspaces, the one that you joined last first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a workspace and print its id')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a workspace, with what it is restricted to and its quotas')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a workspace with all that is in it')
            [CompletionResult]::new('members', 'members', [CompletionResultType]::ParameterValue, 'List the people of a workspace, the one who joined last first')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Invite a person to a workspace and print the code')
            [CompletionResult]::new('grants', 'grants', [CompletionResultType]::ParameterValue, 'List the agents that a workspace lends and borrows, newest first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;workspace;help;list' {
            break
        }
        'astra;workspace;help;create' {
            break
        }
        'astra;workspace;help;show' {
            break
        }
        'astra;workspace;help;delete' {
            break
        }
        'astra;workspace;help;members' {
            break
        }
        'astra;workspace;help;invite' {
            break
        }
        'astra;workspace;help;grants' {
            break
        }
        'astra;workspace;help;help' {
            break
        }
        'astra;chat' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Continue this session')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What is printed on stdout')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;tools' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tools that there are; with --agent what the agent''s policy says of each')
            [CompletionResult]::new('call', 'call', [CompletionResultType]::ParameterValue, 'Call a tool, without an agent''s model')
            [CompletionResult]::new('servers', 'servers', [CompletionResultType]::ParameterValue, 'List the MCP servers that tools come from')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect an MCP server, whose tools agents may call then')
            [CompletionResult]::new('disconnect', 'disconnect', [CompletionResultType]::ParameterValue, 'Disconnect an MCP server; its tools are gone at once')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;tools;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'The agent whose policy holds [default: none]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;tools;call' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the answer')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'The agent whose policy holds [default: none]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;tools;servers' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;tools;connect' {
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header of each request to it; can be given several times')
            [CompletionResult]::new('--command', '--command', [CompletionResultType]::ParameterName, 'The program that is the server, in the place of a URL')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'A variable of the program; can be given several times')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Longest time of a call of its tools, in seconds')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;tools;disconnect' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;tools;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tools that there are; with --agent what the agent''s policy says of each')
            [CompletionResult]::new('call', 'call', [CompletionResultType]::ParameterValue, 'Call a tool, without an agent''s model')
            [CompletionResult]::new('servers', 'servers', [CompletionResultType]::ParameterValue, 'List the MCP servers that tools come from')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect an MCP server, whose tools agents may call then')
            [CompletionResult]::new('disconnect', 'disconnect', [CompletionResultType]::ParameterValue, 'Disconnect an MCP server; its tools are gone at once')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;tools;help;list' {
            break
        }
        'astra;tools;help;call' {
            break
        }
        'astra;tools;help;servers' {
            break
        }
        'astra;tools;help;connect' {
            break
        }
        'astra;tools;help;disconnect' {
            break
        }
        'astra;tools;help;help' {
            break
        }
        'astra;approvals' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the calls that wait for a decision; with --status others, newest first')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a call: the tool is called')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Deny a call: the model reads so, with the note')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;approvals;list' {
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;approvals;approve' {
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'Why, for the record; the model reads the note of a call that is denied')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;approvals;deny' {
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'Why, for the record; the model reads the note of a call that is denied')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;approvals;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the calls that wait for a decision; with --status others, newest first')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a call: the tool is called')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Deny a call: the model reads so, with the note')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;approvals;help;list' {
            break
        }
        'astra;approvals;help;approve' {
            break
        }
        'astra;approvals;help;deny' {
            break
        }
        'astra;approvals;help;help' {
            break
        }
        'astra;jobs' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List jobs, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a job, with what it is about, what it came to and its log')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Enqueue a job')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Cancel a job: one that waits ends at once, one that runs is asked to stop')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do again what a job did that has ended, as a new job')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow jobs until they have ended')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;jobs;list' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only jobs of this type')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only jobs with this status')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only jobs of this user or service account')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many to list')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;show' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Print what became of its questions instead, one a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;run' {
            [CompletionResult]::new('--run-at', '--run-at', [CompletionResultType]::ParameterName, 'The time before which it does not run')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, '0 to 9; higher ones come first [default: 5]')
            [CompletionResult]::new('--timeout-s', '--timeout-s', [CompletionResultType]::ParameterName, 'How long an attempt may take, in seconds [default: as its type says]')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'How often it is tried again after a failure [default: as its type says]')
            [CompletionResult]::new('--dedupe-key', '--dedupe-key', [CompletionResultType]::ParameterName, 'Enqueue it only if no unfinished job of the type has this key')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the job')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Follow the job until it has ended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;cancel' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the job')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;retry' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the new job')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Follow the job until it has ended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;watch' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the jobs when they have ended')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;jobs;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List jobs, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a job, with what it is about, what it came to and its log')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Enqueue a job')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Cancel a job: one that waits ends at once, one that runs is asked to stop')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do again what a job did that has ended, as a new job')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow jobs until they have ended')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;jobs;help;list' {
            break
        }
        'astra;jobs;help;show' {
            break
        }
        'astra;jobs;help;run' {
            break
        }
        'astra;jobs;help;cancel' {
            break
        }
        'astra;jobs;help;retry' {
            break
        }
        'astra;jobs;help;watch' {
            break
        }
        'astra;jobs;help;help' {
            break
        }
        'astra;memory' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Search memory, and say of each hit why it was found')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a memory, and where it comes from')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back all that one turn, or one session, made of memory')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Measure how well memory answers questions whose answers are known')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print memory as lines of JSON, which can be imported again')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Remember what was exported, here or by Letta or mem0')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;memory;search' {
            [CompletionResult]::new('--tier', '--tier', [CompletionResultType]::ParameterName, 'Only this tier; may be given several times')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Most hits')
            [CompletionResult]::new('--min-score', '--min-score', [CompletionResultType]::ParameterName, 'The least score of a hit, 0 to 1')
            [CompletionResult]::new('--as-of', '--as-of', [CompletionResultType]::ParameterName, 'Search what held at this time (RFC 3339)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;memory;show' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--history', '--history', [CompletionResultType]::ParameterName, 'Show its versions too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;memory;undo' {
            [CompletionResult]::new('--turn', '--turn', [CompletionResultType]::ParameterName, 'The turn''s id')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'The session''s id')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what became of it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;memory;evaluate' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The memory profile whose tiers, weights and bounds are used [default: the built-in one]')
            [CompletionResult]::new('--k', '--k', [CompletionResultType]::ParameterName, 'How many hits count [default: 10]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;memory;export' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user whose memory it is [default: the workspace''s]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;memory;import' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user whose memory it becomes [default: the workspace''s]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--keep-ids', '--keep-ids', [CompletionResultType]::ParameterName, 'Keep the ids; memories whose id is taken are left out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;memory;help' {
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Search memory, and say of each hit why it was found')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a memory, and where it comes from')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back all that one turn, or one session, made of memory')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Measure how well memory answers questions whose answers are known')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print memory as lines of JSON, which can be imported again')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Remember what was exported, here or by Letta or mem0')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;memory;help;search' {
            break
        }
        'astra;memory;help;show' {
            break
        }
        'astra;memory;help;undo' {
            break
        }
        'astra;memory;help;evaluate' {
            break
        }
        'astra;memory;help;export' {
            break
        }
        'astra;memory;help;import' {
            break
        }
        'astra;memory;help;help' {
            break
        }
        'astra;traces' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List how turns went, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show where the time of a turn went')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;traces;list' {
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only turns of this agent')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Only turns of this session')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only turns of this user or service account')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only turns that ended so')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only turns that began so long ago or later, such as 45m, 12h or 7d')
            [CompletionResult]::new('--min-duration-ms', '--min-duration-ms', [CompletionResultType]::ParameterName, 'Only turns that took at least so many milliseconds')
            [CompletionResult]::new('--request-id', '--request-id', [CompletionResultType]::ParameterName, 'Only turns that the request with this X-Request-ID asked for')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many to list')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;traces;show' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--messages', '--messages', [CompletionResultType]::ParameterName, 'Show what was said too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;traces;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List how turns went, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show where the time of a turn went')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;traces;help;list' {
            break
        }
        'astra;traces;help;show' {
            break
        }
        'astra;traces;help;help' {
            break
        }
        'astra;audit' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who changed what, newest first')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find entries that were changed, removed or added in the database by hand')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the audit as JSON Lines, oldest first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;audit;list' {
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Only changes that this user or service account has made')
            [CompletionResult]::new('--operation', '--operation', [CompletionResultType]::ParameterName, 'Only changes by this operation, such as agents.update')
            [CompletionResult]::new('--target-kind', '--target-kind', [CompletionResultType]::ParameterName, 'Only changes of things of this kind, such as agent')
            [CompletionResult]::new('--target-id', '--target-id', [CompletionResultType]::ParameterName, 'Only changes of the thing with this id')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only changes that were made so long ago or later, such as 45m, 12h or 7d')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many to list')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;audit;verify' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print what was found as JSON')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;audit;export' {
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Only changes that this user or service account has made')
            [CompletionResult]::new('--operation', '--operation', [CompletionResultType]::ParameterName, 'Only changes by this operation, such as agents.update')
            [CompletionResult]::new('--target-kind', '--target-kind', [CompletionResultType]::ParameterName, 'Only changes of things of this kind, such as agent')
            [CompletionResult]::new('--target-id', '--target-id', [CompletionResultType]::ParameterName, 'Only changes of the thing with this id')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only changes that were made so long ago or later, such as 45m, 12h or 7d')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;audit;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who changed what, newest first')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find entries that were changed, removed or added in the database by hand')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the audit as JSON Lines, oldest first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;audit;help;list' {
            break
        }
        'astra;audit;help;verify' {
            break
        }
        'astra;audit;help;export' {
            break
        }
        'astra;audit;help;help' {
            break
        }
        'astra;cron' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the schedules of the workspace, newest first')
            [CompletionResult]::new('preview', 'preview', [CompletionResultType]::ParameterValue, 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them')
            [CompletionResult]::new('trigger', 'trigger', [CompletionResultType]::ParameterValue, 'Run a schedule''s job now, and print the id of the job')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;cron;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;cron;preview' {
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone, by its name in the IANA database')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Slots after this time, as RFC 3339 writes it [default: now]')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many to show')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;cron;trigger' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;cron;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the schedules of the workspace, newest first')
            [CompletionResult]::new('preview', 'preview', [CompletionResultType]::ParameterValue, 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them')
            [CompletionResult]::new('trigger', 'trigger', [CompletionResultType]::ParameterValue, 'Run a schedule''s job now, and print the id of the job')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;cron;help;list' {
            break
        }
        'astra;cron;help;preview' {
            break
        }
        'astra;cron;help;trigger' {
            break
        }
        'astra;cron;help;help' {
            break
        }
        'astra;webhooks' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List where events are sent, newest first')
            [CompletionResult]::new('deliveries', 'deliveries', [CompletionResultType]::ParameterValue, 'List what was sent to a webhook, newest first')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive deliveries on this machine, verify and print them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;webhooks;list' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;webhooks;deliveries' {
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only deliveries of this status')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only deliveries that were made so long ago or later, such as 45m, 12h or 7d')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many to list')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;webhooks;listen' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen')
            [CompletionResult]::new('--register', '--register', [CompletionResultType]::ParameterName, 'Create a webhook for as long as the command runs, to this URL [default: where it listens]')
            [CompletionResult]::new('--event', '--event', [CompletionResultType]::ParameterName, 'With --register, a type of event; can be given several times [default: all]')
            [CompletionResult]::new('--answer', '--answer', [CompletionResultType]::ParameterName, 'What good deliveries are answered with')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'End after so many deliveries')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print them')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;webhooks;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List where events are sent, newest first')
            [CompletionResult]::new('deliveries', 'deliveries', [CompletionResultType]::ParameterValue, 'List what was sent to a webhook, newest first')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive deliveries on this machine, verify and print them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;webhooks;help;list' {
            break
        }
        'astra;webhooks;help;deliveries' {
            break
        }
        'astra;webhooks;help;listen' {
            break
        }
        'astra;webhooks;help;help' {
            break
        }
        'astra;mcp' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;spec' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format [default: by the file name, otherwise json]')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'OpenAPI version to write')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file; `-` is stdout')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Print no document; compare it with the one in this file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the operations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: permissions, parameters, body and responses')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two documents: what changes for clients, and what breaks them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;spec;list' {
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Only those with this tag')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Use the document in this file, JSON or YAML; `-` is stdin')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;spec;show' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Use the document in this file, JSON or YAML; `-` is stdin')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;spec;diff' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print a JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;spec;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the operations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: permissions, parameters, body and responses')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two documents: what changes for clients, and what breaks them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;spec;help;list' {
            break
        }
        'astra;spec;help;show' {
            break
        }
        'astra;spec;help;diff' {
            break
        }
        'astra;spec;help;help' {
            break
        }
        'astra;codegen' {
            [CompletionResult]::new('--generator', '--generator', [CompletionResultType]::ParameterName, 'Let OpenAPI Generator make a client of this kind, such as kotlin or java')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The folder of the client; files that this command did not write are left alone')
            [CompletionResult]::new('--drive', '--drive', [CompletionResultType]::ParameterName, 'In place of the client, write a program that calls every operation through it, in the order and with the values of this story')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The package''s name [default: astra-client; for Go, the module example.com/astra-client]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Use the document in this file, JSON or YAML; `-` is stdin')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the built-in languages, and the generators of an installed OpenAPI Generator')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'Print an example call of every operation in every language, as JSON')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; list the files that would change')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;skills' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the folder of a skill, or each skill in a folder of skills')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;skills;check' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what is found')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;skills;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the folder of a skill, or each skill in a folder of skills')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;skills;help;check' {
            break
        }
        'astra;skills;help;help' {
            break
        }
        'astra;migrate' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Only list which migrations are applied and which are pending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;config' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;config;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--agents-dir', '--agents-dir', [CompletionResultType]::ParameterName, 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]')
            [CompletionResult]::new('--skills-dir', '--skills-dir', [CompletionResultType]::ParameterName, 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;config;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;config;help;check' {
            break
        }
        'astra;config;help;help' {
            break
        }
        'astra;doctor' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--agents-dir', '--agents-dir', [CompletionResultType]::ParameterName, 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]')
            [CompletionResult]::new('--skills-dir', '--skills-dir', [CompletionResultType]::ParameterName, 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]')
            [CompletionResult]::new('--call-providers', '--call-providers', [CompletionResultType]::ParameterName, 'Make a real call to each configured provider')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;backup' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;restore' {
            [CompletionResult]::new('--sha256', '--sha256', [CompletionResultType]::ParameterName, 'What the SHA-256 of the file must be [default: as FILE.sha256 says]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;export' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'The workspace')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;import' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it [default: table in a terminal, tsv in a pipe]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --output json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the pages of all commands to this folder instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a gateway')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Issue, rotate, list and revoke tokens of service accounts')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Create, list and reset the accounts of people')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'List and rotate the keys that sign tokens')
            [CompletionResult]::new('workspace', 'workspace', [CompletionResultType]::ParameterValue, 'List, create and delete workspaces, and see who belongs to them')
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk to an agent')
            [CompletionResult]::new('tools', 'tools', [CompletionResultType]::ParameterValue, 'List the tools that agents may call, call one, and connect MCP servers')
            [CompletionResult]::new('approvals', 'approvals', [CompletionResultType]::ParameterValue, 'List the calls of tools that wait for a decision, and decide')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'List, run and follow jobs: work that is kept until it has ended')
            [CompletionResult]::new('memory', 'memory', [CompletionResultType]::ParameterValue, 'Search what agents remember, say why it was found, measure it, take it back, export and import it')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'Show where the time of turns went, what they cost and why they failed')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who changed what, export it, and find what was changed in the database by hand')
            [CompletionResult]::new('cron', 'cron', [CompletionResultType]::ParameterValue, 'List schedules, preview cron expressions, and run a schedule''s job now')
            [CompletionResult]::new('webhooks', 'webhooks', [CompletionResultType]::ParameterValue, 'List webhooks and their deliveries, and receive some')
            [CompletionResult]::new('mcp', 'mcp', [CompletionResultType]::ParameterValue, 'Be an MCP server whose tools are a gateway''s agents')
            [CompletionResult]::new('spec', 'spec', [CompletionResultType]::ParameterValue, 'Print the OpenAPI document, look up its operations, compare versions of it')
            [CompletionResult]::new('codegen', 'codegen', [CompletionResultType]::ParameterValue, 'Generate a client of the API in a language')
            [CompletionResult]::new('skills', 'skills', [CompletionResultType]::ParameterValue, 'Check skills in the Agent Skills format')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Update the database schema (`serve` does this itself)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print every configuration key with its meaning and default, or check a configuration')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Examine the installation: what is wrong, and how to mend it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Back up the SQLite store into a file, beside a running gateway or without one')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Make the SQLite store of a backup, in a data folder that has none')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a workspace to a file, to be imported into another store')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take a workspace that `astra export` wrote into the local store')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;help;serve' {
            break
        }
        'astra;help;token' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is created if it does not exist, and print only the token')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a token by a new one and print only the new token')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are not kept')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account; takes effect on the next request')
            break
        }
        'astra;help;token;issue' {
            break
        }
        'astra;help;token;rotate' {
            break
        }
        'astra;help;token;list' {
            break
        }
        'astra;help;token;revoke' {
            break
        }
        'astra;help;account' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create an account and print its id')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts of people')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Give an account another password and end all of its sign-ins')
            break
        }
        'astra;help;account;create' {
            break
        }
        'astra;help;account;list' {
            break
        }
        'astra;help;account;reset' {
            break
        }
        'astra;help;keys' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys that sign or have signed tokens, newest first')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Sign tokens with a new key and print its name')
            break
        }
        'astra;help;keys;list' {
            break
        }
        'astra;help;keys;rotate' {
            break
        }
        'astra;help;workspace' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your workspaces, the one that you joined last first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a workspace and print its id')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a workspace, with what it is restricted to and its quotas')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a workspace with all that is in it')
            [CompletionResult]::new('members', 'members', [CompletionResultType]::ParameterValue, 'List the people of a workspace, the one who joined last first')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Invite a person to a workspace and print the code')
            [CompletionResult]::new('grants', 'grants', [CompletionResultType]::ParameterValue, 'List the agents that a workspace lends and borrows, newest first')
            break
        }
        'astra;help;workspace;list' {
            break
        }
        'astra;help;workspace;create' {
            break
        }
        'astra;help;workspace;show' {
            break
        }
        'astra;help;workspace;delete' {
            break
        }
        'astra;help;workspace;members' {
            break
        }
        'astra;help;workspace;invite' {
            break
        }
        'astra;help;workspace;grants' {
            break
        }
        'astra;help;chat' {
            break
        }
        'astra;help;tools' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tools that there are; with --agent what the agent''s policy says of each')
            [CompletionResult]::new('call', 'call', [CompletionResultType]::ParameterValue, 'Call a tool, without an agent''s model')
            [CompletionResult]::new('servers', 'servers', [CompletionResultType]::ParameterValue, 'List the MCP servers that tools come from')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect an MCP server, whose tools agents may call then')
            [CompletionResult]::new('disconnect', 'disconnect', [CompletionResultType]::ParameterValue, 'Disconnect an MCP server; its tools are gone at once')
            break
        }
        'astra;help;tools;list' {
            break
        }
        'astra;help;tools;call' {
            break
        }
        'astra;help;tools;servers' {
            break
        }
        'astra;help;tools;connect' {
            break
        }
        'astra;help;tools;disconnect' {
            break
        }
        'astra;help;approvals' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the calls that wait for a decision; with --status others, newest first')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a call: the tool is called')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Deny a call: the model reads so, with the note')
            break
        }
        'astra;help;approvals;list' {
            break
        }
        'astra;help;approvals;approve' {
            break
        }
        'astra;help;approvals;deny' {
            break
        }
        'astra;help;jobs' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List jobs, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a job, with what it is about, what it came to and its log')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Enqueue a job')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Cancel a job: one that waits ends at once, one that runs is asked to stop')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do again what a job did that has ended, as a new job')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow jobs until they have ended')
            break
        }
        'astra;help;jobs;list' {
            break
        }
        'astra;help;jobs;show' {
            break
        }
        'astra;help;jobs;run' {
            break
        }
        'astra;help;jobs;cancel' {
            break
        }
        'astra;help;jobs;retry' {
            break
        }
        'astra;help;jobs;watch' {
            break
        }
        'astra;help;memory' {
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Search memory, and say of each hit why it was found')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a memory, and where it comes from')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back all that one turn, or one session, made of memory')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Measure how well memory answers questions whose answers are known')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print memory as lines of JSON, which can be imported again')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Remember what was exported, here or by Letta or mem0')
            break
        }
        'astra;help;memory;search' {
            break
        }
        'astra;help;memory;show' {
            break
        }
        'astra;help;memory;undo' {
            break
        }
        'astra;help;memory;evaluate' {
            break
        }
        'astra;help;memory;export' {
            break
        }
        'astra;help;memory;import' {
            break
        }
        'astra;help;traces' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List how turns went, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show where the time of a turn went')
            break
        }
        'astra;help;traces;list' {
            break
        }
        'astra;help;traces;show' {
            break
        }
        'astra;help;audit' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who changed what, newest first')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find entries that were changed, removed or added in the database by hand')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the audit as JSON Lines, oldest first')
            break
        }
        'astra;help;audit;list' {
            break
        }
        'astra;help;audit;verify' {
            break
        }
        'astra;help;audit;export' {
            break
        }
        'astra;help;cron' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the schedules of the workspace, newest first')
            [CompletionResult]::new('preview', 'preview', [CompletionResultType]::ParameterValue, 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them')
            [CompletionResult]::new('trigger', 'trigger', [CompletionResultType]::ParameterValue, 'Run a schedule''s job now, and print the id of the job')
            break
        }
        'astra;help;cron;list' {
            break
        }
        'astra;help;cron;preview' {
            break
        }
        'astra;help;cron;trigger' {
            break
        }
        'astra;help;webhooks' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List where events are sent, newest first')
            [CompletionResult]::new('deliveries', 'deliveries', [CompletionResultType]::ParameterValue, 'List what was sent to a webhook, newest first')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive deliveries on this machine, verify and print them')
            break
        }
        'astra;help;webhooks;list' {
            break
        }
        'astra;help;webhooks;deliveries' {
            break
        }
        'astra;help;webhooks;listen' {
            break
        }
        'astra;help;mcp' {
            break
        }
        'astra;help;spec' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the operations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: permissions, parameters, body and responses')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two documents: what changes for clients, and what breaks them')
            break
        }
        'astra;help;spec;list' {
            break
        }
        'astra;help;spec;show' {
            break
        }
        'astra;help;spec;diff' {
            break
        }
        'astra;help;codegen' {
            break
        }
        'astra;help;skills' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the folder of a skill, or each skill in a folder of skills')
            break
        }
        'astra;help;skills;check' {
            break
        }
        'astra;help;migrate' {
            break
        }
        'astra;help;config' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address')
            break
        }
        'astra;help;config;check' {
            break
        }
        'astra;help;doctor' {
            break
        }
        'astra;help;backup' {
            break
        }
        'astra;help;restore' {
            break
        }
        'astra;help;export' {
            break
        }
        'astra;help;import' {
            break
        }
        'astra;help;completions' {
            break
        }
        'astra;help;man' {
            break
        }
        'astra;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
