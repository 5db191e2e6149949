-- For wrk: GET requests of one class, from a file with a path a line; counts up what each calls NUMBER.
-- Arguments: the file, the media type asked for, the first number.

local before, after, number, path, head, i = {}, {}, 0, "", "", 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local start, stop = line:find("NUMBER", 1, true)
    before[#before + 1] = start and line:sub(1, start - 1) or line
    after[#after + 1] = start and line:sub(stop + 1) or false
  end
  path = wrk.path
  head = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\nAccept: " .. arguments[2] .. "\r\n\r\n"
  number = tonumber(arguments[3])
end

function request()
  i = i % #before + 1
  number = number + 1
  if after[i] then
    return string.format("GET %s%s%d%s%s", path, before[i], number, after[i], head)
  end
  return "GET " .. path .. before[i] .. head
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers": %d, "seconds": %f, "p50": %f, "p99": %f, "not_200": %d, "lost": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
