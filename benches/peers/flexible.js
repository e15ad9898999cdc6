// rate-limiter-flexible behind Node's own server: the same question as a check, over the same load. `node flexible.js [redis-socket]`.
const http = require("node:http");
const { RateLimiterMemory, RateLimiterRedis } = require("rate-limiter-flexible");

const options = { points: 50000, duration: 2678400 };
const socket = process.argv[2];
const limiter = socket
  ? new RateLimiterRedis({ ...options, storeClient: new (require("ioredis"))({ path: socket }) })
  : new RateLimiterMemory(options);

const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", async () => {
    const { limit, values } = JSON.parse(body);
    let allowed = true;
    try {
      await limiter.consume(`${limit}:${values.user}`, 1);
    } catch (denied) {
      if (denied instanceof Error) throw denied;
      allowed = false;
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ allowed }));
  });
});
server.keepAliveTimeout = 75000;
server.listen(0, "127.0.0.1", () => console.log(`serving 127.0.0.1:${server.address().port}`));
