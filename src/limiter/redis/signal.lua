-- Tells what adapts together of a signal, or only asks how tight it is.
--
-- KEYS: the key of how tight it is.
-- ARGV: after the time the ceiling, then floor, tighten, recover, every, denials and min_checks; then raid, calm or throttled with a
--       number of milliseconds, or nothing.
-- Gives the time, the capacity, since when it recovers, until when a raid lasts, until when nothing passes, and how many checks there
-- were and were denied since when.

local t = tight_read(KEYS[1], tonumber(ARGV[2]), 3)
local signal, lasts = ARGV[9], tonumber(ARGV[10])
if signal == 'raid' then
  if t.raid <= now then tighten(t) end
  t.raid = now + lasts
  t.since = max(t.since, t.raid)
elseif signal == 'calm' then
  t.raid = 0
  t.since = max(now, t.held)
elseif signal == 'throttled' then
  if t.held <= now then tighten(t) end
  t.held = max(t.held, now + lasts)
  t.since = max(t.since, t.held)
end
if signal ~= '' then tight_write(t) end
return { now, t.capacity, t.since, t.raid, t.held, t.counted, t.checks, t.denied }
