
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
            cand chat 'Talk to an agent'
            cand spec 'Print the OpenAPI document, look things up in it, compare it'
            cand codegen 'Make a client of the API in a language'
            cand migrate 'Bring the store''s schema up to date (`serve` does so by itself)'
            cand config 'Print every configuration key with its meaning and its default, or check a configuration'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;serve'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --listen 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]'
            cand --agents-dir 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]'
            cand --log-format 'How to log [env: ASTRA_LOG_FORMAT] [default: text]'
            cand --log-level 'What to log: error, warn, info, debug, trace, or parts of it, such as info,astra_core=debug [env: ASTRA_LOG] [default: info]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;token'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand issue 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
            cand rotate 'Give a token a new secret and print it alone on stdout'
            cand list 'List the tokens of all service accounts; their secrets are kept nowhere'
            cand revoke 'Revoke a token, or all tokens of a service account, from the next request on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;token;issue'= {
            cand --name 'The service account''s name'
            cand --role 'The service account''s role [default: the one that it has; member for a new one]'
            cand --scope 'What the token may be used for; may be repeated [default: all that is of use to the role]'
            cand --expires-in 'How long it is good: 45s, 30m, 12h, 30d, 2w [default: 90d]'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;rotate'= {
            cand --grace 'How long the last secret stays good: 45s, 30m, 12h, 7d'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;list'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]'
            cand --json 'Print a JSON array'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;revoke'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --server 'Ask this gateway instead of the local store; ASTRA_TOKEN must hold an admin''s token [env: ASTRA_SERVER]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;token;help'= {
            cand issue 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
            cand rotate 'Give a token a new secret and print it alone on stdout'
            cand list 'List the tokens of all service accounts; their secrets are kept nowhere'
            cand revoke 'Revoke a token, or all tokens of a service account, from the next request on'
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
        &'astra;chat'= {
            cand --server 'The gateway [env: ASTRA_SERVER] [default: http://127.0.0.1:3000]'
            cand --session 'Go on with this session'
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;spec'= {
            cand --format 'How to write it [default: by the file''s ending, else json]'
            cand --version 'In which version of OpenAPI'
            cand --output 'Write it into this file; `-` is stdout'
            cand --server 'Ask this gateway instead of the program itself [env: ASTRA_SERVER]'
            cand --check 'Print nothing; compare it with what this file says'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the operations'
            cand show 'Show one operation: what it needs, takes and answers'
            cand diff 'Tell what changes for clients, and what breaks them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;spec;list'= {
            cand --tag 'Only those with this tag'
            cand --server 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]'
            cand --file 'Of the document in this file, JSON or YAML; `-` is stdin'
            cand --json 'Print a JSON array'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;spec;show'= {
            cand --server 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]'
            cand --file 'Of the document in this file, JSON or YAML; `-` is stdin'
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
            cand show 'Show one operation: what it needs, takes and answers'
            cand diff 'Tell what changes for clients, and what breaks them'
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
            cand --generator 'Let OpenAPI Generator make a client of this kind'
            cand --out 'Where the client goes; what is there and was not made by this command is left alone'
            cand --name 'What the package is called [default: astra-client; for Go, the module example.com/astra-client]'
            cand --server 'Of the document of this gateway instead of the program''s own [env: ASTRA_SERVER]'
            cand --file 'Of the document in this file, JSON or YAML; `-` is stdin'
            cand --list 'Print the languages and generators that there are'
            cand --samples 'Print an example call of every operation in every language, as JSON'
            cand --check 'Write nothing; tell which files would change'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'astra;migrate'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --plan 'Only say which migrations are applied and which are pending'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;config'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand check 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;config;check'= {
            cand --config 'Configuration file [env: ASTRA_CONFIG] [default: astra.yml in the working folder, if it is there]'
            cand --data-dir 'Folder of everything that the gateway keeps [env: ASTRA_DATA_DIR] [default: astra-data]'
            cand --database-url 'PostgreSQL instead of SQLite in the data folder: postgres://user@host/database [env: ASTRA_DATABASE_URL]'
            cand --listen 'Address and port to listen on; port 0 takes a free one [env: ASTRA_LISTEN] [default: 127.0.0.1:3000]'
            cand --agents-dir 'Folder of agent definitions (*.yml) [env: ASTRA_AGENTS_DIR] [default: agents in the working folder, if it is there]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;config;help'= {
            cand check 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;config;help;check'= {
        }
        &'astra;config;help;help'= {
        }
        &'astra;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;man'= {
            cand --dir 'Write the pages of all commands into this folder instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'astra;help'= {
            cand serve 'Run a gateway'
            cand token 'Issue, rotate, list and revoke tokens of service accounts'
            cand chat 'Talk to an agent'
            cand spec 'Print the OpenAPI document, look things up in it, compare it'
            cand codegen 'Make a client of the API in a language'
            cand migrate 'Bring the store''s schema up to date (`serve` does so by itself)'
            cand config 'Print every configuration key with its meaning and its default, or check a configuration'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'astra;help;serve'= {
        }
        &'astra;help;token'= {
            cand issue 'Issue a token to a service account, which is made if need be, and print it alone on stdout'
            cand rotate 'Give a token a new secret and print it alone on stdout'
            cand list 'List the tokens of all service accounts; their secrets are kept nowhere'
            cand revoke 'Revoke a token, or all tokens of a service account, from the next request on'
        }
        &'astra;help;token;issue'= {
        }
        &'astra;help;token;rotate'= {
        }
        &'astra;help;token;list'= {
        }
        &'astra;help;token;revoke'= {
        }
        &'astra;help;chat'= {
        }
        &'astra;help;spec'= {
            cand list 'List the operations'
            cand show 'Show one operation: what it needs, takes and answers'
            cand diff 'Tell what changes for clients, and what breaks them'
        }
        &'astra;help;spec;list'= {
        }
        &'astra;help;spec;show'= {
        }
        &'astra;help;spec;diff'= {
        }
        &'astra;help;codegen'= {
        }
        &'astra;help;migrate'= {
        }
        &'astra;help;config'= {
            cand check 'Read file, environment and flags as `serve` does, and tell what is wrong with them'
        }
        &'astra;help;config;check'= {
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
