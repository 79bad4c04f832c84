/**
 * A collection is three keys with one hash tag, so that a cluster keeps them in one slot: `:values`, a hash of names and values;
 * `:expiry`, a sorted set of the names that expire, by the time of the server; `:revision`, which grows with each change. The
 * channel `:changes` receives each change with its revision, so a gap shows that messages were missed.
 *
 * The scripts use only the server's own clock, for the entries that it expires. The first revision is a time in microseconds, so
 * that revisions from before a loss of data are not repeated.
 */
const COMMON = `
local base = string.sub(KEYS[1], 1, -8)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function format(number) return string.format('%.0f', number) end
local function purge()
  local expired = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', format(now), 'LIMIT', 0, 100)
  if #expired > 0 then
    redis.call('HDEL', KEYS[1], unpack(expired))
    redis.call('ZREM', KEYS[2], unpack(expired))
  end
end
local function revise()
  if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('SET', KEYS[3], format(time[1] * 1000000 + time[2]))
  end
  return format(redis.call('INCR', KEYS[3]))
end
local function limitLife()
  local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2] or now
  local isTemporary = redis.call('ZCARD', KEYS[2]) == redis.call('HLEN', KEYS[1])
  for _, key in ipairs(KEYS) do
    if isTemporary then redis.call('PEXPIRE', key, format(last - now + 60000))
    else redis.call('PERSIST', key) end
  end
end`;

/** KEYS: values, expiry, revision. ARGV: name, value, milliseconds or an empty text. */
export const PUT = `${COMMON}
purge()
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] == '' then redis.call('ZREM', KEYS[2], ARGV[1])
else redis.call('ZADD', KEYS[2], format(now + ARGV[3]), ARGV[1]) end
local revision = revise()
limitLife()
redis.call('PUBLISH', base .. ':changes', revision .. ' put ' .. ARGV[3] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return 1`;

/** KEYS: values, expiry, revision. ARGV: name. */
export const REMOVE = `${COMMON}
purge()
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
local revision = revise()
limitLife()
redis.call('PUBLISH', base .. ':changes', revision .. ' remove ' .. ARGV[1])
return 1`;

/**
 * KEYS: values, expiry, revision. Returns the revision, names with values, and names with the milliseconds that are left, which
 * are not positive for expired entries. It writes nothing, so a user with permission to read can use it.
 */
export const SNAPSHOT = `${COMMON}
local left = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for index = 2, #left, 2 do left[index] = format(left[index] - now) end
return { redis.call('GET', KEYS[3]) or '', redis.call('HGETALL', KEYS[1]), left }`;

/** A script, because a cluster may send the plain command to a replica. KEYS: revision. */
export const REVISION = `return redis.call('GET', KEYS[1]) or ''`;

/** KEYS: lease. ARGV: token, milliseconds. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: lease. ARGV: token. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
