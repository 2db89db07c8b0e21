-- wrk's own script: the paths of the file in OB_PATHS in turn, with the cookie
-- of OB_COOKIE; at the end one JSON line.
local paths, at = {}, 0
local headers = { ["Cookie"] = os.getenv("OB_COOKIE") }

function init(args)
  for line in io.lines(os.getenv("OB_PATHS")) do
    paths[#paths + 1] = wrk.format("GET", line, headers)
  end
end

function request()
  at = at % #paths + 1
  return paths[at]
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.4f, "p50": %.4f, "p95": %.4f, ' ..
    '"p99": %.4f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
