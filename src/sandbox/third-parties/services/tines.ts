import * as z from "zod";
import type { Dict } from "../../types.ts";
import { has } from "../../version-changes.ts";
import { type Ask, needShape, type Reply, type Service } from "../conversation.ts";
import type { Run } from "../outcome.ts";
import { withQuery } from "../requests.ts";
import { apiError, subRequest } from "./sub-action.ts";

const meta = z.looseObject({ pages: z.coerce.number() });
const story = z.looseObject({ id: z.coerce.number(), name: z.string(), published: z.boolean() });
const webhook = z.looseObject({
  id: z.coerce.number(),
  name: z.string(),
  type: z.string(),
  story_id: z.coerce.number(),
  options: z.looseObject({ path: z.string().optional(), secret: z.string().optional() }),
});
const webhookKind = "Agents::WebhookAgent";

const run: Service = async (run, ask) => {
  const { webhook: chosen, webhookUrl, body } = Object(run.params.subActionParams);
  const url = webhookUrl ?? `${run.config.url}/webhook/${await pathOf(run, ask, Object(chosen))}`;
  const reply = await subRequest(ask, apiError, { url, method: "post", data: body });
  needShape(run, reply, z.looseObject({}));
  return reply.data;
};

/** By sub-action; source: tines/tines.ts. */
export const tines: Readonly<Record<string, Service>> = {
  stories: async (run, ask) => {
    const reply = await read(run, ask, withQuery("/api/v1/stories", { per_page: 500 }));
    const list = needShape(run, reply, z.looseObject({ stories: z.array(story), meta }));
    return {
      stories: list.stories.map(({ id, name, published }) => ({ id, name, published })),
      incompleteResponse: list.meta.pages > 1,
    };
  },
  webhooks: async (run, ask) => {
    const { storyId } = Object(run.params.subActionParams);
    const hidden = keepsSecrets(run);
    const query = { story_id: storyId, ...(hidden && { action_type: webhookKind }), per_page: 500 };
    const reply = await read(run, ask, withQuery("/api/v1/agents", query));
    const list = needShape(run, reply, z.looseObject({ agents: z.array(webhook), meta }));
    const webhooks = list.agents.filter(({ type }) => type === webhookKind);
    return {
      webhooks: webhooks.map(({ id, name, story_id, options: { path = "", secret = "" } }) => ({
        ...{ id, name, ...(!hidden && { path, secret }), storyId: story_id },
      })),
      incompleteResponse: list.meta.pages > 1,
    };
  },
  run,
  test: run,
};

/** Older versions keep path and secret in the params; newer ones look them up. */
async function pathOf(run: Run, ask: Ask, { id, storyId, path, secret }: Dict): Promise<string> {
  if (!keepsSecrets(run)) return `${path}/${secret}`;
  const found = needShape(run, await read(run, ask, `/api/v1/actions/${id}`), webhook);
  const { options } = found;
  if (found.type !== webhookKind || found.id !== id || found.story_id !== storyId || !options.path || !options.secret)
    throw new Error(`Invalid configuration for webhook id: ${id}. Verify webhook exists in Tines.`);
  return `${options.path}/${options.secret}`;
}

function keepsSecrets({ version }: Run): boolean {
  return has(version, "secrets of Tines webhooks stay in Tines");
}

function read({ config, secrets }: Run, ask: Ask, path: string): Promise<Reply> {
  return subRequest(ask, apiError, {
    url: `${config.url}${path}`,
    headers: { "x-user-email": secrets.email, "x-user-token": secrets.token },
  });
}
