
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
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk to an agent')
            [CompletionResult]::new('spec', 'spec', [CompletionResultType]::ParameterValue, 'Print the OpenAPI document, look things up in it, compare it')
            [CompletionResult]::new('codegen', 'codegen', [CompletionResultType]::ParameterValue, 'Make a client of the API in a language')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Bring the store''s schema up to date (`serve` does so by itself)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print every configuration key with its meaning and its default, or check a configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;serve' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--agents-dir', '--agents-dir', [CompletionResultType]::ParameterName, 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How to log [env: ASTRA_LOG_FORMAT] [default: text]')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What to log: error, warn, info, debug, trace, or parts of it, such as info,astra_core=debug [env: ASTRA_LOG] [default: info]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;token' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is made if need be, and print it alone on stdout')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a token a new secret and print it alone on stdout')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are kept nowhere')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account, from the next request on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;token;issue' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The service account''s name')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The service account''s role [default: the one that it has; member for a new one]')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'What the token may be used for; may be repeated [default: all that is of use to the role]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long it is good: 45s, 30m, 12h, 30d, 2w [default: 90d]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;rotate' {
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long the last secret stays good: 45s, 30m, 12h, 7d')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;list' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print a JSON array')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;revoke' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;token;help' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is made if need be, and print it alone on stdout')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a token a new secret and print it alone on stdout')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are kept nowhere')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account, from the next request on')
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
        'astra;chat' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The gateway [env: ASTRA_SERVER] [default: http://127.0.0.1:3000]')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Go on with this session')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;spec' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write it [default: by the file''s ending, else json]')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'In which version of OpenAPI')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it into this file; `-` is stdout')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Ask this gateway instead of the program itself [env: ASTRA_SERVER]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Print nothing; compare it with what this file says')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the operations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: what it needs, takes and answers')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Tell what changes for clients, and what breaks them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;spec;list' {
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Only those with this tag')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Of the document in this file, JSON or YAML; `-` is stdin')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print a JSON array')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;spec;show' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Of the document in this file, JSON or YAML; `-` is stdin')
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
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: what it needs, takes and answers')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Tell what changes for clients, and what breaks them')
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
            [CompletionResult]::new('--generator', '--generator', [CompletionResultType]::ParameterName, 'Let OpenAPI Generator make a client of this kind')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Where the client goes; what is there and was not made by this command is left alone')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What the package is called [default: astra-client; for Go, the module example.com/astra-client]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Of the document in this file, JSON or YAML; `-` is stdin')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'Print the languages and generators that there are')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'Print an example call of every operation in every language, as JSON')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; tell which files would change')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'astra;migrate' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Only say which migrations are applied and which are pending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;config' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read file, environment and flags as `serve` does, and tell what is wrong with them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;config;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--agents-dir', '--agents-dir', [CompletionResultType]::ParameterName, 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;config;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read file, environment and flags as `serve` does, and tell what is wrong with them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;config;help;check' {
            break
        }
        'astra;config;help;help' {
            break
        }
        'astra;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the pages of all commands into this folder instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'astra;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a gateway')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Issue, rotate, list and revoke tokens of service accounts')
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk to an agent')
            [CompletionResult]::new('spec', 'spec', [CompletionResultType]::ParameterValue, 'Print the OpenAPI document, look things up in it, compare it')
            [CompletionResult]::new('codegen', 'codegen', [CompletionResultType]::ParameterValue, 'Make a client of the API in a language')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Bring the store''s schema up to date (`serve` does so by itself)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print every configuration key with its meaning and its default, or check a configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'astra;help;serve' {
            break
        }
        'astra;help;token' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a token to a service account, which is made if need be, and print it alone on stdout')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a token a new secret and print it alone on stdout')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tokens of all service accounts; their secrets are kept nowhere')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a token, or all tokens of a service account, from the next request on')
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
        'astra;help;chat' {
            break
        }
        'astra;help;spec' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the operations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: what it needs, takes and answers')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Tell what changes for clients, and what breaks them')
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
        'astra;help;migrate' {
            break
        }
        'astra;help;config' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read file, environment and flags as `serve` does, and tell what is wrong with them')
            break
        }
        'astra;help;config;check' {
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
