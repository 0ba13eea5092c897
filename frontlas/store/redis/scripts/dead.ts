/**
 * Clearing away what dead gateways have left.
 *
 * @module
 */

import { COUNTS_LUA, KEYS_LUA } from "./common.ts";
import { type Script, script } from "./script.ts";

/**
 * What is left of a gateway. ARGV: braces (2), gateway. Answers whether it is alive (1 by us, 2 by a Go directory), its generation,
 * its members (edges, services), then generations of processes that others have followed.
 */
export const LEFT: Script = script(
  "left",
  1,
  `${KEYS_LUA}
local fid = ARGV[3]
local alive = present(at('alive:frontiers', fid)) and (present(at('lease', fid)) and 1 or 2) or 0
local answer = {
  alive,
  on(at('session', fid), 'HGET', 'generation') or '',
  on(at('members:edges', fid), 'HLEN'),
  on(at('members:services', fid), 'HLEN'),
}
for _, gen in ipairs(on(at('graves', fid), 'LRANGE', 0, -1)) do answer[#answer + 1] = gen end
return answer
`,
);

/**
 * Removes records of a gateway that were written up to a generation. ARGV: braces (2), gateway, generation, `edges` or `services`,
 * then ids. Answers how many were removed. What has gone elsewhere meanwhile, or is there anew, stays.
 */
export const BURY: Script = script(
  "bury",
  1,
  `${KEYS_LUA}
local fid, last = ARGV[3], tonumber(ARGV[4])
local removed = 0
local function theirs(fence)
  if not fence then return false end
  local gen, kind, owner = string.match(fence, '^%d+ %d+ (%d+) (%a) (.*)$')
  return gen and kind ~= 'x' and owner == fid and tonumber(gen) <= last
end
for i = 6, #ARGV do
  local id = ARGV[i]
  if ARGV[5] == 'edges' then
    local key, fence = at('edges', id), at('fence:edges', id)
    if theirs(on(fence, 'GET')) then
      local rec = on(key, 'GET')
      local ok, doc = pcall(cjson.decode, rec or '')
      if rec and (not ok or type(doc) ~= 'table' or doc.frontier_id == fid) then
        redis.call('DEL', key, at('alive:edges', id))
      end
      redis.call('DEL', fence)
      removed = removed + 1
    end
  else
    local key, fence = at('services', id), at('fence:services', id)
    if theirs(on(fence, 'HGET', fid)) then
      on(key, 'HDEL', fid)
      redis.call('HDEL', fence, fid)
      if redis.call('EXISTS', key) == 0 then redis.call('DEL', at('alive:services', id)) end
      removed = removed + 1
    end
  end
end
return removed
`,
);

/**
 * Strikes members off the list of a process that has ended. ARGV: braces (2), gateway, generation, name of the list (`members:edges`
 * and the like), what follows its key (`` or `:generation`), then per member id and connection. Answers what is left of the list; -1
 * when the gateway lives again.
 */
export const STRIKE: Script = script(
  "strike",
  1,
  `${KEYS_LUA}${COUNTS_LUA}
local fid = ARGV[3]
if ARGV[6] == '' then
  local gen = on(at('session', fid), 'HGET', 'generation')
  if present(at('lease', fid)) or (gen and tonumber(gen) > tonumber(ARGV[4])) then return -1 end
end
local key = at(ARGV[5], fid) .. ARGV[6]
for i = 7, #ARGV, 2 do
  if on(key, 'HGET', ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', key, ARGV[i]) end
end
local left = on(key, 'HLEN')
if ARGV[6] == '' then
  count(fid)
elseif left == 0 then
  local gen = string.sub(ARGV[6], 2)
  if redis.call('EXISTS', at('grave:edges', fid) .. ARGV[6], at('grave:services', fid) .. ARGV[6]) == 0 then
    on(at('graves', fid), 'LREM', 0, gen)
  end
end
return left
`,
);

/** Removes the record of a gateway that is dead and has no members. ARGV: braces (2), gateway. Answers 1 when its number is free. */
export const FORGET: Script = script(
  "forget",
  1,
  `${KEYS_LUA}
local fid = ARGV[3]
if present(at('alive:frontiers', fid)) or
  redis.call('EXISTS', at('members:edges', fid), at('members:services', fid), at('graves', fid)) > 0 then
  return 0
end
redis.call('DEL', at('frontiers', fid), at('evict', fid))
return 1 - redis.call('EXISTS', at('session', fid))
`,
);
