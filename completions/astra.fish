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
complete -c astra -n "__fish_astra_needs_command" -f -a "chat" -d 'Talk to an agent'
complete -c astra -n "__fish_astra_needs_command" -f -a "spec" -d 'Print the OpenAPI document, look things up in it, compare it'
complete -c astra -n "__fish_astra_needs_command" -f -a "codegen" -d 'Make a client of the API in a language'
complete -c astra -n "__fish_astra_needs_command" -f -a "migrate" -d 'Bring the store\'s schema up to date (`serve` does so by itself)'
complete -c astra -n "__fish_astra_needs_command" -f -a "config" -d 'Print every configuration key with its meaning and its default, or check a configuration'
complete -c astra -n "__fish_astra_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c astra -n "__fish_astra_needs_command" -f -a "man" -d 'Print the manual page'
complete -c astra -n "__fish_astra_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand serve" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -l listen -d 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -l agents-dir -d 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand serve" -l log-format -d 'How to log [env: ASTRA_LOG_FORMAT] [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c astra -n "__fish_astra_using_subcommand serve" -l log-level -d 'What to log: error, warn, info, debug, trace, or parts of it, such as info,astra_core=debug [env: ASTRA_LOG] [default: info]' -r
complete -c astra -n "__fish_astra_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "issue" -d 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "rotate" -d 'Give a token a new secret and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "list" -d 'List the tokens of all service accounts; their secrets are kept nowhere'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account, from the next request on'
complete -c astra -n "__fish_astra_using_subcommand token; and not __fish_seen_subcommand_from issue rotate list revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l name -d 'The service account\'s name' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l role -d 'The service account\'s role [default: the one that it has; member for a new one]' -r -f -a "viewer\t''
member\t''
admin\t''
owner\t''"
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l scope -d 'What the token may be used for; may be repeated [default: all that is of use to the role]' -r -f -a "auth:read\t''
auth:write\t''
agents:read\t''
agents:write\t''
sessions:read\t''
sessions:write\t''
chat:send\t''
inference:read\t''
inference:write\t''
spec:read\t''
users:act\t''"
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l expires-in -d 'How long it is good: 45s, 30m, 12h, 30d, 2w [default: 90d]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -l server -d 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin\'s token [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from issue" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l grace -d 'How long the last secret stays good: 45s, 30m, 12h, 7d' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -l server -d 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin\'s token [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l server -d 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin\'s token [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON array'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -l server -d 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin\'s token [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "issue" -d 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Give a token a new secret and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tokens of all service accounts; their secrets are kept nowhere'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account, from the next request on'
complete -c astra -n "__fish_astra_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand chat" -l server -d 'The gateway [env: ASTRA_SERVER] [default: http://127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -l session -d 'Go on with this session' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand chat" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand chat" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand chat" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l format -d 'How to write it [default: by the file\'s ending, else json]' -r -f -a "json\t'JSON'
yaml\t'YAML'"
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l version -d 'In which version of OpenAPI' -r -f -a "3.0\t'For tools that know no newer one; says less'
3.1\t'As the gateway makes it'
3.2\t'With the frames of streams'"
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l output -d 'Write it into this file; `-` is stdout' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l server -d 'Ask this gateway instead of the program itself [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -l check -d 'Print nothing; compare it with what this file says' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "show" -d 'Show one operation: what it needs, takes and answers'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "diff" -d 'Tell what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand spec; and not __fish_seen_subcommand_from list show diff help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l tag -d 'Only those with this tag' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l server -d 'Of the document of this gateway instead of the program\'s own [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l file -d 'Of the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON array'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -l server -d 'Of the document of this gateway instead of the program\'s own [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -l file -d 'Of the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from diff" -l json -d 'Print a JSON object'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one operation: what it needs, takes and answers'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "diff" -d 'Tell what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand spec; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l generator -d 'Let OpenAPI Generator make a client of this kind' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l out -d 'Where the client goes; what is there and was not made by this command is left alone' -r -F
complete -c astra -n "__fish_astra_using_subcommand codegen" -l name -d 'What the package is called [default: astra-client; for Go, the module example.com/astra-client]' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l server -d 'Of the document of this gateway instead of the program\'s own [env: ASTRA_SERVER]' -r
complete -c astra -n "__fish_astra_using_subcommand codegen" -l file -d 'Of the document in this file, JSON or YAML; `-` is stdin' -r -F
complete -c astra -n "__fish_astra_using_subcommand codegen" -l list -d 'Print the languages and generators that there are'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l samples -d 'Print an example call of every operation in every language, as JSON'
complete -c astra -n "__fish_astra_using_subcommand codegen" -l check -d 'Write nothing; tell which files would change'
complete -c astra -n "__fish_astra_using_subcommand codegen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c astra -n "__fish_astra_using_subcommand migrate" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand migrate" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand migrate" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand migrate" -l plan -d 'Only say which migrations are applied and which are pending'
complete -c astra -n "__fish_astra_using_subcommand migrate" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
complete -c astra -n "__fish_astra_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l data-dir -d 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l database-url -d 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]' -r
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l listen -d 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]' -r
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -l agents-dir -d 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]' -r -F
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
complete -c astra -n "__fish_astra_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand completions" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand man" -l dir -d 'Write the pages of all commands into this folder instead' -r -F
complete -c astra -n "__fish_astra_using_subcommand man" -s h -l help -d 'Print help'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "serve" -d 'Run a gateway'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "token" -d 'Issue, rotate, list and revoke tokens of service accounts'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "chat" -d 'Talk to an agent'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "spec" -d 'Print the OpenAPI document, look things up in it, compare it'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "codegen" -d 'Make a client of the API in a language'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "migrate" -d 'Bring the store\'s schema up to date (`serve` does so by itself)'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "config" -d 'Print every configuration key with its meaning and its default, or check a configuration'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "man" -d 'Print the manual page'
complete -c astra -n "__fish_astra_using_subcommand help; and not __fish_seen_subcommand_from serve token chat spec codegen migrate config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "issue" -d 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "rotate" -d 'Give a token a new secret and print it alone on stdout'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "list" -d 'List the tokens of all service accounts; their secrets are kept nowhere'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "revoke" -d 'Revoke a token, or all tokens of a service account, from the next request on'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "list" -d 'List the operations'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "show" -d 'Show one operation: what it needs, takes and answers'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from spec" -f -a "diff" -d 'Tell what changes for clients, and what breaks them'
complete -c astra -n "__fish_astra_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
