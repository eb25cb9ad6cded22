
use builtin;
use str;

set edit:completion:arg-completer[astra] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'astra'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'astra'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand serve 'Run a gateway'
            cand token 'Issue, rotate, list and revoke tokens of service accounts'
            cand account 'Create, list and reset the accounts of people'
            cand keys 'List and rotate the keys that sign tokens'
            cand workspace 'List, create and delete workspaces, and see who belongs to them'
            cand chat 'Talk to an agent'
            cand tools 'List the tools that agents may call, call one, and connect MCP servers'
            cand approvals 'List the calls of tools that wait for a decision, and decide'
            cand jobs 'List, run and follow jobs: work that is kept until it has ended'
            cand memory 'Search what agents remember, say why it was found, measure it, take it back, export and import it'
            cand traces 'Show where the time of turns went, what they cost and why they failed'
            cand audit 'Show who changed what, export it, and find what was changed in the database by hand'
            cand cron 'List schedules, preview cron expressions, and run a schedule''s job now'
            cand webhooks 'List webhooks and their deliveries, and receive some'
            cand mcp 'Be an MCP server whose tools are a gateway''s agents'
            cand spec 'Print the OpenAPI document, look up its operations, compare versions of it'
            cand codegen 'Generate a client of the API in a language'
            cand skills 'Check skills in the Agent Skills format'
            cand migrate 'Update the database schema (`serve` does this itself)'
            cand config 'Print every configuration key with its meaning and default, or check a configuration'
            cand doctor 'Examine the installation: what is wrong, and how to mend it'
            cand backup 'Back up the SQLite store into a file, beside a running gateway or without one'
            cand restore 'Make the SQLite store of a backup, in a data folder that has none'
            cand export 'Write a workspace to a file, to be imported into another store'
            cand import 'Take a workspace that `astra export` wrote into the local store'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;serve'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --listen 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]'
            cand --agents-dir 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]'
            cand --skills-dir 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]'
            cand --log-format 'Log format [env: ASTRA_LOG_FORMAT] [default: text]'
            cand --log-level 'Log level: error, warn, info, debug, trace, or levels of modules such as info,astra_core=debug [env: ASTRA_LOG] [default: info]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;token'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand issue 'Issue a token to a service account, which is created if it does not exist, and print only the token'
            cand rotate 'Replace a token by a new one and print only the new token'
            cand list 'List the tokens of all service accounts; their secrets are not kept'
            cand revoke 'Revoke a token, or all tokens of a service account; takes effect on the next request'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;token;issue'= {
            cand --name 'The service account''s name'
            cand --role 'The service account''s role [default: its present role; member for a new account]'
            cand --scope 'What the token allows; may be repeated [default: everything that the role allows]'
            cand --expires-in 'Lifetime: 45s, 30m, 12h, 30d, 2w [default: 90d]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;rotate'= {
            cand --grace 'How long the old token stays valid: 45s, 30m, 12h, 7d'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;token;revoke'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Use this gateway''s API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;help'= {
            cand issue 'Issue a token to a service account, which is created if it does not exist, and print only the token'
            cand rotate 'Replace a token by a new one and print only the new token'
            cand list 'List the tokens of all service accounts; their secrets are not kept'
            cand revoke 'Revoke a token, or all tokens of a service account; takes effect on the next request'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;token;help;issue'= {
        }
        &'astra;token;help;rotate'= {
        }
        &'astra;token;help;list'= {
        }
        &'astra;token;help;revoke'= {
        }
        &'astra;token;help;help'= {
        }
        &'astra;account'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand create 'Create an account and print its id'
            cand list 'List the accounts of people'
            cand reset 'Give an account another password and end all of its sign-ins'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;account;create'= {
            cand --role 'The role'
            cand --display-name 'What to call the person'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --password-stdin 'Read the password from stdin: its first line'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;account;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;account;reset'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --generate 'Make a password and print it'
            cand --password-stdin 'Read the password from stdin: its first line'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;account;help'= {
            cand create 'Create an account and print its id'
            cand list 'List the accounts of people'
            cand reset 'Give an account another password and end all of its sign-ins'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;account;help;create'= {
        }
        &'astra;account;help;list'= {
        }
        &'astra;account;help;reset'= {
        }
        &'astra;account;help;help'= {
        }
        &'astra;keys'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the keys that sign or have signed tokens, newest first'
            cand rotate 'Sign tokens with a new key and print its name'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;keys;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;keys;rotate'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --revoke-old 'Refuse all tokens of earlier keys, as when a key may have leaked'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;keys;help'= {
            cand list 'List the keys that sign or have signed tokens, newest first'
            cand rotate 'Sign tokens with a new key and print its name'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;keys;help;list'= {
        }
        &'astra;keys;help;rotate'= {
        }
        &'astra;keys;help;help'= {
        }
        &'astra;workspace'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List your workspaces, the one that you joined last first'
            cand create 'Create a workspace and print its id'
            cand show 'Show a workspace, with what it is restricted to and its quotas'
            cand delete 'Delete a workspace with all that is in it'
            cand members 'List the people of a workspace, the one who joined last first'
            cand invite 'Invite a person to a workspace and print the code'
            cand grants 'List the agents that a workspace lends and borrows, newest first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;workspace;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;create'= {
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;show'= {
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;delete'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;workspace;members'= {
            cand --workspace 'The workspace, one of your own [default: the one of the token]'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;invite'= {
            cand --role 'The role that it gives, not above your own'
            cand --expires-in 'How long it is good, such as 45m, 12h or 7d [default: 7d]'
            cand --workspace 'The workspace, one of your own [default: the one of the token]'
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;grants'= {
            cand --workspace 'The workspace, one of your own [default: the one of the token]'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;workspace;help'= {
            cand list 'List your workspaces, the one that you joined last first'
            cand create 'Create a workspace and print its id'
            cand show 'Show a workspace, with what it is restricted to and its quotas'
            cand delete 'Delete a workspace with all that is in it'
            cand members 'List the people of a workspace, the one who joined last first'
            cand invite 'Invite a person to a workspace and print the code'
            cand grants 'List the agents that a workspace lends and borrows, newest first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;workspace;help;list'= {
        }
        &'astra;workspace;help;create'= {
        }
        &'astra;workspace;help;show'= {
        }
        &'astra;workspace;help;delete'= {
        }
        &'astra;workspace;help;members'= {
        }
        &'astra;workspace;help;invite'= {
        }
        &'astra;workspace;help;grants'= {
        }
        &'astra;workspace;help;help'= {
        }
        &'astra;chat'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --session 'Continue this session'
            cand --output 'What is printed on stdout'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;tools'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the tools that there are; with --agent what the agent''s policy says of each'
            cand call 'Call a tool, without an agent''s model'
            cand servers 'List the MCP servers that tools come from'
            cand connect 'Connect an MCP server, whose tools agents may call then'
            cand disconnect 'Disconnect an MCP server; its tools are gone at once'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;tools;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --agent 'The agent whose policy holds [default: none]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;tools;call'= {
            cand --output 'How to print the answer'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --agent 'The agent whose policy holds [default: none]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;tools;servers'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;tools;connect'= {
            cand --header 'A header of each request to it; can be given several times'
            cand --command 'The program that is the server, in the place of a URL'
            cand --env 'A variable of the program; can be given several times'
            cand --timeout 'Longest time of a call of its tools, in seconds'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;tools;disconnect'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;tools;help'= {
            cand list 'List the tools that there are; with --agent what the agent''s policy says of each'
            cand call 'Call a tool, without an agent''s model'
            cand servers 'List the MCP servers that tools come from'
            cand connect 'Connect an MCP server, whose tools agents may call then'
            cand disconnect 'Disconnect an MCP server; its tools are gone at once'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;tools;help;list'= {
        }
        &'astra;tools;help;call'= {
        }
        &'astra;tools;help;servers'= {
        }
        &'astra;tools;help;connect'= {
        }
        &'astra;tools;help;disconnect'= {
        }
        &'astra;tools;help;help'= {
        }
        &'astra;approvals'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the calls that wait for a decision; with --status others, newest first'
            cand approve 'Approve a call: the tool is called'
            cand deny 'Deny a call: the model reads so, with the note'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;approvals;list'= {
            cand --status 'Those in this state'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;approvals;approve'= {
            cand --note 'Why, for the record; the model reads the note of a call that is denied'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;approvals;deny'= {
            cand --note 'Why, for the record; the model reads the note of a call that is denied'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;approvals;help'= {
            cand list 'List the calls that wait for a decision; with --status others, newest first'
            cand approve 'Approve a call: the tool is called'
            cand deny 'Deny a call: the model reads so, with the note'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;approvals;help;list'= {
        }
        &'astra;approvals;help;approve'= {
        }
        &'astra;approvals;help;deny'= {
        }
        &'astra;approvals;help;help'= {
        }
        &'astra;jobs'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List jobs, newest first'
            cand show 'Show a job, with what it is about, what it came to and its log'
            cand run 'Enqueue a job'
            cand cancel 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
            cand retry 'Do again what a job did that has ended, as a new job'
            cand watch 'Follow jobs until they have ended'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;jobs;list'= {
            cand --type 'Only jobs of this type'
            cand --status 'Only jobs with this status'
            cand --user 'Only jobs of this user or service account'
            cand --limit 'How many to list'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;show'= {
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --results 'Print what became of its questions instead, one a line'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;run'= {
            cand --run-at 'The time before which it does not run'
            cand --priority '0 to 9; higher ones come first [default: 5]'
            cand --timeout-s 'How long an attempt may take, in seconds [default: as its type says]'
            cand --max-retries 'How often it is tried again after a failure [default: as its type says]'
            cand --dedupe-key 'Enqueue it only if no unfinished job of the type has this key'
            cand --output 'How to print the job'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --watch 'Follow the job until it has ended'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;cancel'= {
            cand --output 'How to print the job'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;retry'= {
            cand --output 'How to print the new job'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --watch 'Follow the job until it has ended'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;watch'= {
            cand --output 'How to print the jobs when they have ended'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;jobs;help'= {
            cand list 'List jobs, newest first'
            cand show 'Show a job, with what it is about, what it came to and its log'
            cand run 'Enqueue a job'
            cand cancel 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
            cand retry 'Do again what a job did that has ended, as a new job'
            cand watch 'Follow jobs until they have ended'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;jobs;help;list'= {
        }
        &'astra;jobs;help;show'= {
        }
        &'astra;jobs;help;run'= {
        }
        &'astra;jobs;help;cancel'= {
        }
        &'astra;jobs;help;retry'= {
        }
        &'astra;jobs;help;watch'= {
        }
        &'astra;jobs;help;help'= {
        }
        &'astra;memory'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand search 'Search memory, and say of each hit why it was found'
            cand show 'Show a memory, and where it comes from'
            cand undo 'Take back all that one turn, or one session, made of memory'
            cand evaluate 'Measure how well memory answers questions whose answers are known'
            cand export 'Print memory as lines of JSON, which can be imported again'
            cand import 'Remember what was exported, here or by Letta or mem0'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;memory;search'= {
            cand --tier 'Only this tier; may be given several times'
            cand --limit 'Most hits'
            cand --min-score 'The least score of a hit, 0 to 1'
            cand --as-of 'Search what held at this time (RFC 3339)'
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;memory;show'= {
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --history 'Show its versions too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;memory;undo'= {
            cand --turn 'The turn''s id'
            cand --session 'The session''s id'
            cand --output 'How to print what became of it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;memory;evaluate'= {
            cand --profile 'The memory profile whose tiers, weights and bounds are used [default: the built-in one]'
            cand --k 'How many hits count [default: 10]'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;memory;export'= {
            cand --user 'The user whose memory it is [default: the workspace''s]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;memory;import'= {
            cand --user 'The user whose memory it becomes [default: the workspace''s]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --keep-ids 'Keep the ids; memories whose id is taken are left out'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;memory;help'= {
            cand search 'Search memory, and say of each hit why it was found'
            cand show 'Show a memory, and where it comes from'
            cand undo 'Take back all that one turn, or one session, made of memory'
            cand evaluate 'Measure how well memory answers questions whose answers are known'
            cand export 'Print memory as lines of JSON, which can be imported again'
            cand import 'Remember what was exported, here or by Letta or mem0'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;memory;help;search'= {
        }
        &'astra;memory;help;show'= {
        }
        &'astra;memory;help;undo'= {
        }
        &'astra;memory;help;evaluate'= {
        }
        &'astra;memory;help;export'= {
        }
        &'astra;memory;help;import'= {
        }
        &'astra;memory;help;help'= {
        }
        &'astra;traces'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List how turns went, newest first'
            cand show 'Show where the time of a turn went'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;traces;list'= {
            cand --agent 'Only turns of this agent'
            cand --session 'Only turns of this session'
            cand --user 'Only turns of this user or service account'
            cand --status 'Only turns that ended so'
            cand --since 'Only turns that began so long ago or later, such as 45m, 12h or 7d'
            cand --min-duration-ms 'Only turns that took at least so many milliseconds'
            cand --request-id 'Only turns that the request with this X-Request-ID asked for'
            cand --limit 'How many to list'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;traces;show'= {
            cand --output 'How to print it'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --messages 'Show what was said too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;traces;help'= {
            cand list 'List how turns went, newest first'
            cand show 'Show where the time of a turn went'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;traces;help;list'= {
        }
        &'astra;traces;help;show'= {
        }
        &'astra;traces;help;help'= {
        }
        &'astra;audit'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List who changed what, newest first'
            cand verify 'Find entries that were changed, removed or added in the database by hand'
            cand export 'Write the audit as JSON Lines, oldest first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;audit;list'= {
            cand --actor 'Only changes that this user or service account has made'
            cand --operation 'Only changes by this operation, such as agents.update'
            cand --target-kind 'Only changes of things of this kind, such as agent'
            cand --target-id 'Only changes of the thing with this id'
            cand --since 'Only changes that were made so long ago or later, such as 45m, 12h or 7d'
            cand --limit 'How many to list'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;audit;verify'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Print what was found as JSON'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;audit;export'= {
            cand --actor 'Only changes that this user or service account has made'
            cand --operation 'Only changes by this operation, such as agents.update'
            cand --target-kind 'Only changes of things of this kind, such as agent'
            cand --target-id 'Only changes of the thing with this id'
            cand --since 'Only changes that were made so long ago or later, such as 45m, 12h or 7d'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;audit;help'= {
            cand list 'List who changed what, newest first'
            cand verify 'Find entries that were changed, removed or added in the database by hand'
            cand export 'Write the audit as JSON Lines, oldest first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;audit;help;list'= {
        }
        &'astra;audit;help;verify'= {
        }
        &'astra;audit;help;export'= {
        }
        &'astra;audit;help;help'= {
        }
        &'astra;cron'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the schedules of the workspace, newest first'
            cand preview 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
            cand trigger 'Run a schedule''s job now, and print the id of the job'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;cron;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;cron;preview'= {
            cand --timezone 'The time zone, by its name in the IANA database'
            cand --after 'Slots after this time, as RFC 3339 writes it [default: now]'
            cand --count 'How many to show'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;cron;trigger'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;cron;help'= {
            cand list 'List the schedules of the workspace, newest first'
            cand preview 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
            cand trigger 'Run a schedule''s job now, and print the id of the job'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;cron;help;list'= {
        }
        &'astra;cron;help;preview'= {
        }
        &'astra;cron;help;trigger'= {
        }
        &'astra;cron;help;help'= {
        }
        &'astra;webhooks'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List where events are sent, newest first'
            cand deliveries 'List what was sent to a webhook, newest first'
            cand listen 'Receive deliveries on this machine, verify and print them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;webhooks;list'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;webhooks;deliveries'= {
            cand --status 'Only deliveries of this status'
            cand --since 'Only deliveries that were made so long ago or later, such as 45m, 12h or 7d'
            cand --limit 'How many to list'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;webhooks;listen'= {
            cand --listen 'Where to listen'
            cand --register 'Create a webhook for as long as the command runs, to this URL [default: where it listens]'
            cand --event 'With --register, a type of event; can be given several times [default: all]'
            cand --answer 'What good deliveries are answered with'
            cand --count 'End after so many deliveries'
            cand --output 'How to print them'
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;webhooks;help'= {
            cand list 'List where events are sent, newest first'
            cand deliveries 'List what was sent to a webhook, newest first'
            cand listen 'Receive deliveries on this machine, verify and print them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;webhooks;help;list'= {
        }
        &'astra;webhooks;help;deliveries'= {
        }
        &'astra;webhooks;help;listen'= {
        }
        &'astra;webhooks;help;help'= {
        }
        &'astra;mcp'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;spec'= {
            cand --format 'Output format [default: by the file name, otherwise json]'
            cand --version 'OpenAPI version to write'
            cand --output 'Write to this file; `-` is stdout'
            cand --server 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]'
            cand --check 'Print no document; compare it with the one in this file'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the operations'
            cand show 'Show one operation: permissions, parameters, body and responses'
            cand diff 'Compare two documents: what changes for clients, and what breaks them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;spec;list'= {
            cand --tag 'Only those with this tag'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --server 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]'
            cand --file 'Use the document in this file, JSON or YAML; `-` is stdin'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;spec;show'= {
            cand --server 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]'
            cand --file 'Use the document in this file, JSON or YAML; `-` is stdin'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;spec;diff'= {
            cand --json 'Print a JSON object'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;spec;help'= {
            cand list 'List the operations'
            cand show 'Show one operation: permissions, parameters, body and responses'
            cand diff 'Compare two documents: what changes for clients, and what breaks them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;spec;help;list'= {
        }
        &'astra;spec;help;show'= {
        }
        &'astra;spec;help;diff'= {
        }
        &'astra;spec;help;help'= {
        }
        &'astra;codegen'= {
            cand --generator 'Let OpenAPI Generator make a client of this kind, such as kotlin or java'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --out 'The folder of the client; files that this command did not write are left alone'
            cand --drive 'In place of the client, write a program that calls every operation through it, in the order and with the values of this story'
            cand --name 'The package''s name [default: astra-client; for Go, the module example.com/astra-client]'
            cand --server 'Use this gateway''s document instead of the built-in one [env: ASTRA_SERVER]'
            cand --file 'Use the document in this file, JSON or YAML; `-` is stdin'
            cand --list 'List the built-in languages, and the generators of an installed OpenAPI Generator'
            cand --json 'Short for --output json'
            cand --samples 'Print an example call of every operation in every language, as JSON'
            cand --check 'Write nothing; list the files that would change'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;skills'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand check 'Check the folder of a skill, or each skill in a folder of skills'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;skills;check'= {
            cand --output 'How to print what is found'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;skills;help'= {
            cand check 'Check the folder of a skill, or each skill in a folder of skills'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;skills;help;check'= {
        }
        &'astra;skills;help;help'= {
        }
        &'astra;migrate'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --plan 'Only list which migrations are applied and which are pending'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;config'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand check 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;config;check'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --listen 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]'
            cand --agents-dir 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]'
            cand --skills-dir 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;config;help'= {
            cand check 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;config;help;check'= {
        }
        &'astra;config;help;help'= {
        }
        &'astra;doctor'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --listen 'Address and port to listen on, or a port alone; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]'
            cand --agents-dir 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it exists]'
            cand --skills-dir 'Folder of skills (*/SKILL.md) [env: ASTRA_SKILLS_DIR] [default: skills in the working folder, if it exists]'
            cand --call-providers 'Make a real call to each configured provider'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;backup'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;restore'= {
            cand --sha256 'What the SHA-256 of the file must be [default: as FILE.sha256 says]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;export'= {
            cand --workspace 'The workspace'
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;import'= {
            cand --output 'How to print it [default: table in a terminal, tsv in a pipe]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it exists]'
            cand --data-dir 'Data folder of the gateway [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'Use PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --json 'Short for --output json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;man'= {
            cand --dir 'Write the pages of all commands to this folder instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;help'= {
            cand serve 'Run a gateway'
            cand token 'Issue, rotate, list and revoke tokens of service accounts'
            cand account 'Create, list and reset the accounts of people'
            cand keys 'List and rotate the keys that sign tokens'
            cand workspace 'List, create and delete workspaces, and see who belongs to them'
            cand chat 'Talk to an agent'
            cand tools 'List the tools that agents may call, call one, and connect MCP servers'
            cand approvals 'List the calls of tools that wait for a decision, and decide'
            cand jobs 'List, run and follow jobs: work that is kept until it has ended'
            cand memory 'Search what agents remember, say why it was found, measure it, take it back, export and import it'
            cand traces 'Show where the time of turns went, what they cost and why they failed'
            cand audit 'Show who changed what, export it, and find what was changed in the database by hand'
            cand cron 'List schedules, preview cron expressions, and run a schedule''s job now'
            cand webhooks 'List webhooks and their deliveries, and receive some'
            cand mcp 'Be an MCP server whose tools are a gateway''s agents'
            cand spec 'Print the OpenAPI document, look up its operations, compare versions of it'
            cand codegen 'Generate a client of the API in a language'
            cand skills 'Check skills in the Agent Skills format'
            cand migrate 'Update the database schema (`serve` does this itself)'
            cand config 'Print every configuration key with its meaning and default, or check a configuration'
            cand doctor 'Examine the installation: what is wrong, and how to mend it'
            cand backup 'Back up the SQLite store into a file, beside a running gateway or without one'
            cand restore 'Make the SQLite store of a backup, in a data folder that has none'
            cand export 'Write a workspace to a file, to be imported into another store'
            cand import 'Take a workspace that `astra export` wrote into the local store'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;help;serve'= {
        }
        &'astra;help;token'= {
            cand issue 'Issue a token to a service account, which is created if it does not exist, and print only the token'
            cand rotate 'Replace a token by a new one and print only the new token'
            cand list 'List the tokens of all service accounts; their secrets are not kept'
            cand revoke 'Revoke a token, or all tokens of a service account; takes effect on the next request'
        }
        &'astra;help;token;issue'= {
        }
        &'astra;help;token;rotate'= {
        }
        &'astra;help;token;list'= {
        }
        &'astra;help;token;revoke'= {
        }
        &'astra;help;account'= {
            cand create 'Create an account and print its id'
            cand list 'List the accounts of people'
            cand reset 'Give an account another password and end all of its sign-ins'
        }
        &'astra;help;account;create'= {
        }
        &'astra;help;account;list'= {
        }
        &'astra;help;account;reset'= {
        }
        &'astra;help;keys'= {
            cand list 'List the keys that sign or have signed tokens, newest first'
            cand rotate 'Sign tokens with a new key and print its name'
        }
        &'astra;help;keys;list'= {
        }
        &'astra;help;keys;rotate'= {
        }
        &'astra;help;workspace'= {
            cand list 'List your workspaces, the one that you joined last first'
            cand create 'Create a workspace and print its id'
            cand show 'Show a workspace, with what it is restricted to and its quotas'
            cand delete 'Delete a workspace with all that is in it'
            cand members 'List the people of a workspace, the one who joined last first'
            cand invite 'Invite a person to a workspace and print the code'
            cand grants 'List the agents that a workspace lends and borrows, newest first'
        }
        &'astra;help;workspace;list'= {
        }
        &'astra;help;workspace;create'= {
        }
        &'astra;help;workspace;show'= {
        }
        &'astra;help;workspace;delete'= {
        }
        &'astra;help;workspace;members'= {
        }
        &'astra;help;workspace;invite'= {
        }
        &'astra;help;workspace;grants'= {
        }
        &'astra;help;chat'= {
        }
        &'astra;help;tools'= {
            cand list 'List the tools that there are; with --agent what the agent''s policy says of each'
            cand call 'Call a tool, without an agent''s model'
            cand servers 'List the MCP servers that tools come from'
            cand connect 'Connect an MCP server, whose tools agents may call then'
            cand disconnect 'Disconnect an MCP server; its tools are gone at once'
        }
        &'astra;help;tools;list'= {
        }
        &'astra;help;tools;call'= {
        }
        &'astra;help;tools;servers'= {
        }
        &'astra;help;tools;connect'= {
        }
        &'astra;help;tools;disconnect'= {
        }
        &'astra;help;approvals'= {
            cand list 'List the calls that wait for a decision; with --status others, newest first'
            cand approve 'Approve a call: the tool is called'
            cand deny 'Deny a call: the model reads so, with the note'
        }
        &'astra;help;approvals;list'= {
        }
        &'astra;help;approvals;approve'= {
        }
        &'astra;help;approvals;deny'= {
        }
        &'astra;help;jobs'= {
            cand list 'List jobs, newest first'
            cand show 'Show a job, with what it is about, what it came to and its log'
            cand run 'Enqueue a job'
            cand cancel 'Cancel a job: one that waits ends at once, one that runs is asked to stop'
            cand retry 'Do again what a job did that has ended, as a new job'
            cand watch 'Follow jobs until they have ended'
        }
        &'astra;help;jobs;list'= {
        }
        &'astra;help;jobs;show'= {
        }
        &'astra;help;jobs;run'= {
        }
        &'astra;help;jobs;cancel'= {
        }
        &'astra;help;jobs;retry'= {
        }
        &'astra;help;jobs;watch'= {
        }
        &'astra;help;memory'= {
            cand search 'Search memory, and say of each hit why it was found'
            cand show 'Show a memory, and where it comes from'
            cand undo 'Take back all that one turn, or one session, made of memory'
            cand evaluate 'Measure how well memory answers questions whose answers are known'
            cand export 'Print memory as lines of JSON, which can be imported again'
            cand import 'Remember what was exported, here or by Letta or mem0'
        }
        &'astra;help;memory;search'= {
        }
        &'astra;help;memory;show'= {
        }
        &'astra;help;memory;undo'= {
        }
        &'astra;help;memory;evaluate'= {
        }
        &'astra;help;memory;export'= {
        }
        &'astra;help;memory;import'= {
        }
        &'astra;help;traces'= {
            cand list 'List how turns went, newest first'
            cand show 'Show where the time of a turn went'
        }
        &'astra;help;traces;list'= {
        }
        &'astra;help;traces;show'= {
        }
        &'astra;help;audit'= {
            cand list 'List who changed what, newest first'
            cand verify 'Find entries that were changed, removed or added in the database by hand'
            cand export 'Write the audit as JSON Lines, oldest first'
        }
        &'astra;help;audit;list'= {
        }
        &'astra;help;audit;verify'= {
        }
        &'astra;help;audit;export'= {
        }
        &'astra;help;cron'= {
            cand list 'List the schedules of the workspace, newest first'
            cand preview 'Show the next slots of a cron expression in a time zone, and what daylight saving does to them'
            cand trigger 'Run a schedule''s job now, and print the id of the job'
        }
        &'astra;help;cron;list'= {
        }
        &'astra;help;cron;preview'= {
        }
        &'astra;help;cron;trigger'= {
        }
        &'astra;help;webhooks'= {
            cand list 'List where events are sent, newest first'
            cand deliveries 'List what was sent to a webhook, newest first'
            cand listen 'Receive deliveries on this machine, verify and print them'
        }
        &'astra;help;webhooks;list'= {
        }
        &'astra;help;webhooks;deliveries'= {
        }
        &'astra;help;webhooks;listen'= {
        }
        &'astra;help;mcp'= {
        }
        &'astra;help;spec'= {
            cand list 'List the operations'
            cand show 'Show one operation: permissions, parameters, body and responses'
            cand diff 'Compare two documents: what changes for clients, and what breaks them'
        }
        &'astra;help;spec;list'= {
        }
        &'astra;help;spec;show'= {
        }
        &'astra;help;spec;diff'= {
        }
        &'astra;help;codegen'= {
        }
        &'astra;help;skills'= {
            cand check 'Check the folder of a skill, or each skill in a folder of skills'
        }
        &'astra;help;skills;check'= {
        }
        &'astra;help;migrate'= {
        }
        &'astra;help;config'= {
            cand check 'Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address'
        }
        &'astra;help;config;check'= {
        }
        &'astra;help;doctor'= {
        }
        &'astra;help;backup'= {
        }
        &'astra;help;restore'= {
        }
        &'astra;help;export'= {
        }
        &'astra;help;import'= {
        }
        &'astra;help;completions'= {
        }
        &'astra;help;man'= {
        }
        &'astra;help;help'= {
        }
    ]
    $completions[$command]
}
