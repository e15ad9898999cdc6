-- Appends entries if the stream's last id is ARGV[1], and says whether it was. Behind it stand seven arguments for each entry: its id and the
-- values of its fields. All entries have the same fields, which Redis then keeps once for many.
local stream = info(KEYS[1])
local last = stream and stream['last-generated-id'] or '0-0'
if last ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 7 do
  call('XADD', KEYS[1], ARGV[i], 'type', ARGV[i + 1], 'community', ARGV[i + 2], 'user', ARGV[i + 3], 'at', ARGV[i + 4],
    'version', ARGV[i + 5], 'event', ARGV[i + 6])
end
return 1
