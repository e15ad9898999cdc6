-- Lets go of what is too old: ARGV[1] positions are kept once every group has acknowledged them, ARGV[2] in any case, and ARGV[3] dead letters.
-- ARGV[4] is the position at which the stream ends as far as the publisher knows.
-- Answers the last id, the groups, and for each of them that lost something its name with the first and the last position of that.
local stream = info(KEYS[1])
if not stream then return { '0-0', {}, {} } end
local last = math.min(position(stream['last-generated-id']), tonumber(ARGV[4]))
local names, lost, floors = {}, {}, {}
local least = last + 1
for i, group in ipairs(groups(KEYS[1])) do
  names[i], floors[i] = group.name, floor(KEYS[1], group)
  least = math.min(least, floors[i])
end
local cut, hard = last - tonumber(ARGV[1]) + 1, last - tonumber(ARGV[2]) + 1
local function first()
  local oldest = call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  return oldest and position(oldest[1]) or last + 1
end
if first() < cut then call('XTRIM', KEYS[1], 'MINID', '~', id(math.min(cut, least))) end
local oldest = first()
if oldest < hard then
  for i, name in ipairs(names) do
    local from = math.max(floors[i], oldest)
    if from < hard then
      bury(ARGV[3], 'reason', 'trimmed', 'group', name, 'first', id(from), 'last', id(hard - 1))
      lost[#lost + 1] = { name, id(from), id(hard - 1) }
      repeat
        local pending = call('XPENDING', KEYS[1], name, '-', id(hard - 1), 1000)
        for _, entry in ipairs(pending) do call('XACK', KEYS[1], name, entry[1]) end
      until #pending < 1000
    end
  end
  call('XTRIM', KEYS[1], 'MINID', '=', id(hard))
end
return { stream['last-generated-id'], names, lost }
