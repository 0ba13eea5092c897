/**
 * What concerns one gateway: all its keys have one hash tag.
 *
 * @module
 */

import { COUNTS_LUA, KEYS_LUA } from "./common.ts";
import { type Script, script } from "./script.ts";

/**
 * Draws a generation: greater than all before, even where Redis has forgotten
 * them. KEYS: the counter.
 */
export const GENERATION: Script = script(
  "generation",
  1,
  `
local last = redis.pcall('GET', KEYS[1])
if type(last) == 'table' then last = nil end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local drawn = string.format('%.0f', math.max((tonumber(last) or 0) + 1, now))
redis.call('SET', KEYS[1], drawn)
return drawn
`,
);

/** Gives a number to a gateway if it has still the holder that was seen. KEYS: the numbers. ARGV: number, holder or ``, gateway. */
export const CLAIM: Script = script(
  "claim",
  1,
  `
local holder = redis.pcall('HGET', KEYS[1], ARGV[1]) or ''
if type(holder) == 'table' then
  redis.call('DEL', KEYS[1])
  holder = ''
end
if holder ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3], 'next', (tonumber(ARGV[1]) + 1) % 4096)
return 1
`,
);

/**
 * Lets a gateway in. ARGV: braces (2), gateway, instance, generation, number, address for services, for edges, milliseconds of the
 * lease, of the session, and a number that the session must not keep, or ``.
 *
 * Answers the number; `refused` when another process lives, `late` when a newer generation is there already.
 */
export const ADMIT: Script = script(
  "admit",
  1,
  `${KEYS_LUA}
local fid, instance, gen, number = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local alive, lease, session = at('alive:frontiers', fid), at('lease', fid), at('session', fid)
local known = on(session, 'HMGET', 'instance', 'generation', 'closed', 'number', 'first')
local same = known[1] == instance
if present(alive) then
  local closed = known[3] and present(lease)
  if not closed and not (same and instance ~= '') then return 'refused' end
end
if known[2] and tonumber(known[2]) >= tonumber(gen) then return 'late' end
if known[4] and known[4] ~= ARGV[11] then number = known[4] end
if not same then
  local left = false
  for _, kind in ipairs({'edges', 'services'}) do
    local members = at('members:' .. kind, fid)
    if redis.call('EXISTS', members) == 1 then
      redis.call('RENAME', members, at('grave:' .. kind, fid) .. ':' .. gen)
      left = true
    end
  end
  if left then on(at('graves', fid), 'RPUSH', gen) end
end
on(session, 'HSET', 'instance', instance, 'generation', gen,
  'first', same and known[5] or gen, 'number', number)
redis.call('HDEL', session, 'closed')
redis.call('PEXPIRE', session, ARGV[10])
redis.call('SET', alive, '1', 'PX', ARGV[9])
redis.call('SET', lease, gen, 'PX', ARGV[9])
on(at('frontiers', fid), 'HSET', 'advertised_sb_addr', ARGV[7], 'advertised_eb_addr', ARGV[8],
  'edge_count', on(at('members:edges', fid), 'HLEN'),
  'service_count', on(at('members:services', fid), 'HLEN'))
return number
`,
);

/**
 * Renews a lease. ARGV: braces (2), gateway, instance, generation, number, milliseconds of the lease, of the session; where they are
 * known the addresses for services and edges.
 *
 * Answers 1, 0 when the session is not the newest, 2 when Redis had forgotten it.
 */
export const RENEW: Script = script(
  "renew",
  1,
  `${KEYS_LUA}${COUNTS_LUA}
local fid, gen = ARGV[3], ARGV[5]
local session = at('session', fid)
local known = on(session, 'HMGET', 'generation', 'closed')
local newest = tonumber(known[1])
local mine = tonumber(gen)
if newest and (newest > mine or (newest == mine and known[2])) then return 0 end
local answer = 1
if newest ~= mine then
  on(session, 'HSET', 'instance', ARGV[4], 'generation', gen, 'first', gen, 'number', ARGV[6])
  redis.call('HDEL', session, 'closed')
  answer = 2
end
redis.call('PEXPIRE', session, ARGV[8])
redis.call('SET', at('alive:frontiers', fid), '1', 'PX', ARGV[7])
redis.call('SET', at('lease', fid), gen, 'PX', ARGV[7])
if ARGV[9] then
  on(at('frontiers', fid), 'HSET', 'advertised_sb_addr', ARGV[9], 'advertised_eb_addr', ARGV[10])
end
count(fid)
return answer
`,
);

