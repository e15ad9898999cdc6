-- Decides checks as src/domain/limit does, number for number, each under all of its limits or under none.
--
-- KEYS: for each limit its key, and after it the key of how tight it is, if it adapts.
-- ARGV: after the time, for each check how many limits it has and whether it only looks; then for each of these limits: algorithm,
--       capacity, period, burst, cost, and 1 with floor, tighten, recover, every, denials and min_checks, or 0.
-- Gives five numbers for each limit: whether it allows, its limit, what remains, when to come back (-1: it passed), when it resets.

local MOST_IN_WINDOW = 2000000

-- Each algorithm: `read` the state as it is now, what is `left` of it, how long to `wait` if the cost does not fit, `add` the cost, `reset` when
-- it is as good as new, and `write` it.

local bucket = {}
function bucket.read(d)
  local kept, at, debt = call('GET', d.key), 0, 0
  if kept then at, debt = unpack_('>I6I7', kept) end
  d.debt = max(debt - max(now - at, 0) * d.capacity, 0)
  d.back = at > now
end
function bucket.left(d) return floor(max(d.size * d.period - d.debt, 0) / d.period) end
function bucket.wait(d)
  local excess = d.debt + d.cost * d.period - d.size * d.period
  if excess > 0 then return ceil(excess / d.capacity) end
end
function bucket.add(d) d.debt = d.debt + d.cost * d.period end
function bucket.reset(d) return ceil(d.debt / d.capacity) end
-- While it is as tight as can be, it takes longest until it is as good as new.
local function idle(d)
  local t = d.adaptive
  return t and ceil(d.debt / max(t.floor, 1)) or ceil(d.debt / d.capacity)
end
function bucket.write(d) set(d.key, pack('>I6I7', now, d.debt), idle(d)) end

local gcra = {}
function gcra.read(d)
  local kept, at, part, owed = call('GET', d.key), 0, 0, 0
  if kept then at, part = unpack_('>I6I3', kept) end
  if part >= d.capacity then at, part = at + 1, 0 end
  if at >= now then owed = (at - now) * d.capacity + part end
  d.debt = min(owed, d.size * d.period)
  d.back = d.debt ~= owed
end
gcra.left, gcra.wait, gcra.add, gcra.reset = bucket.left, bucket.wait, bucket.add, bucket.reset
function gcra.write(d)
  local whole = floor(d.debt / d.capacity)
  set(d.key, pack('>I6I3', now + whole, d.debt - whole * d.capacity), gcra.reset(d))
end

local window = {}
function window.read(d)
  local kept, index, previous, current = call('GET', d.key), 0, 0, 0
  if kept then index, previous, current = unpack_('>I5I4I4', kept) end
  d.index = floor(now / d.period)
  d.left = d.period - (now - d.index * d.period)
  d.back = index > d.index
  if d.back then previous, current = 0, min(previous + current, MOST_IN_WINDOW)
  elseif index == d.index - 1 then previous, current = current, 0
  elseif index < d.index then previous, current = 0, 0 end
  d.previous, d.current = previous, current
end
local function room(d) return max(d.capacity * d.period - d.previous * d.left - d.current * d.period, 0) end
function window.left(d) return floor(room(d) / d.period) end
function window.wait(d)
  if d.cost * d.period <= room(d) then return end
  if d.current + d.cost <= d.capacity then
    return d.left - floor((d.capacity - d.current - d.cost) * d.period / d.previous)
  end
  return d.left + d.period - min(floor((d.capacity - d.cost) * d.period / d.current), d.period)
end
function window.add(d) d.current = d.current + d.cost end
function window.reset(d)
  if d.current > 0 then return d.left + d.period end
  return d.previous > 0 and d.left or 0
end
function window.write(d) set(d.key, pack('>I5I4I4', d.index, d.previous, d.current), window.reset(d)) end

-- A list of moments, each with what was spent in it and what had been spent before it: so the ends of the list give the sum.
local log = {}
local function entry(key, index)
  local kept = call('LINDEX', key, index)
  if kept then return unpack_('>I6I3I7', kept) end
