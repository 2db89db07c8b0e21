-- wrk's own script: the deliveries of the file in OB_DELIVERIES, each once, as
-- "signature body"; at the end one JSON line.
local list, at = {}, 0

function init(args)
  for line in io.lines(os.getenv("OB_DELIVERIES")) do
    list[#list + 1] = line
  end
end

function request()
  at = at % #list + 1
  local space = list[at]:find(" ", 1, true)
  return wrk.format("POST", "/api/v1/webhooks/shop1/order.updated", {
    ["Content-Type"] = "application/json",
    ["X-WC-Webhook-Signature"] = list[at]:sub(1, space - 1),
    ["X-WC-Webhook-Delivery-ID"] = "e5a5b11381ff5ed0b7f2461b37725789",
  }, list[at]:sub(space + 1))
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