/** Ends a gateway's life. ARGV: braces (2), gateway, generation, milliseconds of grace. */
export const RELEASE: Script = script(
  "release",
  1,
  `${KEYS_LUA}
local fid = ARGV[3]
local known = on(at('session', fid), 'HMGET', 'generation', 'closed')
if known[1] ~= ARGV[4] or known[2] then return 0 end
redis.call('HSET', at('session', fid), 'closed', '1')
local lease, alive = at('lease', fid), at('alive:frontiers', fid)
-- Without our lease the sign of life is that of a Go directory.
if not present(lease) then return 1 end
local grace = tonumber(ARGV[5])
for _, key in ipairs({alive, lease}) do
  if grace <= 0 then
    redis.call('DEL', key)
  elseif redis.call('PTTL', key) > grace then
    redis.call('PEXPIRE', key, grace)
  end
end
if grace <= 0 and redis.call('EXISTS', at('frontiers', fid)) == 1 then
  on(at('frontiers', fid), 'HSET', 'edge_count', 0, 'service_count', 0)
end
return 1
`,
);

/**
 * Reads gateways. ARGV: braces (2), then gateways. Answers for each false when it is not alive, else its addresses, counts, its
 * number or false, and the first generation of its process or false. A gateway without our lease is kept by a Go directory: then the
 * counts are what that wrote.
 */
export const LOOK: Script = script(
  "look",
  1,
  `${KEYS_LUA}
local answers = {}
for i = 3, #ARGV do
  local fid = ARGV[i]
  local answer = false
  if present(at('alive:frontiers', fid)) then
    local key = at('frontiers', fid)
    local record = redis.pcall('HMGET', key, 'advertised_sb_addr', 'advertised_eb_addr', 'edge_count', 'service_count')
    if record.err then record = {} end
    local edges, services, number, first = record[3] or '0', record[4] or '0', false, false
    if present(at('lease', fid)) then
      local session = redis.pcall('HMGET', at('session', fid), 'number', 'first')
      if not session.err then number, first = session[1], session[2] end
      edges = redis.pcall('HLEN', at('members:edges', fid))
      services = redis.pcall('HLEN', at('members:services', fid))
      if type(edges) == 'table' then edges = '0' end
      if type(services) == 'table' then services = '0' end
    end
    answer = {record[1] or '', record[2] or '', tostring(edges), tostring(services), number, first}
  end
  answers[#answers + 1] = answer
end
return answers
`,
);

/**
 * Changes the members of a gateway, in a cluster. ARGV: braces (2), gateway, generation of who adds or 0; then per change `+` or `-`,
 * `edges` or `services`, id, `since seq`. An older connection never takes a newer one's place, and an end removes only its own.
 */
export const MEMBERS: Script = script(
  "members",
  1,
  `${KEYS_LUA}${COUNTS_LUA}
local fid = ARGV[3]
local first = tonumber(on(at('session', fid), 'HGET', 'first')) or 0
local mine = tonumber(ARGV[4]) >= first
for i = 5, #ARGV, 4 do
  local key, id, value = at('members:' .. ARGV[i + 1], fid), ARGV[i + 2], ARGV[i + 3]
  local old = on(key, 'HGET', id)
  if ARGV[i] == '-' then
    if old == value then redis.call('HDEL', key, id) end
  elseif mine and old ~= value then
    local newer = true
    if old then
      local oldSince, oldSeq = string.match(old, '^(%d+) (%d+)$')
      local since, seq = string.match(value, '^(%d+) (%d+)$')
      newer = not oldSince or tonumber(since) > tonumber(oldSince) or
        (since == oldSince and tonumber(seq) > tonumber(oldSeq))
    end
    if newer then redis.call('HSET', key, id, value) end
  end
end
count(fid)
return 1
`,
);
