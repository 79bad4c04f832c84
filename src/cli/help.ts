export const HELP = `nest-vitals: requests the health endpoints of applications, and shows a fleet of them.

  nest-vitals check [probe] [options]     one probe: ready (default), live, startup, deep, a group or an indicator
  nest-vitals status <url>... [options]   the reports of several applications as a table
  nest-vitals control list                        changes that are active
  nest-vitals control indicators <name> (--disable | --enable | --set <option>=<value> | --clear | --run)
  nest-vitals control maintenance (--on | --off)
  nest-vitals fleet <store> [options]             the page of all instances, on a port, until it is interrupted
  nest-vitals fleet <store> --once [options]      all instances as a table, or with --json

Address (check, control):
  --url <url>          http://host:3000 (then the path is /health/<probe>), http://host:3000/base/health with a probe,
                       or the complete URL of a probe
  --port <port>        default: the environment variable PORT, then 3000
  --host <host>        default: 127.0.0.1
  --path <path>        default: /health
  --socket <path>      a Unix socket instead of host and port
  --file <path>        checks the age of a file that the application touches, without a request; see --max-age

Request:
  --timeout <time>     default: 5s; a number of milliseconds, or with a unit: 500ms, 5s, 1m
  --max-age <time>     with --file: the largest age; default: 30s
  --key-file <path>    a file with an API key, sent as X-Health-Key; default: the environment variable HEALTH_API_KEY
  --header <line>      an additional header, "Name: value"; repeatable
  --ca-file <path>     the certificate authority of the server, for an https address or a store
  --insecure           accept any certificate

Changes (control), with the key in --key-file or the environment variable HEALTH_CONTROL_KEY:
  --reason <text>      the reason; required for a change
  --for <time>         the time after which the change ends: 30m, at most 24h; required for a change
  --set <assignment>   an option of the indicator: timeout=2s, critical=false, probes=ready,deep; repeatable

Store (fleet), with its package installed here or beside nest-vitals. Several addresses are separated by commas:
  --redis <url>        redis://host:6379 or rediss://…, with ioredis or redis
  --redis-sentinel <name>  the addresses are sentinels, which monitor a Redis of this name
  --redis-cluster      the addresses are nodes of a cluster
  --nats <url>         nats://host:4222 or tls://…, with @nats-io/transport-node or nats
  --nats-credentials-file <path>  a .creds file for NATS: a user of its accounts, with the seed of its key
  --etcd <url>         http://host:2379 or https://…, with etcd3
  --password-file <path>   the password of the user in the address, or the token of NATS; default: the environment
                       variable HEALTH_STORE_PASSWORD
  --sentinel-user <name>, --sentinel-password-file <path>  the login of the sentinels; default of the password: the
                       environment variable HEALTH_SENTINEL_PASSWORD
  --cert-file <path>, --cert-key-file <path>  a client certificate and its key, for rediss://, tls:// and https://
  --namespace <text>   the namespace of the store; default: nest-vitals
  --environment <name> default: DEPLOYMENT_ENVIRONMENT, then NODE_ENV, then production
  --secret-file <path> the secret of signed entries
  --expected <count>   orders=3: how many instances of a service must be ready; repeatable

Page (fleet):
  --port <port>        default: 9091
  --host <host>        default: 127.0.0.1. Another one needs one of the following two
  --key-file <path>    the key that callers must send, as X-Health-Key, bearer token or password
  --unauthenticated    every caller may see the page without a key
  --metrics            also the numbers of instances, for Prometheus, at /metrics

Output:
  --json               the report as JSON
  --nagios             check: the output and the exit codes of a Nagios plugin
  --watch              status: repeats until interrupted
  --every <time>       with --watch: the pause; default: 2s
  --probe <probe>      status: the probe; default: deep
  --once               fleet: prints the report and ends; waits for a heartbeat of each instance, --timeout at most (30s)
  --help, --version

Exit codes of check: 0 for a report with the status code 200, 1 otherwise. With --nagios: 0 UP, 1 DEGRADED, 2 failing or
no report, 3 for a wrong command line. Exit codes of status: 0 if every response is 200, 1 otherwise. Exit
codes of control: 0 if the change was made, 1 otherwise. Exit codes of fleet: 0 after an interruption; with --once 0 if
every expected instance is ready, 1 otherwise: also if the store is unavailable, or if no instance is known.
`;
