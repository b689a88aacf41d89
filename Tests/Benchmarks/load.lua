-- What wrk sends, and its figures as one line of JSON. The credential comes in the environment: a command line is for all
-- to see.
local audience = os.getenv("LOAD_AUDIENCE")
if audience then
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("LOAD_CREDENTIAL")
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience=" .. audience
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "failed": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
