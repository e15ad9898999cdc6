// Reads {secret, headers, body} from standard input and verifies it as a receiver in JavaScript would.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Where the library was installed is no folder above this one.
const require = createRequire(process.env.TRIBUNE_MODULES);
const { Webhook } = require("standardwebhooks");

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  console.log(new Webhook(secret).verify(body, headers).type);
} catch (error) {
  console.log(`refused: ${error.message}`);
}
