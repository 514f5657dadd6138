-- Asks for the requests of a file in turn, and says at the end what came of it, as JSON.
-- The file: for each request its length in bytes, a line break, and the request. With a first number,
-- "NUMBERED" in a request becomes the number of the request, so that no two bodies are the same.

local requests, asked, first = {}, 0, nil

function init(arguments)
  first = tonumber(arguments[2])
  local file = assert(io.open(arguments[1], "rb"))
  for length in function() return file:read("*n") end do
    file:read(1)
    requests[#requests + 1] = file:read(length)
  end
  file:close()
end

function request()
  local next = requests[asked % #requests + 1]
  asked = asked + 1
  if first then
    return (next:gsub("NUMBERED", string.format("%08d", first + asked)))
  end
  return next
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.6f, "p99": %.6f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
