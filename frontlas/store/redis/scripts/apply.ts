/**
 * Enters events, one after the other, all of one gateway.
 *
 * @module
 */

import { COUNTS_LUA, KEYS_LUA, STAMPS_LUA } from "./common.ts";
import { type Script, script } from "./script.ts";

/**
 * ARGV: braces (2), gateway, generation, `t` or `l` (records with a time to live, or with their gateway's lease), milliseconds of
 * edges, services, signs of life and ended connections, whether the script may touch one slot only (`1`) or all keys (``), in a
 * cluster the first generation of the gateway's process, and whether the gateway that has the edge holds it (`1`, `0`, `` for not
 * known); then per event kind, id, since, seq, record.
 *
 * Kinds: E edge online, e edge offline, T sign of life, R removed; S, s, U, D the same of services.
 *
 * Answers `old` or `lost` (of the session), else `ok` and for each event: `a` applied, `s` superseded, `m since seq gen owner`
 * moved from there, `d since seq gen owner` applied over the record of a dead gateway, `h gen owner` for "say whether it holds it";
 * `t since seq` and `r since seq` that a sign of life counted, and that something was removed.
 *
 * A fence is `since seq gen kind owner`, kind being `t`, `l`, or `x` for a connection that has ended. It counts only beside the
 * record it was written with: a Go directory overwrites records and knows no fences.
 */
