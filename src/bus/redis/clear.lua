-- Takes out what names a person (ARGV[1] is "user") or belongs to a community ("community") whose id is ARGV[2], of ARGV[4] entries from the id
-- ARGV[3] on. ARGV[5] says how many dead letters are kept, ARGV[6] whether to look through the dead letters instead of the stream.
-- Answers where to go on, or nothing at the end, and how many went.
--
-- What a group had not acknowledged of a person it is told of by a dead letter, without what it was: the log still has it, without its texts.
local what, whose, most = ARGV[1], ARGV[2], ARGV[5]
local key = ARGV[6] == '1' and KEYS[2] or KEYS[1]
if call('EXISTS', key) == 0 then return { '', 0 } end
local page = call('XRANGE', key, ARGV[3], '+', 'COUNT', ARGV[4])
local found = {}
for _, item in ipairs(page) do
  local entry = fields(item[2])
  local goes = entry[what] == whose
  if what == 'user' and not goes then goes = string.find(entry.event or '', whose, 1, true) ~= nil end
  if goes then found[#found + 1] = item[1] end
end
for _, group in ipairs(groups(key)) do
  local missed, first, last = 0, nil, nil
  local delivered = position(group['last-delivered-id'])
  for _, entry in ipairs(found) do
    local pending = call('XACK', key, group.name, entry)
    if pending == 1 or position(entry) > delivered then
      missed, first, last = missed + 1, first or entry, entry
    end
  end
  if missed > 0 and what == 'user' and key == KEYS[1] then
    bury(most, 'reason', 'erased', 'group', group.name, 'first', first, 'last', last, 'count', missed)
  end
end
for _, entry in ipairs(found) do call('XDEL', key, entry) end
if #page < tonumber(ARGV[4]) then return { '', #found } end
return { '(' .. page[#page][1], #found }
