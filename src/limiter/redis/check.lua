-- Decides checks as src/domain/limit does, number for number, each under all of its limits or under none.
--
-- KEYS: for each limit its key, and after it the key of how tight it is, if it adapts.
-- ARGV: after the time, for each check how many limits it has and whether it only looks; then for each of these limits: algorithm,
--       capacity, period, burst, cost, and 1 with floor, tighten, recover, every, denials and min_checks, or 0.
-- Gives five numbers for each limit: whether it allows, its limit, what remains, when to come back (-1: it passed), when it resets.
--
-- Written out in one piece, because each call of a script makes its functions anew, and that takes longer than most checks.

local MOST_IN_WINDOW = 2000000
local out, key, arg, last = {}, 0, 2, #ARGV

while arg <= last do
  local count, peek = tonumber(ARGV[arg]), ARGV[arg + 1] == '1'
  local passes, demands = true, {}
  arg = arg + 2

  -- What comes of the check under each limit.
  for i = 1, count do
    key = key + 1
    local name, kind = KEYS[key], ARGV[arg]
    local nominal, period = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
    local burst, cost = tonumber(ARGV[arg + 3]), tonumber(ARGV[arg + 4])
    local tight
    if ARGV[arg + 5] == '1' then
      key = key + 1
      tight = tight_read(KEYS[key], nominal, arg + 6)
      arg = arg + 6
    end
    arg = arg + 6
    local d = { name = name, kind = kind, period = period, cost = cost, tight = tight }
    demands[i] = d

    local settled, noted
    repeat
      settled = true
      local capacity, size, wait = nominal, burst, nil
      if tight then
        capacity = max(tight.capacity, 1)
        size = max(floor(burst * tight.capacity / nominal), 1)
      end
      size = max(size, cost)

      if kind == 't' or kind == 'g' then
        -- What is missing from a full bucket: as kept, or as the moment says at which nothing will be.
        local kept, debt = call('GET', name), 0
        if kept and kind == 't' then
          local at, owed = unpack_('>I6I7', kept)
          d.back = at > now
          debt = max(owed - max(now - at, 0) * capacity, 0)
        elseif kept then
          local at, part = unpack_('>I7I3', kept)
          if part >= capacity then at, part = at + 1, 0 end
          if at >= now then
            local owed = (at - now) * capacity + part
            debt = min(owed, size * period)
            d.back = debt ~= owed
          end
        end
        local excess = debt + (cost - size) * period
        if excess > 0 then wait = ceil(excess / capacity) end
        d.debt = debt

      elseif kind == 'w' then
        -- What was spent in this period, and in the one before it by how much of that is still within reach.
        capacity = max(capacity, cost)
        local kept, index, previous, current = call('GET', name), 0, 0, 0
        if kept then index, previous, current = unpack_('>I5I4I4', kept) end
        local this = floor(now / period)
        local ahead = period - (now - this * period)
        if index > this then
          d.back = true
          previous, current = 0, min(previous + current, MOST_IN_WINDOW)
        elseif index == this - 1 then
          previous, current = current, 0
        elseif index < this then
          previous, current = 0, 0
        end
        local room = max(capacity * period - previous * ahead - current * period, 0)
        if cost * period > room then
          if current + cost <= capacity then
            wait = ahead - floor((capacity - current - cost) * period / previous)
          else
            wait = ahead + period - min(floor((capacity - cost) * period / current), period)
          end
        end
        d.this, d.ahead, d.previous, d.current = this, ahead, previous, current

      else
        -- A list of moments, each with what was spent in it and what had been spent before it: so the ends of the list give the sum.
        capacity = max(capacity, cost)
        local skipped, kept = 0, call('LINDEX', name, 0)
        local first, total = 0, 0
        while kept do
          local at, _, before = unpack_('>I6I3I7', kept)
          first = before
          if at + period > now then break end
          skipped = skipped + 1
          kept = call('LINDEX', name, skipped)
        end
        d.newest = nil
        if kept then
          local at, spent, before = unpack_('>I6I3I7', call('LINDEX', name, -1))
          d.newest, d.spent, d.before = at, spent, before
          d.back = at > now
          total = before + spent - first
        end
        local excess = total + cost - capacity
        if excess > total then
          wait = period
        elseif excess > 0 then
          -- The first moment whose going makes room enough.
          local low, high = skipped, call('LLEN', name) - 1
          while low < high do
            local middle = floor((low + high) / 2)
            local _, spent, before = unpack_('>I6I3I7', call('LINDEX', name, middle))
            if before + spent - first >= excess then high = middle else low = middle + 1 end
          end
          local at = unpack_('>I6I3I7', call('LINDEX', name, low))
          wait = min(at, now) + period - now
        end
        d.total, d.skipped = total, skipped
      end

      if tight and tight.held > now then wait = max(wait or 0, tight.held - now) end
      if noted then wait = wait or 1 end
      d.capacity, d.size, d.wait = capacity, size, wait

      -- A limit that adapts takes note of how its part went. A denial may tighten it, and then it takes longer.
      if tight and not peek and not noted then
        noted = true
        tight.checks = tight.checks + 1
        if wait then
          tight.denied = tight.denied + 1
          if tight.denials > 0 and tight.checks >= tight.min_checks
            and tight.denied * 1000 >= tight.checks * tight.denials then
            tighten(tight)
            tight.counted, tight.checks, tight.denied = now, 0, 0
            settled = false
          end
        end
      end
    until settled
    if d.wait then passes = false end
  end

  -- Spent under all of them, or under none. What is kept changes then, or when the clock was set back.
  local spend = passes and not peek
  for i = 1, count do
    local d = demands[i]
    local name, kind, period, capacity, tight = d.name, d.kind, d.period, d.capacity, d.tight
    local cost, writes, left, reset = spend and d.cost or 0, spend or (d.back and not peek), nil, nil
    if tight and not peek then tight_write(tight) end

    if kind == 't' or kind == 'g' then
      local debt = d.debt + cost * period
      left, reset = floor(max(d.size * period - debt, 0) / period), ceil(debt / capacity)
      if writes and kind == 't' then
        -- While it is as tight as can be, it takes longest until it is as good as new.
        set(name, pack('>I6I7', now, debt), tight and ceil(debt / max(tight.floor, 1)) or reset)
      elseif writes then
        local whole = floor(debt / capacity)
        set(name, pack('>I7I3', now + whole, debt - whole * capacity), reset)
      end

    elseif kind == 'w' then
      local current = d.current + cost
      left = floor(max(capacity * period - d.previous * d.ahead - current * period, 0) / period)
      reset = current > 0 and d.ahead + period or (d.previous > 0 and d.ahead or 0)
      if writes then set(name, pack('>I5I4I4', d.this, d.previous, current), reset) end

    else
      left = max(capacity - d.total - cost, 0)
      reset = cost > 0 and period or (d.newest and min(d.newest, now) + period - now or 0)
      if writes then
        -- What was spent in this millisecond is one moment; so is what lies ahead, because the clock was set back.
        local adding, newest, spent, before, joined = cost, d.newest, d.spent, d.before, 0
        local live = newest and call('LLEN', name) - d.skipped or 0
        while newest and newest >= now do
          adding, joined, newest = adding + spent, joined + 1, nil
          if joined < live then
            newest, spent, before = unpack_('>I6I3I7', call('LINDEX', name, -joined - 1))
          end
        end
        -- The list is empty at no moment: while its slot moves to another node, a key that goes could not be made again here.
        local moment = pack('>I6I3I7', now, adding, newest and before + spent or 0)
        if joined == 0 then
          call('RPUSH', name, moment)
        else
          call('LSET', name, -joined, moment)
          if joined > 1 then call('LTRIM', name, 0, -joined) end
        end
        call('PEXPIRE', name, period + slack)
      end
      if d.skipped > 0 and not peek then
        if not writes and not d.newest then
          -- Nothing is left. What stands for it never counts, also if the clock is set back.
          call('RPUSH', name, pack('>I6I3I7', 0, 0, 0))
        end
        call('LTRIM', name, d.skipped, -1)
      end
    end

    local at = #out
    out[at + 1], out[at + 2], out[at + 3] = d.wait and 0 or 1, d.size, left
    out[at + 4], out[at + 5] = d.wait or -1, reset
  end
end
return out
