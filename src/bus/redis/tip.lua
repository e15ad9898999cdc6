-- What the stream says of itself: its last id, its length, and the newest entry that is there: its id, its type, its time.
local stream = info(KEYS[1])
if not stream then return { '0-0', 0, '', '', '' } end
local newest = call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return { stream['last-generated-id'], stream.length, '', '', '' } end
local entry = fields(newest[2])
return { stream['last-generated-id'], stream.length, newest[1], entry.type or '', entry.at or '' }
