-- One measured request over and over, and its figures as one line of JSON. Arguments: the method and the body.
function init(arguments)
  wrk.method = arguments[1]
  wrk.body = arguments[2]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