export const APPLY: Script = script(
  "apply",
  1,
  `${KEYS_LUA}${STAMPS_LUA}${COUNTS_LUA}
local fid, gen, kept = ARGV[3], ARGV[4], ARGV[5]
local edgeMs, serviceMs, aliveMs, endedMs = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local whole = ARGV[10] == ''
local first = tonumber(ARGV[11]) or 0
if whole then
  local session = on(at('session', fid), 'HMGET', 'generation', 'closed', 'first')
  local newest = tonumber(session[1])
  local mine = tonumber(gen)
  if not newest or newest < mine then return {'lost'} end
  if newest > mine or session[2] then return {'old'} end
  first = tonumber(session[3]) or 0
end
local touched = {}

local function holds(owner, ownerGen)
  if owner == fid and not whole then return ownerGen == 0 or ownerGen >= first end
  if not whole then
    if ARGV[12] == '' then return nil end
    return ARGV[12] == '1'
  end
  if not present(at('alive:frontiers', owner)) then return false end
  if ownerGen == 0 then return true end
  local firstOf = tonumber(on(at('session', owner), 'HGET', 'first'))
  return not firstOf or ownerGen >= firstOf
end

local function parse(fence)
  if not fence then return nil end
  local since, seq, g, kind, owner = string.match(fence, '^(%d+) (%d+) (%d+) (%a) (.*)$')
  if not since then return nil end
  return {since = tonumber(since), seq = tonumber(seq), gen = tonumber(g), kind = kind, owner = owner}
end

local function stampOf(connection)
  return string.format('%.0f %.0f', connection.since, connection.seq)
end

local function join(list, id, since, seq)
  if whole then on(at(list, fid), 'HSET', id, since .. ' ' .. seq) end
end
local function leave(list, owner, id, value)
  if not whole then return end
  local key = at(list, owner)
  if not value or on(key, 'HGET', id) == value then on(key, 'HDEL', id) end
  touched[owner] = true
end

local function setKept(key, value, ms)
  if kept == 't' then redis.call('SET', key, value, 'PX', ms) else redis.call('SET', key, value) end
end

local function fenceOf(since, seq)
  return since .. ' ' .. seq .. ' ' .. gen .. ' ' .. kept .. ' ' .. fid
end

local function edge(id, rec, raw)
  local fence = parse(raw)
  local ended = fence and fence.kind == 'x' and fence or nil
  if not rec then return nil, ended end
  local ok, doc = pcall(cjson.decode, rec)
  if not ok or type(doc) ~= 'table' or type(doc.frontier_id) ~= 'string' or type(doc.update_time) ~= 'number' then
    return nil, ended
  end
  local current
  if fence and not ended and fence.owner == doc.frontier_id and doc.update_time == math.floor(fence.since / 1000) then
    current = fence
    current.fenced = true
  else
    current = {since = doc.update_time * 1000, seq = 0, gen = 0, owner = doc.frontier_id, kind = 't'}
  end
  current.silent = current.kind == 't' and not present(at('alive:edges', id))
  return current, ended
end

local function readEdge(id)
  local rec = on(at('edges', id), 'GET')
  return rec, on(at('fence:edges', id), 'GET')
end

local function writeEdge(id, since, seq, text)
  setKept(at('edges', id), text, edgeMs)
  setKept(at('fence:edges', id), fenceOf(since, seq), edgeMs)
  if kept == 't' then redis.call('SET', at('alive:edges', id), '1', 'PX', aliveMs) end
  join('members:edges', id, since, seq)
end

-- The count of a gateway that a Go directory keeps is that directory's: it has counted what it wrote, and will not count it off.
local function moveFrom(current, id)
  if not whole then return end
  local owner = current.owner
  leave('members:edges', owner, id)
  if present(at('lease', owner)) then return end
  touched[owner] = nil
  local key = at('frontiers', owner)
  if not current.fenced and (tonumber(on(key, 'HGET', 'edge_count')) or 0) > 0 then
    redis.call('HINCRBY', key, 'edge_count', -1)
  end
end

local function edgeOnline(id, since, seq, text)
  local s, q = tonumber(since), tonumber(seq)
  local outcome = 'a'
  local rec, raw = readEdge(id)
  if rec == text and raw == fenceOf(since, seq) then
    -- Told again, as almost always: all is there, and is to stay.
    if kept == 't' then
      redis.call('PEXPIRE', at('edges', id), edgeMs)
      redis.call('PEXPIRE', at('fence:edges', id), edgeMs)
      redis.call('SET', at('alive:edges', id), '1', 'PX', aliveMs)
    end
    join('members:edges', id, since, seq)
    return outcome
  end
  local current, ended = edge(id, rec, raw)
  if current and not current.silent then
    local mine = current.owner == fid
    if not (mine and not current.fenced) then
      local order = compare(s, fid, q, current.since, current.owner, current.seq)
      if order < 0 or (order > 0 and not mine) then
        local held = holds(current.owner, current.gen)
        if held == nil then return 'h ' .. string.format('%.0f', current.gen) .. ' ' .. current.owner end
        if order < 0 and held then return 's' end
        if not mine then
          outcome = (held and 'm ' or 'd ') .. stampOf(current) .. string.format(' %.0f ', current.gen) .. current.owner
          moveFrom(current, id)
        end
      end
    end
  elseif ended and compare(s, fid, q, ended.since, ended.owner, ended.seq) <= 0 then
    return 's'
  elseif current and current.owner ~= fid then
    outcome = 'd ' .. stampOf(current) .. string.format(' %.0f ', current.gen) .. current.owner
    moveFrom(current, id)
  end
  writeEdge(id, since, seq, text)
  return outcome
end

local function endEdge(id, since, seq)
  redis.call('DEL', at('edges', id), at('alive:edges', id))
  redis.call('SET', at('fence:edges', id), since .. ' ' .. seq .. ' ' .. gen .. ' x ' .. fid, 'PX', endedMs)
end

local function edgeOffline(id, since, seq)
  local s, q = tonumber(since), tonumber(seq)
  local current, ended = edge(id, readEdge(id))
  if current then
    if current.owner ~= fid or (current.fenced and (current.since ~= s or current.seq ~= q)) then return 's' end
    endEdge(id, since, seq)
    leave('members:edges', fid, id)
    return 'a'
  end
  if not ended or compare(ended.since, ended.owner, ended.seq, s, fid, q) < 0 then endEdge(id, since, seq) end
  leave('members:edges', fid, id, since .. ' ' .. seq)
  return 's'
end

local function edgeTouch(id)
  local rec, raw = readEdge(id)
  local current = edge(id, rec, raw)
  if not current or current.owner ~= fid then return 's' end
  writeEdge(id, string.format('%.0f', current.since), string.format('%.0f', current.seq), rec)
  return 't ' .. stampOf(current)
end

local function edgeRemove(id)
  local current = edge(id, readEdge(id))
  if not current or current.owner ~= fid then return 's' end
  redis.call('DEL', at('edges', id), at('alive:edges', id), at('fence:edges', id))
  leave('members:edges', fid, id)
  return 'r ' .. stampOf(current)
end

local function service(id)
  local value = on(at('services', id), 'HGET', fid)
  local fence = parse(on(at('fence:services', id), 'HGET', fid))
  local ended = fence and fence.kind == 'x' and fence or nil
  if not value then return nil, ended end
  local time = tonumber(string.match(value, ', update_time: (%d+)$'))
  if fence and not ended and time == math.floor(fence.since / 1000) and fence.gen >= first then
    fence.fenced = true
    return fence, nil, value
  end
  return {since = (time or 0) * 1000, seq = 0}, ended, value
end

local function keepService(id)
  local key, fence = at('services', id), at('fence:services', id)
  if kept == 'l' or (redis.call('PTTL', key) == -1 and redis.call('HLEN', key) > 1) then
    redis.call('PERSIST', key)
    redis.call('PERSIST', fence)
  else
    redis.call('PEXPIRE', key, serviceMs)
    redis.call('PEXPIRE', fence, math.max(tonumber(serviceMs), tonumber(endedMs)))
  end
  if kept == 't' then redis.call('SET', at('alive:services', id), '1', 'PX', aliveMs) end
end

local function writeService(id, since, seq, text)
  on(at('services', id), 'HSET', fid, text)
  on(at('fence:services', id), 'HSET', fid, fenceOf(since, seq))
  keepService(id)
  join('members:services', id, since, seq)
end

local function serviceOnline(id, since, seq, text)
  local s, q = tonumber(since), tonumber(seq)
  local current, ended = service(id)
  if current then
    if current.fenced and compare(s, fid, q, current.since, fid, current.seq) < 0 then return 's' end
  elseif ended and compare(s, fid, q, ended.since, fid, ended.seq) <= 0 then
    return 's'
  end
  writeService(id, since, seq, text)
  return 'a'
end

local function endService(id, since, seq)
  on(at('services', id), 'HDEL', fid)
  local fence = at('fence:services', id)
  if since then
    on(fence, 'HSET', fid, since .. ' ' .. seq .. ' ' .. gen .. ' x ' .. fid)
  else
    on(fence, 'HDEL', fid)
  end
  if redis.call('EXISTS', at('services', id)) == 0 then
    redis.call('DEL', at('alive:services', id))
    redis.call('PEXPIRE', fence, endedMs)
  end
end

local function serviceOffline(id, since, seq)
  local s, q = tonumber(since), tonumber(seq)
  local current, ended = service(id)
  if current then
    if current.fenced and (current.since ~= s or current.seq ~= q) then return 's' end
    endService(id, since, seq)
    leave('members:services', fid, id)
    return 'a'
  end
  if not ended or compare(ended.since, fid, ended.seq, s, fid, q) < 0 then endService(id, since, seq) end
  leave('members:services', fid, id, since .. ' ' .. seq)
  return 's'
end

local function serviceTouch(id)
  local current, _, value = service(id)
  if not current then return 's' end
  writeService(id, string.format('%.0f', current.since), string.format('%.0f', current.seq), value)
  return 't ' .. stampOf(current)
end

local function serviceRemove(id)
  local current = service(id)
  if not current then return 's' end
  endService(id)
  leave('members:services', fid, id)
  return 'r ' .. stampOf(current)
end

local act = {
  E = edgeOnline, e = edgeOffline, T = edgeTouch, R = edgeRemove,
  S = serviceOnline, s = serviceOffline, U = serviceTouch, D = serviceRemove,
}
local answers = {'ok'}
for i = 13, #ARGV, 5 do
  answers[#answers + 1] = act[ARGV[i]](ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
end
if whole then
  touched[fid] = true
  for owner in pairs(touched) do count(owner) end
end
return answers
`,
);
