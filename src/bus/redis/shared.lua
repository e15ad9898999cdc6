-- What every script begins with. KEYS[1] is the stream, KEYS[2] its dead letters. Ids are "<position>-0", and positions are whole numbers
-- below 2^53, so that a number of Lua holds them.

local call = redis.call

-- The answer of XINFO as a table.
local function fields(list)
  local map = {}
  for i = 1, #list, 2 do map[list[i]] = list[i + 1] end
  return map
end

local function info(key)
  if call('EXISTS', key) == 0 then return nil end
  return fields(call('XINFO', 'STREAM', key))
end

local function groups(key)
  local all = {}
  for i, group in ipairs(call('XINFO', 'GROUPS', key)) do all[i] = fields(group) end
  return all
end

-- The position of an id.
local function position(id) return tonumber(string.match(id, '^%d+')) end

local function id(number) return string.format('%.0f-0', number) end

-- The first position that a group has not acknowledged.
local function floor(key, group)
  local pending = call('XPENDING', key, group.name)
  local behind = position(group['last-delivered-id']) + 1
  if pending[1] > 0 then return math.min(behind, position(pending[2])) end
  return behind
end

-- Adds a dead letter, and lets go of the oldest beyond a number.
local function bury(most, ...) call('XADD', KEYS[2], 'MAXLEN', '~', most, '*', ...) end
