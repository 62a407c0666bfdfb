// PostGraphile as its documentation serves it in production, on one port: node server.mjs <connection string> <port>
import { createServer } from "node:http";
import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";
import { tags } from "./tags.mjs";

const [connectionString, port] = process.argv.slice(2);
const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PgAggregatesPreset],
  plugins: [jsonPgSmartTags(tags)],
  disablePlugins: ["PgMutationCreatePlugin", "PgMutationUpdateDeletePlugin"],
  pgServices: [makePgService({ connectionString, schemas: ["public", "peer"], poolConfig: { max: 16 } })],
  grafserv: { port: Number(port), graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
};
const instance = postgraphile(preset);
const server = createServer();
server.on("error", (error) => { console.error(error); process.exit(1); });
await instance.createServ(grafserv).addTo(server);
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