end
function log.read(d, peek)
  local at, spent, before = entry(d.key, 0)
  d.skipped = 0
  while at and at + d.period <= now do
    if peek then d.skipped = d.skipped + 1 else call('LPOP', d.key) end
    at, spent, before = entry(d.key, d.skipped)
  end
  d.total, d.first, d.newest, d.before, d.spent = 0, before, nil, 0, 0
  if at then
    d.newest, d.spent, d.before = entry(d.key, -1)
    d.total = d.before + d.spent - d.first
  end
  d.back = at ~= nil and d.newest > now
end
function log.left(d) return max(d.capacity - d.total, 0) end
function log.wait(d)
  local excess = d.total + d.cost - d.capacity
  if excess <= 0 then return end
  if excess > d.total then return d.period end
  -- The first moment whose going makes room enough.
  local low, high = d.skipped, call('LLEN', d.key) - 1
  while low < high do
    local middle = floor((low + high) / 2)
    local _, spent, before = entry(d.key, middle)
    if before + spent - d.first >= excess then high = middle else low = middle + 1 end
  end
  return min(entry(d.key, low), now) + d.period - now
end
function log.add(d) d.adding, d.total = d.cost, d.total + d.cost end
function log.reset(d)
  if d.adding then return d.period end
  return d.newest and min(d.newest, now) + d.period - now or 0
end
function log.write(d)
  local adding = d.adding or 0
  -- What lies ahead, because the clock was set back, was spent just now.
  while d.newest and d.newest >= now do
    call('RPOP', d.key)
    adding = adding + d.spent
    d.newest, d.spent, d.before = entry(d.key, -1)
  end
  local before = d.newest and d.before + d.spent or 0
  if adding > 0 then call('RPUSH', d.key, pack('>I6I3I7', now, adding, before)) end
  if adding > 0 then call('PEXPIRE', d.key, d.period + slack) end
end

local algorithms = { t = bucket, l = log, w = window, g = gcra }

local function effective(d)
  local t = d.adaptive
  local capacity, size = d.nominal, d.burst
  if t then
    capacity = max(t.capacity, 1)
    size = max(floor(d.burst * t.capacity / d.nominal), 1)
  end
  d.size = max(size, d.cost)
  d.capacity = (d.algorithm == window or d.algorithm == log) and max(capacity, d.cost) or capacity
end

local function wait(d)
  local retry, held = d.algorithm.wait(d), d.adaptive and max(d.adaptive.held - now, 0) or 0
  return held > 0 and max(retry or held, held) or retry
end

local out = {}

local function demand(peek)
  key = key + 1
  local d = { key = KEYS[key], algorithm = algorithms[ARGV[arg]] }
  arg = arg + 1
  d.nominal, d.period, d.burst, d.cost = number(), number(), number(), number()
  if number() == 1 then
    key = key + 1
    d.adaptive = tight_read(KEYS[key], d.nominal)
  end
  effective(d)
  d.algorithm.read(d, peek)
  d.retry = wait(d)
  d.allowed = not d.retry
  return d
end

-- Lets a limit that adapts know how its part went; a denial may tighten it, and then it takes longer.
local function note(d)
  local t = d.adaptive
  t.checks = t.checks + 1
  if d.allowed then return end
  t.denied = t.denied + 1
  if t.denials > 0 and t.checks >= t.min_checks and t.denied * 1000 >= t.checks * t.denials then
    tighten(t)
    t.counted, t.checks, t.denied = now, 0, 0
    effective(d)
    d.algorithm.read(d)
    d.retry = wait(d) or 1
  end
end

while arg <= #ARGV do
  local count, peek, passes, demands = number(), number() == 1, true, {}
  for i = 1, count do
    demands[i] = demand(peek)
    passes = passes and demands[i].allowed
  end
  for i = 1, count do
    local d = demands[i]
    if not peek then
      if passes then d.algorithm.add(d) end
      if d.adaptive then note(d) tight_write(d.adaptive) end
    end
    out[#out + 1] = d.allowed and 1 or 0
    out[#out + 1] = d.size
    out[#out + 1] = d.algorithm.left(d)
    out[#out + 1] = d.retry or -1
    out[#out + 1] = d.algorithm.reset(d)
    if not peek and (passes or d.back) then d.algorithm.write(d) end
  end
end
return out
