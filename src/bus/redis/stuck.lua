-- Moves what the group ARGV[1] cannot work off to the dead letters: entries that were delivered ARGV[2] times, and not touched for ARGV[3]
-- milliseconds since. Looks at ARGV[5] stuck entries from the id ARGV[4] on; ARGV[6] dead letters are kept. Answers where to go on, or nothing at
-- the end, and how many were moved.
local group, most = ARGV[1], ARGV[6]
local pending = redis.pcall('XPENDING', KEYS[1], group, 'IDLE', ARGV[3], ARGV[4], '+', ARGV[5])
-- The group, or the stream, has gone meanwhile.
if pending.err then
  if string.find(pending.err, 'NOGROUP', 1, true) then return { '', 0 } end
  return pending
end
local moved = 0
for _, one in ipairs(pending) do
  local entry, consumer, deliveries = one[1], one[2], one[4]
  if deliveries >= tonumber(ARGV[2]) then
    local found = call('XRANGE', KEYS[1], entry, entry)[1]
    bury(most, 'reason', 'deliveries', 'group', group, 'consumer', consumer, 'deliveries', deliveries, 'id', entry,
      unpack(found and found[2] or {}))
    call('XACK', KEYS[1], group, entry)
    moved = moved + 1
  end
end
if #pending < tonumber(ARGV[5]) then return { '', moved } end
return { '(' .. pending[#pending][1], moved }
