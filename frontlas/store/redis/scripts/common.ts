/**
 * What the scripts have in common.
 *
 * @module
 */

/**
 * Names of keys, and commands that take a key of a wrong type for none: what
 * should not be there is removed. `O` and `C` are the braces of hash tags in a
 * cluster, empty elsewhere.
 */
export const KEYS_LUA = `
local O, C = ARGV[1], ARGV[2]
local function at(name, id) return 'frontlas:' .. name .. ':' .. O .. id .. C end
local function on(key, command, ...)
  local answer = redis.pcall(command, key, ...)
  if type(answer) == 'table' and answer.err then
    if string.find(answer.err, 'WRONGTYPE', 1, true) then redis.call('DEL', key) end
    return redis.call(command, key, ...)
  end
  return answer
end
-- A key of a wrong type is no sign of life.
local function present(key) return type(redis.pcall('GET', key)) == 'string' end
`;

/** Compares two connections: when they went online, then the gateways byte by byte, then the counts. */
export const STAMPS_LUA = `
local function compareText(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x - y end
  end
  return #a - #b
end
local function compare(sinceA, ownerA, seqA, sinceB, ownerB, seqB)
  if sinceA ~= sinceB then return sinceA - sinceB end
  if ownerA ~= ownerB then return compareText(ownerA, ownerB) end
  return seqA - seqB
end
`;

/** Writes a gateway's counts from its members, where its record exists. */
export const COUNTS_LUA = `
local function count(fid)
  local key = at('frontiers', fid)
  if redis.call('EXISTS', key) == 1 then
    on(key, 'HSET',
      'edge_count', on(at('members:edges', fid), 'HLEN'),
      'service_count', on(at('members:services', fid), 'HLEN'))
  end
end
`;
