import * as z from "zod";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const User = z.object({ username: z.string() });

export function currentUserReads(get: Get) {
  return {
    /**
     * The user behind the credentials, of an API key its owner: the name that Kibana writes into what these save. There is
     * no such route where Elasticsearch's security is off (security/server/routes/users/get.ts).
     */
    async userName(): Promise<string> {
      const body = await get({ path: "/internal/security/me", internal: true });
      return readAs(User, body).username;
    },
  };
}
