-- What every script begins with: the time, and how tight a limit is that adapts, as src/domain/limit/adaptive.rs has it.
--
-- ARGV[1] is the time in milliseconds, or nothing for this server's clock. Every number is whole and below 2^53, and so exact. Keys go
-- by themselves when they are as good as new.

local call, floor, ceil, min, max = redis.call, math.floor, math.ceil, math.min, math.max
local pack, unpack_ = struct.pack, struct.unpack
local LONGEST_SIGNAL = 86400000
local now, slack = tonumber(ARGV[1]), 3600000
if not now then
  local time = call('TIME')
  now, slack = time[1] * 1000 + floor(time[2] / 1000), 10
end

local function set(name, value, idle)
  if idle > 0 then call('SET', name, value, 'PX', idle + slack) else call('DEL', name) end
end

local TIGHT = '>I4I6I6I6I6I4I4'
-- The rules stand in ARGV from `arg` on.
local function tight_read(name, ceiling, arg)
  local kept = call('GET', name)
  local t = { name = name, ceiling = ceiling, floor = tonumber(ARGV[arg]), tighten = tonumber(ARGV[arg + 1]),
    recover = tonumber(ARGV[arg + 2]), every = tonumber(ARGV[arg + 3]), denials = tonumber(ARGV[arg + 4]),
    min_checks = tonumber(ARGV[arg + 5]) }
  if kept then
    t.capacity, t.since, t.raid, t.held, t.counted, t.checks, t.denied = unpack_(TIGHT, kept)
  else
    t.capacity, t.since, t.raid, t.held, t.counted, t.checks, t.denied = t.ceiling, now, 0, 0, now, 0, 0
  end
  t.capacity = min(max(t.capacity, t.floor), t.ceiling)
  local before = min(max(t.raid, t.held), now + LONGEST_SIGNAL)
  t.raid = t.raid > now and min(t.raid, now + LONGEST_SIGNAL) or 0
  t.held = t.held > now and min(t.held, now + LONGEST_SIGNAL) or 0
  local from = max(min(t.since, now), before)
  local steps = floor(max(now - from, 0) / t.every)
  t.since = from + steps * t.every
  t.capacity = min(t.capacity + steps * t.recover, t.ceiling)
  if t.capacity == t.ceiling then t.since = max(now, t.raid, t.held) end
  if t.checks == 0 or t.counted > now or now - t.counted >= t.every then t.counted, t.checks, t.denied = now, 0, 0 end
  return t
end
local function tighten(t)
  t.capacity = max(floor(t.capacity * t.tighten / 1000), t.floor)
  t.since = max(now, t.raid, t.held)
end
local function tight_reset(t)
  local steps = ceil((t.ceiling - t.capacity) / t.recover)
  local recovered = steps == 0 and max(t.raid, t.held) or t.since + steps * t.every
  local counted = t.checks > 0 and t.counted + t.every or 0
  return max(recovered, counted, now) - now
end
local function tight_write(t)
  set(t.name, pack(TIGHT, t.capacity, t.since, t.raid, t.held, t.counted, t.checks, t.denied), tight_reset(t))
end

