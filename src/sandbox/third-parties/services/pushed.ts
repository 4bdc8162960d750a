import type { Dict } from "../../types.ts";

interface Comment {
  comment: string;
  commentId: string;
}

/** What a push asks for: the fields of the incident, the one that it updates, and the comments that it adds. */
export function pushOf(params: Dict): { incident: Dict; externalId: string | undefined; comments: Comment[] } {
  const { incident, comments } = Object(params.subActionParams);
  const { externalId, ...fields } = Object(incident);
  return { incident: fields, externalId: externalId ?? undefined, comments: comments ?? [] };
}

/** The result of a push with its comments, each of which is sent by itself; `add` gives the date. */
export async function withComments<T extends { id: unknown }>(
  result: T,
  comments: Comment[],
  add: (comment: Comment, id: string) => Promise<unknown>,
): Promise<T & { comments?: Dict[] }> {
  if (comments.length === 0) return result;
  const added: Dict[] = [];
  for (const comment of comments) added.push({ commentId: comment.commentId, pushedDate: await add(comment, String(result.id)) });
  return { ...result, comments: added };
}
