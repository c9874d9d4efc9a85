/** The way in for clients that know no Sentinel: a proxy in every member, which finds the primary. */

import { clientSecretPath, memberPort, runPath, scriptFolder, sentinelPort } from "./common-script";

/** Where the proxy listens for clients, and for whoever collects its figures. */
export const proxyPort = 6380;
export const metricsPort = 9121;

/** HAProxy's for `AUTH <password>`, in the bytes of the protocol: a password may contain what its configuration can't. */
const authentication = `    tcp-check send-binary $(auth)
    tcp-check expect string +OK`;

/**
 * A connection goes to the member that a majority of the sentinels names and that calls itself the primary. Once it doesn't any more, or
 * doesn't answer, its connections are ended: no client waits for a frozen server, and none gets an answer from one that thawed.
 */
export const proxyScript = `#!/bin/sh
set -eu
umask 077
app=$VALKEY_APP
domain=$VALKEY_DOMAIN
majority=$((VALKEY_MEMBERS / 2 + 1))
password=$(cat ${clientSecretPath}/password; echo .)
password=\${password%.}
auth() { { printf '*2\\r\\n$4\\r\\nAUTH\\r\\n$%d\\r\\n' "$(printf %s "$password" | wc -c)"; printf '%s\\r\\n' "$password"; } | od -An -v -tx1 | tr -d ' \\n'; }
each() { n=0; while [ "$n" -lt "$VALKEY_MEMBERS" ]; do echo "$n"; n=$((n + 1)); done; }
{
    cat <<END
global
    maxconn 2000
    lua-load ${scriptFolder}/metrics.lua

resolvers cluster
    parse-resolv-conf
    resolve_retries 2
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    hold nx 1s
    hold obsolete 5s

defaults
    mode tcp
    option tcpka
    timeout connect 2s
    timeout check 1s
    # Connections of a pool may rest for long; keepalives find those whose other end is gone.
    timeout client 24h
    timeout server 24h
    default-server init-addr none resolvers cluster resolve-prefer ipv4 inter 1s fastinter 300ms downinter 500ms rise 1

frontend valkey
    bind :${proxyPort}
END
    for n in $(each); do
        echo "    use_backend member-$n if { nbsrv(named-$n) ge $majority }"
    done
    cat <<END

frontend metrics
    mode http
    bind :${metricsPort}
    timeout client 10s
    http-request use-service prometheus-exporter if { path /metrics/proxy }
    http-request use-service lua.valkey_metrics if { path /metrics }
    http-request return status 404
END
    for n in $(each); do
        cat <<END

backend member-$n
    option tcp-check
${authentication}
    tcp-check send "ROLE\\r\\nQUIT\\r\\n"
    tcp-check expect string master
    server member-$n $app-$n.$domain:${memberPort} check fall 2 on-marked-down shutdown-sessions

# Up is a sentinel that names this member.
backend named-$n
    option tcp-check
${authentication}
    tcp-check send "SENTINEL get-master-addr-by-name $app\\r\\nQUIT\\r\\n"
    tcp-check expect string $app-$n.
END
        for other in $(each); do
            echo "    server sentinel-$other $app-$other.$domain:${sentinelPort} check fall 2"
        done
    done
} >${runPath}/haproxy.cfg
unset password
exec haproxy -db -f ${runPath}/haproxy.cfg
`;

/** The figures of the member's own server for Prometheus, asked of it by the proxy. */
export const metricsScript = `-- Served by HAProxy at /metrics: INFO of the server beside it, in Prometheus' text format.
local secret = io.open("${clientSecretPath}/password")
local password = secret:read("a")
secret:close()

local figures = {
    { "uptime_in_seconds", "valkey_uptime_seconds", "gauge", "Time since the server started." },
    { "connected_clients", "valkey_connected_clients", "gauge", "Connections of clients." },
    { "used_memory", "valkey_memory_used_bytes", "gauge", "Memory of data and buffers." },
    { "maxmemory", "valkey_memory_max_bytes", "gauge", "Memory that data and buffers may take." },
    { "connected_slaves", "valkey_connected_replicas", "gauge", "Replicas that are connected." },
    { "min_slaves_good_slaves", "valkey_good_replicas", "gauge", "Replicas that are not behind; a primary without one takes no writes." },
    { "master_repl_offset", "valkey_replication_offset_bytes", "counter", "Position in the history of writes." },
    { "aof_last_write_status", "valkey_log_writes_succeed", "gauge", "1: the last write to the log on disk succeeded." },
    { "evicted_keys", "valkey_evicted_keys_total", "counter", "Keys given up for want of memory." },
    { "expired_keys", "valkey_expired_keys_total", "counter", "Keys whose time was over." },
    { "rejected_connections", "valkey_rejected_connections_total", "counter", "Connections above the limit." },
    { "total_commands_processed", "valkey_commands_total", "counter", "Commands carried out." },
    { "keyspace_hits", "valkey_keyspace_hits_total", "counter", "Look-ups that found a key." },
    { "keyspace_misses", "valkey_keyspace_misses_total", "counter", "Look-ups that found none." },
}

local function reply(server)
    local line = server:receive("*l")
    local length = line and line:match("^%$(%d+)")
    return length and server:receive(tonumber(length) + 2) or line
end

local function info()
    local server = core.tcp()
    server:settimeout(2)
    if not server:connect("127.0.0.1", ${memberPort}) then return nil end
    server:send(string.format("*2\\r\\n$4\\r\\nAUTH\\r\\n$%d\\r\\n%s\\r\\n", #password, password))
    if not (reply(server) or ""):match("^%+OK") then server:close() return nil end
    server:send("INFO\\r\\n")
    local text = reply(server)
    server:close()
    return text
end

core.register_service("valkey_metrics", "http", function(applet)
    local out = {}
    local function add(name, kind, help, value)
        out[#out + 1] = string.format("# HELP %s %s\\n# TYPE %s %s\\n%s %s\\n", name, help, name, kind, name, value)
    end
    local text = info()
    local values, keys = {}, 0
    for name, value in (text or ""):gmatch("([%w_]+):([^\\r\\n]*)") do
        values[name] = value == "ok" and "1" or value == "err" and "0" or value
        if name:match("^db%d+$") then keys = keys + tonumber(value:match("keys=(%d+)")) end
    end
    add("valkey_up", "gauge", "1: the server answers.", text and 1 or 0)
    if text then
        local is_primary = values.role == "master"
        add("valkey_is_primary", "gauge", "1: the server is the primary.", is_primary and 1 or 0)
        add("valkey_in_sync", "gauge", "1: the primary, or a replica whose link to it is up.", (is_primary or values.master_link_status == "up") and 1 or 0)
        add("valkey_keys", "gauge", "Keys of all databases.", keys)
        for _, figure in ipairs(figures) do
            if tonumber(values[figure[1]]) then add(figure[2], figure[3], figure[4], values[figure[1]]) end
        end
    end
    local body = table.concat(out)
    applet:set_status(200)
    applet:add_header("content-type", "text/plain; version=0.0.4")
    applet:add_header("content-length", #body)
    applet:start_response()
    applet:send(body)
end)
`;
